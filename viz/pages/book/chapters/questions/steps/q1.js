// Figure Q1: a square for each parameter; it is filled as soon as its slope is known.

import { make, set } from "../../../../shared/dom.js";
import { asked, box } from "../../../plot.js";

const HIGH = 150; // of a field of squares
const LARGEST = 16;

/** @type {import("../../../figure.js").Code} */
export const figure = (it) => {
  const { counts } = it.about,
    svg = make("svg", { role: "img", "aria-label": "parameters whose slope is known, by either way" });
  it.drawing.append(svg);
  /** So many squares of a field, row by row. @param {number} from @param {number} to @param {number} across
   * @param {number} size @param {number[]} corner */
  const squares = (from, to, across, size, [x, y]) =>
    Array.from({ length: to - from }, (_, k) => {
      const [left, top] = [x + ((from + k) % across) * size, y + Math.floor((from + k) / across) * size],
        side = (size * 0.8).toFixed(2);
      return `M${left.toFixed(2)} ${top.toFixed(2)}h${side}v${side}h-${side}z`;
    }).join("");
  return {
    numbers({ n, passes }) {
      const count = counts[n];
      return {
        parameters: count,
        differences: 2 * count,
        backward: 2,
        times: count,
        known: Math.min(Math.floor(passes / 2), count),
        known_backward: passes >= 2 ? count : 0,
      };
    },
    draw({ passes }, n) {
      const two = it.width > 500,
        wide = two ? (it.width - 32) / 2 : it.width,
        fits = (/** @type {number} */ size) => Math.floor(wide / size) * Math.floor(HIGH / size) >= n.parameters;
      let size = LARGEST;
      while (!fits(size)) size -= 0.1;
      const across = Math.floor(wide / size),
        high = Math.ceil(n.parameters / across) * size;
      set(svg, "width", it.width);
      set(svg, "height", (two ? 1 : 2) * (high + 32));
      svg.replaceChildren();
      for (const [part, known] of [n.known, n.known_backward].entries()) {
        const corner = [two ? part * (wide + 32) : 0, two ? 28 : 28 + part * (high + 32)],
          words = `by ${part ? "backpropagation" : "differences"}: ${known} of ${n.parameters} known`;
        svg.append(
          make("text", { class: "word", x: corner[0], y: corner[1] - 10 }, words),
          make("path", { class: "cells", d: squares(known, n.parameters, across, size, corner) }),
          make("path", { class: "cells backward", d: squares(0, known, across, size, corner) }),
        );
      }
      it.rows([
        `for all ${n.parameters} slopes, passes`,
        asked(box.value("by differences", n.differences)),
        box.value("by backpropagation", n.backward),
        asked(box.value("times as many", n.times)),
      ]);
      const known = `${n.known} slopes known by differences, ${n.known_backward} by backpropagation`;
      set(svg, "aria-label", `after ${passes} passes: ${known}`);
    },
    answer({ n: width }, n) {
      return it.words`With ${width}${width === 1 ? " neuron" : " neurons"} in each hidden layer there are
          ${n.parameters} parameters, and differences need ${n.differences} passes, two for each.
          Backpropagation needs 2, and gets the exact slopes instead of nearly right ones. For a
          million parameters it is two million passes against two.`;
    },
    mistakes: (n) => [
      [n.parameters, "That is one pass for each parameter: each is pushed up and down."],
      [n.parameters + 1, "That is one push for each, and one pass without: here each is pushed up and down."],
      [2, "That is what backpropagation needs."],
    ],
  };
};
