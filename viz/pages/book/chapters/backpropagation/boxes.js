// Figure 6.1: three slopes on the way from a loss to a weight, multiplied.

import { asked, box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const plot = it.plot(
    "the loss over the weight, with its slope at w",
    { range: [-1, 3], ticks: [-1, 0, 1, 2, 3], label: "weight w" },
    { range: [0, 4], ticks: [0, 2, 4], label: "► loss L" },
    { high: 210, right: 130 },
  );
  return {
    numbers({ w, nudge }) {
      const { value: L, slopes, z, a } = it.run("chain", [w]);
      return {
        z: z[0],
        a: a[0],
        L,
        dL_da: it.run("loss", [a[0]]).slopes[0],
        da_dz: it.run("activation", [z[0]]).slopes[0],
        dz_dw: it.run("sum", [w]).slopes[0],
        gradient: slopes[0],
        foretold: slopes[0] * nudge,
        measured: it.value("chain", [w + nudge]) - L,
      };
    },
    draw({ w }, n) {
      plot.begin(it.width);
      plot.cursor(w);
      plot.graph((x) => it.value("chain", [x]), "forward");
      plot.layer("result", () => {
        const reach = Math.min(0.5, 1.2 / (Math.abs(n.gradient) || 1));
        plot.curve(
          [Math.max(w - reach, -1), Math.min(w + reach, 3)].map((x) => [x, n.L + (x - w) * n.gradient]),
          "backward dashed",
        );
      });
      plot.point(w, n.L, "forward");
      plot.legend([plot.y(3.6), "loss, solid", "its slope, dashed"]);
      it.rows(
        [
          "► forward: each from the one before",
          box.value("► w", w),
          "→",
          box.value("► z = 3w − 3", n.z),
          "→",
          box.value("► a = tanh z", n.a),
          "→",
          box.value("► L", n.L),
        ],
        [
          "◄ back: the slopes on the way, multiplied",
          box.gradient("◄ ∂L/∂a", n.dL_da),
          box.factor("× ∂a/∂z", n.da_dz),
          box.factor("× ∂z/∂w", n.dz_dw),
          "=",
          asked(box.sent("◄ ∂L/∂w", n.gradient)),
        ],
        [
          "push w by so much: L moves by",
          asked(box.sent("foretold", n.foretold)),
          "≈",
          asked(box.value("measured", n.measured)),
        ],
      );
    },
    answer({ w, nudge }, n) {
      const why =
        Math.abs(n.gradient) < 0.01
          ? ". The curve is flat here: one factor is all but 0, and so is the product."
          : ". The difference is the bend of the curve, and goes away with smaller pushes.";
      return it.words`At w = ${w}: ${n.dL_da} · ${n.da_dz} · ${n.dz_dw} = ${n.gradient}. A push of ${nudge}
          foretells ${n.foretold}, and the loss really changes by ${n.measured}${why}`;
    },
    mistakes: (n) => [
      [n.dL_da + n.da_dz + n.dz_dw, "Slopes along a chain multiply; you added them."],
      [-n.gradient, "The sign: a ≤ 1, so the loss falls as a rises."],
      [n.dL_da * n.da_dz, "You left out the last link, the sum’s 3."],
      [n.dz_dw * n.da_dz, "You left out the first link, the loss’s own slope."],
    ],
  };
};
