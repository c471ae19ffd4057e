// The field beside the network: which inputs it is drawn over, what its marks are, and the point that is looked at.

import { FIELD } from "../live/boundary.js";
import { MODEL } from "../live/model.js";
import { $, make, say } from "../shared/dom.js";
import { DATA, shortly, sub } from "../shared/numbers.js";
import { option } from "./exchange.js";
import { VIEW } from "./training.js";

/** Returns what a class is called. @param {number} k */
export const called = (k) => DATA.names[k] ?? shortly(k);

/** Lets one choose the two inputs that the field is drawn over, where there are more. */
export function axes() {
  const wide = MODEL.rows[0].length;
  $("axes").replaceChildren();
  if (wide < 3) return;
  FIELD.axes.forEach((axis, k) => {
    const all = [...MODEL.rows[0]].slice(0, 200).map((_, i) => option(i, `x${sub(i + 1)}`)),
      select = make("select", { "aria-label": k ? "input drawn upwards" : "input drawn across" }, ...all);
    select.value = String(Math.min(axis, wide - 1));
    select.addEventListener("change", () => {
      FIELD.axes[k] = +select.value;
      VIEW.show();
    });
    $("axes").append(k ? " and " : "over ", select);
  });
}

/** Says what the marks on the field are. */
export function legend() {
  const { classes, level } = MODEL,
    [low, high] = classes.map(called);
  const marks =
    DATA.outputs > 1 || classes.length > 2
      ? `Digits are the rows' classes${DATA.names.map((/** @type {string} */ name, /** @type {number} */ k) => `, ${k} ${name}`).join("")}; shades the class with the highest output.`
      : classes.length === 2
        ? `× wants ${high} (blue), ○ wants ${low} (orange). The line: where it says ${shortly(level)}.`
        : "Dots are the rows.";
  const rest = MODEL.rows[0].length > 2 ? " The other inputs are held at its values." : "";
  say(
    $("key"),
    `${FIELD.flat ? "The curve is the output over the input, dots are the rows." : marks} ◎ is what you look at: drag it.${rest}`,
  );
}

let holding = false;
FIELD.canvas.addEventListener("pointerdown", (event) => {
  holding = true;
  FIELD.canvas.setPointerCapture(event.pointerId);
  probeAt(event, true);
});
FIELD.canvas.addEventListener("pointermove", (event) => {
  if (holding) probeAt(event, false);
});
for (const end of ["pointerup", "pointercancel"])
  FIELD.canvas.addEventListener(end, () => {
    holding = false;
  });

/** Looks at the row that was pressed, or else at that point. @param {PointerEvent} event @param {boolean} near */
function probeAt(event, near) {
  const seen = FIELD.canvas.getBoundingClientRect(),
    box = FIELD.box(),
    [i, j] = FIELD.axes;
  const a = (event.clientX - seen.left) / seen.width,
    b = (event.clientY - seen.top) / seen.height;
  const found = near
    ? MODEL.rows.findIndex((row, k) => {
        const [x, y] = FIELD.place(row, FIELD.flat ? MODEL.targets[k][0] : row[j], box);
        return Math.hypot(x / FIELD.canvas.width - a, y / FIELD.canvas.height - b) < 0.035;
      })
    : -1;
  if (found >= 0) {
    VIEW.look(found);
    return;
  }
  VIEW.probe[i] = box.x[0] + (box.x[1] - box.x[0]) * a;
  if (!FIELD.flat) VIEW.probe[j] = box.y[1] - (box.y[1] - box.y[0]) * b;
  VIEW.look(-1);
}
