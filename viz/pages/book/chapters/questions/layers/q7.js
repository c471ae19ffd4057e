// Figure Q7: a chain laid out side by side, and what is left of the error at each step back.

import { make } from "../../../../shared/dom.js";
import { Network } from "../../../../shared/network.js";
import { asked, box } from "../../../plot.js";

/** @typedef {import("../../../../shared/network.js").Unit} Unit */

/** @type {import("../../../figure.js").Code} */
export const figure = (it) => {
  const { first } = it.about,
    svg = make("svg", { role: "group", "aria-label": "the last steps, side by side" }),
    chain = new Network(svg);
  it.drawing.append(svg);
  const plot = it.plot(
    "the error that is left, by steps back",
    { range: [0, 1], label: "steps back from the end" },
    { range: [0.001, 1000], label: "◄ error that is left", powers: true },
    { high: 240, right: 110 },
  );
  /** All states from the first on, the error at each, and the slope by the weight that all steps share.
   * @param {Record<string, any>} state */
  const run = ({ w, steps }) => {
    const h = [first],
      errors = [1];
    for (let k = 0; k < steps; k++) h.push(it.value("step", [w, h[k], 1]));
    let dw = 0;
    for (let k = steps - 1; k >= 0; k--) {
      const { slopes } = it.run("step", [w, h[k], errors[0]]);
      dw += slopes[0];
      errors.unshift(slopes[1]);
    }
    return { h, errors, dw };
  };
  return {
    numbers(state) {
      const { h, errors, dw } = run(state);
      return { h: h[h.length - 1], left: errors[0], dw };
    },
    draw(state, n) {
      const { w, steps } = state,
        { h, errors } = run(state),
        shown = Math.min(steps, it.width > 500 ? 4 : 2);
      let before = /** @type {Unit | null} */ (null);
      const columns = Array.from({ length: shown + 1 }, (_, k) => {
        const step = steps - shown + k,
          unit = /** @type {Unit} */ ({
            name: "h",
            told: `state after step ${step}`,
            value: h[step],
            gradient: errors[step],
            inputs: before ? [{ unit: before, weight: w }] : [],
          });
        before = unit;
        return { head: `step ${step}`, short: String(step), units: [unit] };
      });
      chain.layOut(columns, it.width);
      chain.paint({ unit: null });

      const power = (/** @type {number} */ x) => Math.ceil(Math.max(3, Math.log10(x)) / 3) * 3,
        [low, high] = [10 ** -power(1 / n.left), 10 ** power(n.left)];
      plot.axes.x.range = [0, steps];
      plot.axes.x.ticks = [...new Set([0, Math.round(steps / 2), steps])];
      plot.axes.y.range = [low, high];
      plot.axes.y.ticks = [low, 1, high];
      plot.begin(it.width);
      plot.graph(() => 1, "dotted", 1);
      plot.layer("result", () => {
        plot.curve(
          errors.map((error, k) => [steps - k, error]),
          "backward",
        );
        plot.point(steps, n.left, "backward");
      });
      plot.question(plot.right - 24, plot.top + 24);
      plot.legend([plot.top + 20, "w = 1, dotted", `w = ${w}, solid`]);
      it.rows(
        [
          `${steps} ${steps === 1 ? "step" : "steps"} back`,
          box.gradient("◄ at the end", 1),
          box.factor(`× w, ${steps === 1 ? "once" : `${steps} times`}`, w),
          "=",
          asked(box.gradient("◄ at the beginning", n.left)),
        ],
        [
          "what is learned from it",
          asked(box.value("► the last h", n.h)),
          asked(box.gradient("◄ ∂h/∂w, over all steps", n.dw)),
        ],
      );
    },
    answer({ w, steps }, n) {
      const why =
        w < 1
          ? ": so little of the error arrives at the beginning."
          : w > 1
            ? ": so many times as large the error arrives at the beginning."
            : ": the error arrives as it was.";
      return it.words`${w} to the power of ${steps} is ${n.left}${why} There is no safe weight but 1, and that is
          what gates are for.`;
    },
  };
};
