// Figure 4.2b: the same loss, written in three ways, far out where the sigmoid is all but 0.

import { asked, box } from "../../plot.js";

const NAMED = { hand: "log of the sigmoid", epsilon: "with + 1e-8", logit: "one function of z" };

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const plot = it.plot(
    "the slope of three losses, the further the logit is on the wrong side",
    { range: [1, 800], ticks: [1, 10, 100, 800], label: "−z: how far on the wrong side", powers: true },
    { range: [-1, 0], ticks: [-1, -0.5, 0], label: "◄ ∂L/∂z" },
    { right: 178 },
  );
  const at = (/** @type {string} */ name, /** @type {number} */ far) => it.run(name, [-far]);
  return {
    numbers: ({ far }) =>
      Object.fromEntries(
        Object.keys(NAMED).flatMap((name) => {
          const { value, slopes } = at(name, far);
          return [
            [name, value],
            [`${name}_slope`, slopes[0]],
          ];
        }),
      ),
    draw({ far }, n) {
      plot.begin(it.width);
      plot.along(it);
      plot.cursor(far);
      plot.layer("result", () => {
        plot.graph((x) => at("hand", x).slopes[0], "thin");
        plot.graph((x) => at("epsilon", x).slopes[0], "backward dotted");
        plot.graph((x) => at("logit", x).slopes[0], "backward dashed");
        plot.point(far, n.logit_slope, "backward");
        plot.point(far, n.epsilon_slope, "backward hollow");
        plot.legend(
          [plot.y(0), "○ with + 1e-8, dotted"],
          [plot.y(-1) - 20, "● one function, dashed"],
          [plot.y(-1), "by hand, thin"],
        );
      });
      plot.question(plot.x(far));
      it.rows(
        ...Object.entries(NAMED).map(([name, label]) => {
          const [loss, slope] = [n[name], n[`${name}_slope`]];
          return [
            label,
            box.value("► loss", loss, { alarm: !Number.isFinite(loss) }),
            asked(box.gradient("◄ ∂L/∂z", slope, { alarm: !Number.isFinite(slope) })),
          ];
        }),
      );
    },
    answer({ far }, n) {
      const why =
        far < 15
          ? "So near to 0 the three agree."
          : "The epsilon is far larger than the probability it protects, so the loss stands still, whatever the network does. ";
      const rest = Number.isFinite(n.hand)
        ? ""
        : "By hand the loss is infinite, and its slope is not a number: one step, and every weight is nan.";
      return it.words`At z = −${far} the epsilon leaves ${[Math.abs(n.epsilon_slope), 2]} of a pull that should be
          ${Math.abs(n.logit_slope)}. ${why}${rest}`;
    },
  };
};
