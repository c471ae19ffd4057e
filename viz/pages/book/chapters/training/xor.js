// Figure 9: XOR learned epoch by epoch: what the network says to the four rows and over the plane, and the pass within an epoch.

import { make, ruler, set } from "../../../shared/dom.js";
import { counted, fewer } from "../../../shared/numbers.js";
import { Plot, box, cover } from "../../plot.js";
import { Course, field } from "./course.js";
import { Pass } from "./pass.js";

const PITCH = 44, // from one bar to the next
  TOP = 34;

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { rows, targets, theta, rate } = it.about,
    course = new Course(it, theta, rate),
    pass = new Pass(it, { inputs: 2, hidden: 4, bend: "sigmoid", asks: "answers" }, (unit) => {
      const { epoch, row } = it.state,
        n = pass.numbers(course.after(epoch), rows[row - 1], targets[row - 1]);
      it.set({ inside: steps(n, row).findIndex((step) => step.unit === unit) + 1 });
    }),
    pair = make("div", { class: "pair" }),
    bars = make("svg", { role: "img", "aria-label": "what the network says to each row, and what is right" });
  pair.append(bars);
  it.drawing.append(pass.svg, pair);
  it.boxes.classList.add("result");
  const plane = new Plot(
    pair,
    "what the network says over the plane: blue leans to 1, orange to 0",
    { range: [-0.25, 1.25], ticks: [0, 1], label: "x₁" },
    { range: [-0.25, 1.25], ticks: [0, 1], label: "x₂" },
  );
  const steps = (/** @type {Record<string, number>} */ n, /** @type {string} */ row) => [
    ...pass.forward(n, targets[+row - 1]),
    ...pass.backward(n, rows[+row - 1], targets[+row - 1]),
  ];

  /** @param {number} width @param {string} chosen @param {Record<string, number>} n */
  function drawBars(width, chosen, n) {
    const bold = ruler(14),
      names = rows.map((/** @type {number[]} */ row) => `(${row.join(", ")})`),
      left = Math.ceil(Math.max(...names.map(bold))) + 12,
      right = width - Math.ceil(bold("0.0000")) - 12,
      text = (
        /** @type {number} */ x,
        /** @type {number} */ y,
        /** @type {string} */ style,
        /** @type {string} */ words,
      ) => make("text", { x, y, class: style }, words);
    set(bars, "width", width);
    set(bars, "height", TOP + rows.length * PITCH);
    bars.replaceChildren(text(0, 12, "note", "row"), text(left, 12, "note", "▮ says  ◆ right"));
    rows.forEach((/** @type {number[]} */ _, /** @type {number} */ k) => {
      const y = TOP + k * PITCH,
        long = right - left,
        said = n[`p${k + 1}`],
        at = left + targets[k] * long;
      bars.append(
        text(0, y + 13, k + 1 === +chosen ? "name" : "word", names[k]),
        make("rect", { class: "groove", x: left, y, width: long, height: 18 }),
        make(
          "g",
          { class: "result" },
          make("rect", { class: "share", x: left, y, width: (said * long).toFixed(1), height: 18 }),
          text(right + 12, y + 14, "value", fewer(said, 3)),
        ),
        make("path", { class: "aim", d: `M${at} ${y - 5}l7 14l-7 14l-7 -14z` }),
      );
    });
    bars.append(cover((left + right) / 2, TOP + 1.5 * PITCH + 9));
  }

  return {
    numbers({ epoch, row }) {
      const at = course.after(epoch),
        { value, answers } = it.run("loss", at);
      return {
        loss: value,
        ...counted("p", answers),
        ...pass.numbers(at, rows[row - 1], targets[row - 1]),
      };
    },
    draw({ epoch, row, inside }, n) {
      pair.hidden = inside > 0;
      const list = steps(n, row);
      pass.draw(n, { row: rows[row - 1], steps: inside ? list : list.slice(0, 11), made: inside });
      pass.tell(list[inside - 1], [
        [
          `after ${epoch} epoch${epoch === 1 ? "" : "s"}`,
          box.value("► this row’s loss", n.L),
          box.value("► loss, mean of all rows", n.loss),
        ],
      ]);
      if (inside) return;
      const wide = Math.round(it.width * 0.6);
      drawBars(wide - 16, row, n);
      plane.high = it.width - wide - 42 + 62; // as high as wide, and the words above and below
      plane.begin(it.width - wide);
      plane.layer("result", () => field(plane, course.answer(epoch)));
      rows.forEach((/** @type {[number, number]} */ [x, y], /** @type {number} */ k) => {
        plane.point(x, y, targets[k] ? "" : "hollow");
        if (k + 1 === +row) plane.add("circle", { class: "needle", cx: plane.x(x), cy: plane.y(y), r: 11 });
      });
    },
    answer({ epoch }, n) {
      const list = [1, 2, 3, 4].map((k) => n[`p${k}`]),
        off = Math.max(...list.map((p, k) => Math.abs(p - targets[k]))),
        told = list.flatMap((p, k) => it.words`${k ? ", " : ""}${[p, 2]}`),
        why = list.every((p) => Math.abs(p - 0.5) < 0.05)
          ? "That is still about one half to each: the plateau."
          : off >= 0.5
            ? "Some of them are on the wrong side of one half."
            : off > 0.1
              ? "The right side for each, but unsure."
              : "Right, and surer with every epoch.";
      return it.words`After ${String(epoch)} epochs it says ${told}, at a loss of ${n.loss}. ${why}`;
    },
  };
};
