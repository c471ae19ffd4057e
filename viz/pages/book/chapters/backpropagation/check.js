// Figure 6.2b: two slopes of nine parameters, side by side, and the losses that hide the bug.

import { counted } from "../../../shared/numbers.js";

const NAMES = ["w₁₁", "w₁₂", "b₁", "w₂₁", "w₂₂", "b₂", "out w₁", "out w₂", "out b"];

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { start, rate, most, near, close } = it.about,
    checks = it.plot(
      "what backward gives each parameter, and what the difference of two losses gives",
      { range: [-0.1, 0.15], ticks: [-0.1, -0.05, 0, 0.05, 0.1, 0.15], label: "slope of the loss" },
      { range: [9.5, 0.5], ticks: NAMES.map((_, k) => k + 1), tell: (k) => NAMES[k - 1], label: "parameter" },
      { high: 290, left: 64, right: 166 },
    ),
    falls = it.plot(
      "the loss over the epochs, with the bug and without",
      { range: [0, most], ticks: [0, 500, 1000, 1500], label: "epoch" },
      { range: [0, 1], ticks: [0, 0.5, 1], label: "► loss" },
      { high: 180, left: 64, right: 166 },
    ),
    kept = /** @type {Map<string, number[]>} */ (new Map());
  /** The loss after each epoch of descent, computed once. @param {string} bug @returns {number[]} */
  const losses = (bug) => {
    const known = kept.get(bug);
    if (known) return known;
    const { losses: found } = it.descent("descent", start, rate, most, (p) => it.run(bug, p));
    kept.set(bug, found);
    return found;
  };
  const agree = (/** @type {number} */ a, /** @type {number} */ b) =>
    Math.abs(a - b) <= close * Math.max(Math.abs(a), Math.abs(b), 0.01);
  return {
    numbers({ bug, epochs }) {
      const backward = it.run(bug, start).slopes,
        pushed = (/** @type {number} */ k, /** @type {number} */ way) =>
          it.value(
            "none",
            start.map((/** @type {number} */ x, /** @type {number} */ i) => x + way * +(i === k)),
          ),
        difference = NAMES.map((_, k) => (pushed(k, near) - pushed(k, -near)) / (2 * near));
      return {
        checked: NAMES.length,
        agree: difference.filter((x, k) => agree(backward[k], x)).length,
        loss_right: losses("none")[epochs],
        loss_wrong: losses(bug)[epochs],
        ...counted("backward_", backward),
        ...counted("difference_", difference),
      };
    },
    draw({ bug, epochs }, n) {
      checks.begin(it.width);
      checks.layer("result", () => {
        for (const k of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
          const [a, b] = [n[`backward_${k}`], n[`difference_${k}`]];
          checks.point(b, k, "backward hollow");
          checks.point(a, k, "backward small");
          const [words, style] = agree(a, b) ? ["✓ they agree", "word"] : ["‼ they differ", "odd"];
          if (checks.wide) checks.text(checks.right + 10, checks.y(k) + 5, words, { style });
          else checks.text(checks.right + 2, checks.y(k) + 5, words[0], { style });
        }
      });
      checks.question(checks.x(0.1), checks.y(5));
      falls.begin(it.width);
      falls.layer("result", () => {
        falls.series(losses("none"), "forward");
        falls.series(losses(bug), "minus dotted");
      });
      falls.cursor(epochs);
      falls.legend(
        [falls.y(0.8), "without the bug, solid", "with it, dotted"],
        [falls.y(0.8) + 50, "above: ● backward", "○ by difference", ...(falls.wide ? [] : ["‼ they differ"])],
      );
    },
    answer({ bug, epochs }, n) {
      const where = {
        none: "There is no bug: all agree.",
        slope:
          "Errors run backward, so all that lies between the slip and the loss is still right, and all behind it is wrong.",
        row: "Every gradient is that of one row: all are wrong, as the slip lies at the loss itself.",
        path: "Only what lies behind the cut is wrong, and there backward says exactly 0.",
      }[/** @type {"none"} */ (bug)];
      return it.words`${n.agree} of ${n.checked} agree. ${where} After ${epochs} epochs the loss is
          ${n.loss_wrong}${bug === "none" ? "" : it.words`, and without the bug ${n.loss_right}`}.`;
    },
  };
};
