// Figure 8.1: an error on its way back through many layers, and what each lets through.

import { counted, doubles, fewer } from "../../../shared/numbers.js";
import { asked, box } from "../../plot.js";

const PILL = 46;

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { size, deviations } = it.about,
    drawn = it.about.drawn.map(doubles),
    zeros = new Float64Array(size),
    plot = it.plot(
      "the length of the gradient in each layer, from 1 in the last one",
      { range: [0.5, 10.5], ticks: [], label: "layer" },
      { range: [1e-8, 1e3], ticks: [], label: "◄ length of the gradient", powers: true, tell: (x) => fewer(x, 1) },
      { high: 270 },
    );
  /** The length of the gradient in each layer. @param {Record<string, any>} state @returns {number[]} */
  const lengths = ({ depth, act, init, block }) => {
    const layers = /** @type {number[][]} */ ([]);
    let values = /** @type {ArrayLike<number>} */ (Float64Array.from(zeros, () => 1));
    for (const numbers of drawn.slice(0, depth)) {
      layers.push([...Array.from(values), ...numbers.map((/** @type {number} */ x) => x * deviations[init])]);
      values = it.run(`${act}.${block}`, layers[layers.length - 1], zeros).outputs;
    }
    const found = [it.run("length", values).slopes];
    for (const layer of layers.slice(1).reverse())
      found.unshift(it.run(`${act}.${block}`, layer, found[0]).slopes.slice(0, size));
    return found.map((gradient) => it.value("length", gradient));
  };
  return {
    numbers(state) {
      const found = lengths(state);
      return {
        ...counted("norm_", found),
        share: found[0],
        factor: found[0] ** (1 / Math.max(1, state.depth - 1)),
      };
    },
    draw({ depth }, n) {
      const [down, up] = [0.8, 0.3].map((a_layer) => Math.max(1, Math.ceil(a_layer * depth))),
        { x, y } = plot.axes,
        every = Math.ceil(down / 6);
      x.range = [0.5, depth + 0.5];
      x.ticks = Array.from({ length: depth }, (_, k) => k + 1).filter((k) => k === 1 || k % (depth > 12 ? 5 : 1) === 0);
      y.range = [10 ** -down, 10 ** up];
      y.ticks = [1];
      for (let k = every; k <= down; k += every) y.ticks.push(10 ** -k);
      for (let k = every; k <= up; k += every) y.ticks.push(10 ** k);
      plot.begin(it.width);
      const slot = plot.x(2) - plot.x(1),
        wide = Math.min(36, 0.7 * slot);
      plot.layer("result", () => {
        for (let k = 1; k <= depth; k++) {
          const end = plot.y(Math.max(n[`norm_${k}`], y.range[0]));
          plot.bar("point backward", plot.x(k) - wide / 2, end, wide, Math.max(1, plot.bottom - end));
        }
        if (slot < PILL) return;
        plot.svg.setAttribute("height", String(plot.high + 44));
        plot.text(0, plot.high + 10, "× what each layer lets through, from right to left");
        for (let k = 1; k < depth; k++) {
          const middle = plot.x(k + 0.5);
          plot.layer("chip", () => {
            const left = (middle - PILL / 2 + 1).toFixed(1),
              words = fewer(n[`norm_${k}`] / n[`norm_${k + 1}`], 2);
            plot.add("rect", { x: left, y: plot.high + 16, width: PILL - 2, height: 26, rx: 13 });
            plot.text(middle, plot.high + 33, words, { style: "", anchor: "middle" });
          });
        }
      });
      plot.question();
      it.rows([
        "from the last layer back to the first",
        box.gradient("◄ in the last", n[`norm_${depth}`]),
        asked(box.factor("per layer", n.factor)),
        `${depth - 1} ${depth === 2 ? "time" : "times"} =`,
        asked(box.sent("◄ in the first", n.share)),
      ]);
    },
    answer({ depth }, n) {
      const change = "ReLU in place of the sigmoid, then He’s weights as well; or keep the sigmoids, and add the skip.",
        words =
          depth === 1
            ? "The first is the last: there is no layer to pass."
            : n.factor < 0.5
              ? `It vanishes, and the first layers learn next to nothing. Now change one thing at a time: ${change}`
              : n.factor < 0.9
                ? "It still shrinks in every layer: through enough of them it vanishes, too."
                : n.factor < 1.2
                  ? "That is close to 1: the first layers learn about as well as the last."
                  : "That is well above 1: through enough layers the error explodes.";

      return it.words`In layer 1 the error is ${[n.share, 2]} times as large as in layer ${depth}. On average a
          layer lets through ${[n.factor, 2]}. ${words}`;
    },
  };
};
