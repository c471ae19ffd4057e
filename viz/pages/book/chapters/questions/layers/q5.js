// Figure Q5: the sum of so many S-shaped curves, and the wave that they were to follow.

import { Plot, rows } from "../../../plot.js";

const POINTS = 120;

/** @type {import("../../../figure.js").Code} */
export const figure = {
  start(it) {
    const { weights, x: xs, y: ys } = it.about,
      plot = new Plot(it.drawing, {
        x: { range: [-1, 1], ticks: [-1, -0.5, 0, 0.5, 1], label: "x" },
        y: { range: [-2, 2], ticks: [-2, -1, 0, 1, 2], label: "► what the network says" },
        high: 300,
        right: 158,
        name: "a wave, and what the network says of it",
      });
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
        plot.legend([
          ["the wave, dotted", plot.y(1.4)],
          ["► network, solid", plot.y(1.4) + 20],
          ["each unit’s part, thin", plot.y(1.4) + 40],
        ]);
        rows(it.boxes, [
          {
            label: `${width} hidden unit${width === "1" ? "" : "s"}`,
            boxes: [
              { kind: "value", title: "parameters", number: n.parameters },
              { kind: "value", title: "► mean squared error", number: n.error, asked: true },
            ],
          },
        ]);
      },
      answer({ width }, n) {
        const words = {
          1: "A tanh only rises, or turned over only falls: one unit never turns around.",
          2: "Two units can turn once; the wave turns twice.",
          4: "Four units follow the wave.",
        };
        return [
          `With ${width} hidden unit${width === "1" ? "" : "s"} the error is `,
          it.mark(n.error),
          ". ",
          words[/** @type {1} */ (+width)] ??
            "So many could follow it far better still: descent has not found their best weights.",
        ];
      },
    };
  },
};
