// The controls: steps and epochs, what is dragged, what is looked at.

import { FIELD } from "../shared/boundary.js";
import { drawCurve, drawNorms, plural } from "../shared/charts.js";
import { make, say, set, $ } from "../shared/dom.js";
import { MODEL, ROWS, TARGETS, wanted } from "../shared/live_model.js";
import { NETWORK, sub } from "../shared/live_network.js";
import { DATA, fully, shortly, typedNumber } from "../shared/numbers.js";
import { VIEW, advance, epoch, run } from "./training.js";

// ---------------------------------------------------------------------------------------------- what is shown
/** Shows the model as it is now. @param {boolean} whole whether to draw also what takes longest */
function show(whole = true) {
  VIEW.dirty = false;
  MODEL.loss(MODEL.rows(), true);
  const loss = MODEL.loss(ROWS.map((_, i) => i)),
    right = MODEL.right();
  say($("counted"), `${plural(MODEL.epochs, "epoch")}, ${plural(MODEL.steps - DATA.steps, "step")}`);
  say($("loss"), shortly(loss));
  set($("loss"), "title", fully(loss));
  say($("score"), right < 0 ? "" : `${right} of ${plural(ROWS.length, "row")} right`);
  const row = MODEL.row(),
    run = MODEL.forward(row, VIEW.probe);
  NETWORK.paint(VIEW.probe, run, VIEW.chosen);
  const outputs = [...run.outputs];
  FIELD.paint(VIEW.probe, whole && !FIELD.flat);
  set(
    FIELD.canvas,
    "aria-label",
    `What the network answers over its inputs: ${right < 0 ? `loss ${shortly(loss)}` : `${right} of ${ROWS.length} rows are on their right side`}`,
  );
  const says = outputs.map(shortly).join(", ");
  const hoped = VIEW.row < 0 ? "" : `wanted ${[...TARGETS[VIEW.row]].map(shortly).join(", ")}, `;
  say($("verdict"), `${hoped}says ${says}${answer(outputs, VIEW.row)}`);
  drawCurve($("curve"), [...VIEW.losses, loss], { unit: "step" });
  set(
    $("curve"),
    "aria-label",
    `loss, from ${shortly(VIEW.losses[0] ?? loss)} to ${shortly(loss)} after ${plural(VIEW.losses.length, "step")}`,
  );
  const norms = MODEL.norms();
  drawNorms($("norms"), norms);
  set(
    $("norms"),
    "aria-label",
    norms.map((/** @type {number} */ n, /** @type {number} */ k) => `${DATA.layers[k].name}: ${shortly(n)}`).join(", "),
  );
  details();
  if ($("all").open) numbers();
}

/** What the outputs mean where there are classes, and whether that is right. @param {number[]} outputs @param {number} row */
function answer(outputs, row) {
  const { classes, level } = DATA,
    place = outputs.length > 1 ? outputs.indexOf(Math.max(...outputs)) : +(outputs[0] >= level);
  if (outputs.length === 1 ? classes.length !== 2 : !classes.length) return "";
  const ok = row < 0 ? "" : place === wanted(row) ? " ✓ right" : " ✗ wrong",
    why = outputs.length > 1 ? "" : ` (${place ? "at or above" : "below"} ${shortly(level)})`;
  return `: that means ${shortly(outputs.length > 1 ? place : classes[place])}${why}${ok}`;
}

/** Shows the details of what was chosen: its value, its gradient, and where the next step takes it. */
function details() {
  const { kind, place } = VIEW.chosen,
    given = kind === "input",
    x = given ? VIEW.probe[place] : MODEL.theta[place];
  $("chosen").value = `${given ? "input" : "parameter"}.${place}`;
  if (document.activeElement !== $("value")) $("value").value = String(x);
  if (document.activeElement !== $("value-number")) $("value-number").value = shortly(x);
  if (given) {
    say($("slope"), "");
    say(
      $("ahead"),
      "An input of the row that is looked at. It changes what the units say, not what the network learns.",
    );
    return;
  }
  const name = DATA.parameters[place][0],
    g = MODEL.gradient[place],
    after = MODEL.ahead(place),
    η = MODEL.rate;
  say($("slope"), `◀ ∂L/∂${name} = ${shortly(g)}`);
  const plain =
    DATA.optimizer === "SGD" && !DATA.memories.length
      ? `${name} − η · ∂L/∂${name} = ${shortly(x)} − (${shortly(η)})(${shortly(g)})`
      : `a step of ${DATA.optimizer} from ${shortly(x)}`;
  say($("ahead"), `Next step: ${name} ← ${plain} = ${shortly(after)}`);
}

function numbers() {
  const table = $("numbers");
  if (table.children.length !== DATA.parameters.length) {
    table.replaceChildren(
      ...DATA.parameters.map((/** @type {any[]} */ p) =>
        make("tr", {}, make("th", { scope: "row" }, p[0]), make("td", {}, p[1]), make("td"), make("td")),
      ),
    );
  }
  [...table.children].forEach((line, k) => {
    say(line.children[2], fully(MODEL.theta[k]));
    say(line.children[3], fully(MODEL.gradient[k]));
  });
}

/** Tells those who listen what was done. @param {string} words */
const tell = (words) => say($("announcement"), words);
const summary = () =>
  `${$("counted").textContent}: loss ${$("loss").textContent}${$("score").textContent ? ", " + $("score").textContent : ""}`;

/** Shows once before the next picture of the screen, however often it is asked for. */
function soon() {
  if (VIEW.dirty) return;
  VIEW.dirty = true;
  requestAnimationFrame(() => {
    if (VIEW.dirty) show();
  });
}

// ---------------------------------------------------------------------------------------------- changes by hand
/** @param {import("../shared/live_network.js").Chosen} what @param {number} x */
function change(what, x) {
  if (!Number.isFinite(x)) return;
  if (what.kind === "input") {
    VIEW.probe[what.place] = x;
    VIEW.row = -1;
    $("row").value = "-1";
  } else MODEL.theta[what.place] = x;
  soon();
}

/** @param {import("../shared/live_network.js").Chosen} what @param {number} by */
const drag = (what, by) =>
  change(what, +((what.kind === "input" ? VIEW.probe : MODEL.theta)[what.place] + by).toFixed(4));

/** @param {import("../shared/live_network.js").Chosen} what */
function choose(what) {
  VIEW.chosen = what;
  const x = what.kind === "input" ? VIEW.probe[what.place] : MODEL.theta[what.place],
    most = Math.max(5, Math.ceil(2 * Math.abs(x)) || 5);
  $("value").min = -most;
  $("value").max = most;
  soon();
}

/** @param {number} i */
function look(i) {
  VIEW.row = i;
  if (i >= 0) VIEW.probe = Float64Array.from(ROWS[i]);
  $("row").value = String(i);
  soon();
}

/** @param {number} rate */
function setRate(rate) {
  if (!(rate >= 0 && rate < Infinity)) return;
  MODEL.rate = rate;
  $("rate").value = String(Math.log10(rate));
  set($("rate"), "aria-valuetext", shortly(rate));
  if (document.activeElement !== $("rate-number")) $("rate-number").value = shortly(rate);
  soon();
}

function reset() {
  run(false);
  MODEL.reset();
  VIEW.losses = [];
  $("activation").value = MODEL.activation;
  $("batch").value = String(MODEL.batch);
  setRate(MODEL.rate);
  look(Math.min(1, ROWS.length - 1));
  show();
  tell(`back at the beginning: ${summary()}`);
}

// ---------------------------------------------------------------------------------------------- controls
$("reset").addEventListener("click", reset);
for (const [id, act] of /** @type {[string, () => void][]} */ ([
  ["step", advance],
  ["epoch", epoch],
])) {
  $(id).addEventListener("click", () => {
    if (VIEW.running) run(false);
    act();
    show();
    tell(summary());
  });
}
$("run").addEventListener("click", () => run(!VIEW.running));
$("controls").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
$("rate").addEventListener("input", () => setRate(+(10 ** +$("rate").value).toPrecision(3)));
$("rate-number").addEventListener("change", () => setRate(typedNumber($("rate-number").value)));
$("activation").addEventListener("change", () => {
  MODEL.activation = $("activation").value;
  show();
  tell(`${$("activation").value}: ${summary()}`);
});
$("batch").addEventListener("change", () => {
  MODEL.batch = +$("batch").value;
  MODEL.at = 0;
  show();
});
$("row").addEventListener("change", () => look(+$("row").value));
$("value").addEventListener("input", () => change(VIEW.chosen, +$("value").value));
$("value-number").addEventListener("change", () => change(VIEW.chosen, typedNumber($("value-number").value)));
$("chosen").addEventListener("change", () => {
  const [kind, place] = $("chosen").value.split(".");
  choose({ kind: kind === "input" ? "input" : isBias(+place) ? "bias" : "weight", place: +place });
});
$("all").addEventListener("toggle", () => {
  if ($("all").open) numbers();
});
document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (
    event.key !== " " ||
    event.altKey ||
    event.ctrlKey ||
    event.metaKey ||
    target.matches("button,summary,select,input:not([type=range])")
  )
    return;
  event.preventDefault();
  run(!VIEW.running);
});
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
    ? ROWS.findIndex((/** @type {Float64Array} */ row, /** @type {number} */ k) => {
        const [x, y] = FIELD.place(row, FIELD.flat ? TARGETS[k][0] : row[j], box);
        return Math.hypot(x / FIELD.canvas.width - a, y / FIELD.canvas.height - b) < 0.035;
      })
    : -1;
  if (found >= 0) {
    look(found);
    return;
  }
  VIEW.probe[i] = box.x[0] + (box.x[1] - box.x[0]) * a;
  if (!FIELD.flat) VIEW.probe[j] = box.y[1] - (box.y[1] - box.y[0]) * b;
  look(-1);
}

const BIASES = new Set(DATA.layers.flatMap((/** @type {any} */ layer) => layer.biases));
const isBias = (/** @type {number} */ place) => BIASES.has(place);

function begin() {
  $("title").textContent = document.title = DATA.title;
  const option = (/** @type {string | number} */ value, /** @type {string} */ words) =>
    make("option", { value }, words);
  $("activation").append(
    ...Object.keys(DATA.programs).map((name) => option(name, name === "own" ? "as given" : name.replace("_", " "))),
  );
  $("batch").append(
    ...DATA.batches.map((/** @type {number} */ n) =>
      option(n, n === ROWS.length ? `all ${plural(n, "row")}` : plural(n, "row")),
    ),
  );
  $("batches").hidden = DATA.batches.length < 2;
  $("row").append(
    option(-1, "your own"),
    ...ROWS.slice(0, 2000).map((_, i) => option(i, `${i + 1} of ${ROWS.length}`)),
  );
  $("chosen").append(
    ...(ROWS[0].length <= 100 ? [...ROWS[0]].map((_, i) => option(`input.${i}`, `input x${sub(i + 1)}`)) : []),
    ...DATA.parameters.map((/** @type {any[]} */ p, /** @type {number} */ k) => option(`parameter.${k}`, p[0])),
  );
  if (ROWS[0].length > 2) {
    FIELD.axes.forEach((axis, k) => {
      const select = make(
        "select",
        { "aria-label": k ? "input drawn upwards" : "input drawn across" },
        ...[...ROWS[0]].slice(0, 200).map((_, i) => option(i, `x${sub(i + 1)}`)),
      );
      select.value = String(axis);
      select.addEventListener("change", () => {
        FIELD.axes[k] = +select.value;
        show();
      });
      $("axes").append(k ? " and " : "over ", select);
    });
  }
  const marks =
    DATA.outputs > 1 || DATA.classes.length > 2
      ? "Digits are the rows' classes; shades are the class with the highest output."
      : DATA.classes.length === 2
        ? `× rows that want ${shortly(DATA.classes[1])} (blue), ○ ${shortly(DATA.classes[0])} (orange); the line is where the output is ${shortly(DATA.level)}.`
        : "Dots are the rows.";
  say(
    $("key"),
    `${FIELD.flat ? "The curve is the output over the input. Dots are the rows." : marks} ◎ is what you look at: press or drag.${ROWS[0].length > 2 ? " The other inputs are held at its values." : ""}`,
  );
  NETWORK.draw(drag, choose);
  Object.assign(VIEW, { show, tell, summary });
  VIEW.chosen = { kind: "weight", place: Math.max(0, DATA.layers[0].weights[0][0]) };
  reset();
}
begin();
