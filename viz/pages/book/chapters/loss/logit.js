// Figure 4.2: what two losses send back to one logit.

import { asked, box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const plot = it.plot(
    "the gradient that reaches the logit, over the logit, for two losses",
    { range: [-10, 10], ticks: [-10, -5, 0, 5, 10], label: "logit z" },
    { range: [-1, 0], ticks: [-1, -0.5, 0], label: "◄ ∂L/∂z" },
    { right: 130 },
  );
  const slope = (/** @type {string} */ loss) => (/** @type {number} */ z) => it.run(loss, [z]).slopes[0];
  return {
    numbers({ z }) {
      const { value: y, slopes } = it.run("chance", [z]),
        [mse, bce] = [slope("mse")(z), slope("bce")(z)];
      return {
        prediction: y,
        percent: 100 * y,
        slope: slopes[0],
        outer: it.run("squared", [y]).slopes[0],
        mse,
        steep: bce / slopes[0],
        bce,
        times: bce / mse,
      };
    },
    draw({ z }, n) {
      plot.begin(it.width);
      plot.along(it);
      plot.cursor(z);
      plot.graph(slope("bce"), "backward");
      plot.graph(slope("mse"), "backward dotted");
      plot.layer("result", () => {
        plot.point(z, n.bce, "backward");
        plot.point(z, n.mse, "backward hollow");
      });
      plot.question(plot.x(z));
      plot.legend([plot.y(0), "○ MSE, dotted", "● BCE, solid"]);
      const local = box.factor("× σ′(z)", n.slope);
      it.rows(
        [
          "○ MSE: the slope of σ stays",
          box.gradient("◄ 2 (ŷ − y)", n.outer),
          local,
          "=",
          asked(box.sent("◄ ∂L/∂z", n.mse)),
        ],
        [
          "● BCE: its own slope divides by σ′",
          box.gradient("◄ (ŷ − y) / σ′", n.steep),
          { ...local, gone: true },
          "=",
          asked(box.sent("◄ ∂L/∂z", n.bce)),
        ],
      );
    },
    answer({ z }, n) {
      const why =
        z < -2
          ? "The sigmoid’s slope, all but 0, stays in the one product and is cancelled in the other."
          : z < 2
            ? "Here the sigmoid is steep, and both learn."
            : "It is nearly right: neither pulls hard, nor needs to.";
      return it.words`At z = ${z} the network says ${[n.percent, 2]} %. Cross-entropy pulls with ${n.bce}, squared
          error with ${n.mse}: the one is ${[n.times, 3]} times the other. ${why}`;
    },
  };
};
