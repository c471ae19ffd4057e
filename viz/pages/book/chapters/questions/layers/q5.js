// Figure Q5: the sum of so many S-shaped curves, and the wave that they were to follow.

import { asked, box } from "../../../plot.js";

const POINTS = 120;

/** @type {import("../../../figure.js").Code} */
export const figure = (it) => {
  const { weights, x: xs, y: ys } = it.about,
    plot = it.plot(
      "a wave, and what the network says of it",
      { range: [-1, 1], ticks: [-1, -0.5, 0, 0.5, 1], label: "x" },
      { range: [-2, 2], ticks: [-2, -1, 0, 1, 2], label: "► what the network says" },
      { high: 300, right: 158 },
    );
  return {
    numbers: ({ width }) => ({
      error: it.value(`error.${width}`, weights[width]),
      parameters: weights[width].length,
    }),
    draw({ width }, n) {
      plot.begin(it.width);
      plot.window(() => {
        plot.curve(
          xs.map((/** @type {number} */ x, /** @type {number} */ k) => [x, ys[k]]),
          "dotted free",
        );
        plot.layer("result", () => {
          const said = Array.from({ length: POINTS + 1 }, (_, k) => {
            const x = (2 * k) / POINTS - 1;
            const { value, parts } = it.run(`net.${width}`, weights[width], [x]);
            return { x, value, parts };
          });
          for (let unit = 0; unit < +width; unit++)
            plot.curve(
              said.map(({ x, parts }) => [x, parts[unit]]),
              "thin free",
            );
          plot.curve(
            said.map(({ x, value }) => [x, value]),
            "forward free",
          );
        });
      });
      plot.question(plot.x(0), plot.top + 30);
      plot.legend([plot.y(1.4), "the wave, dotted", "► network, solid", "each unit’s part, thin"]);
      it.rows([
        `${width} hidden unit${width === "1" ? "" : "s"}`,
        box.value("parameters", n.parameters),
        asked(box.value("► mean squared error", n.error)),
      ]);
    },
    answer({ width }, n) {
      const why =
        {
          1: "A tanh only rises, or turned over only falls: one unit never turns around.",
          2: "Two units can turn once; the wave turns twice.",
          4: "Four units follow the wave.",
        }[/** @type {1} */ (+width)] ??
        "So many could follow it far better still: descent has not found their best weights.";
      return it.words`With ${width} hidden unit${width === "1" ? "" : "s"} the error is ${n.error}. ${why}`;
    },
  };
};
