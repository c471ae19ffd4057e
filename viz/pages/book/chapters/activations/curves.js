// Figure 7.1: an activation, its slope at the same z under it, and an error that comes back through.

import { asked, box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { edge, fine } = it.about,
    x = { range: /** @type {[number, number]} */ ([-edge, edge]), ticks: [-6, -3, 0, 3, 6] },
    upper = it.plot(
      "the activation over its sum z",
      x,
      { range: [-1.2, 2], ticks: [-1, 0, 1, 2], label: "► value a" },
      { high: 200, left: 40, right: 150 },
    ),
    lower = it.plot(
      "the slope of the activation over its sum z",
      { ...x, label: "sum z" },
      { range: [-0.2, 1.2], ticks: [0, 0.25, 0.5, 1], label: "× slope" },
      { high: 190, left: 40, right: 150 },
    ),
    all = Array.from({ length: 2 * edge * fine + 1 }, (_, k) => k / fine - edge);
  return {
    numbers({ f, z }) {
      const { value: a, slopes } = it.run(f, [z]),
        slope = slopes[0];
      return { a, slope, back: 1 * slope, steepest: Math.max(...all.map((x) => it.run(f, [x]).slopes[0])) };
    },
    draw({ f, z }, n) {
      upper.begin(it.width);
      upper.cursor(z);
      upper.graph((x) => it.value(f, [x]), "forward");
      const ends = [Math.max(z - 1.5, -edge), Math.min(z + 1.5, edge)];
      upper.layer("result", () =>
        upper.curve(
          ends.map((x) => [x, n.a + (x - z) * n.slope]),
          "dashed",
        ),
      );
      upper.point(z, n.a, "forward");
      upper.legend([upper.y(1.4), "► value, solid", "tangent, dashed"]);
      lower.begin(it.width);
      lower.along(it);
      lower.cursor(z);
      lower.layer("result", () => {
        lower.curve(
          all.map((x) => [x, it.run(f, [x]).slopes[0]]),
          "backward",
        );
        lower.point(z, n.slope, "backward");
        lower.legend([lower.y(0.6), "× slope"]);
      });
      lower.question(lower.x(z));
      it.rows([
        "an error of 1 on its way back",
        box.gradient("◄ from behind", 1),
        asked(box.factor("× slope", n.slope)),
        "=",
        asked(box.sent("◄ gets through", n.back)),
      ]);
    },
    answer({ f, z }, n) {
      const why =
        n.back === 0
          ? "Here it is flat: nothing gets back, and nothing in front of it learns from this example."
          : Math.abs(n.back) < 0.05
            ? "Here it is all but flat: it is saturated."
            : "";
      return it.words`At z = ${z} the ${f.replace("_", " ")} lets ${n.back} of the error through; where it
          is steepest it lets ${n.steepest} through. ${why}`;
    },
  };
};
