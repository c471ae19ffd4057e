// Figure 4.2: what two losses send back to one logit.

import { Plot, rows } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = {
  start(it) {
    const plot = new Plot(it.drawing, {
      x: { range: [-10, 10], ticks: [-10, -5, 0, 5, 10], label: "logit z" },
      y: { range: [-1, 0], ticks: [-1, -0.5, 0], label: "◄ ∂L/∂z" },
      right: 130,
      name: "the gradient that reaches the logit, over the logit, for two losses",
    });
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
        plot.question(plot.x(z), (plot.top + plot.bottom) / 2);
        plot.legend([
          ["○ MSE, dotted", plot.y(0)],
          ["● BCE, solid", plot.y(0) + 20],
        ]);
        const local = { kind: "local", title: "× σ′(z)", number: n.slope, sign: "× " };
        rows(it.boxes, [
          {
            label: "○ MSE: the slope of σ stays",
            boxes: [
              { kind: "gradient", title: "◄ 2 (ŷ − y)", number: n.outer },
              local,
              "=",
              { kind: "sent", title: "◄ ∂L/∂z", number: n.mse, asked: true },
            ],
          },
          {
            label: "● BCE: its own slope divides by σ′",
            boxes: [
              { kind: "gradient", title: "◄ (ŷ − y) / σ′", number: n.steep },
              { ...local, gone: true },
              "=",
              { kind: "sent", title: "◄ ∂L/∂z", number: n.bce, asked: true },
            ],
          },
        ]);
      },
      answer({ z }, n) {
        return [
          "At z = ",
          it.mark(z),
          " the network says ",
          it.mark(n.percent, 2),
          " %. Cross-entropy pulls with ",
          it.mark(n.bce),
          ", squared error with ",
          it.mark(n.mse),
          ": the one is ",
          it.mark(n.times, 3),
          " times the other. ",
          z < -2
            ? "The sigmoid’s slope, all but 0, stays in the one product and is cancelled in the other."
            : z < 2
              ? "Here the sigmoid is steep, and both learn."
              : "It is nearly right: neither pulls hard, nor needs to.",
        ];
      },
    };
  },
};
