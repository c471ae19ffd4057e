// Figure 5.2: steps of 64, 8 or 1 rows, on the same rings.

import { asked, box } from "../../plot.js";

const ARROWS = 16; // batches whose gradients are shown

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { x, y, start, rate, orders } = it.about,
    count = x.length,
    plot = it.plot(
      "rings of equal loss over weight and bias, the walk, and gradients of batches",
      { range: [-1.9, 2.5], ticks: [-1, 0, 1, 2], label: "weight w" },
      { range: [-1.4, 1.4], ticks: [-1, 0, 1], label: "bias b" },
      { high: 330, left: 40, right: 150 },
    );
  /** The gradient on some rows. @param {ArrayLike<number>} at @param {number[]} chosen */
  const on = (at, chosen) =>
    it.run(
      `line.${chosen.length}`,
      at,
      chosen.map((k) => x[k]),
      chosen.map((k) => y[k]),
    );
  const all = Array.from({ length: count }, (_, k) => k),
    loss = (/** @type {ArrayLike<number>} */ at) => it.value(`line.${count}`, at, x, y);
  /** The batches of a round. @param {number} size @param {number} round */
  const batches = (size, round) => {
    const order = size < count ? orders[round] : all;
    return Array.from({ length: count / size }, (_, k) => order.slice(k * size, (k + 1) * size));
  };
  /** Where a walk leads in so many rounds. @param {number} size @param {number} rounds */
  const walk = (size, rounds) => {
    const list = Array.from({ length: rounds }, (_, round) => batches(size, round)).flat();
    return it.descent("descent", start, rate, list.length, (at, step) => on(at, list[step] ?? all)).points;
  };
  return {
    numbers({ size, epochs }) {
      const points = walk(+size, epochs),
        exact = on(start, all).slopes,
        squares = batches(+size, 0).map((batch) => {
          const { slopes } = on(start, batch);
          return (slopes[0] - exact[0]) ** 2 + (slopes[1] - exact[1]) ** 2;
        });
      return {
        loss: loss(points[points.length - 1]),
        steps: points.length - 1,
        noise: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length),
      };
    },
    draw({ size, epochs }, n) {
      const points = walk(+size, epochs),
        arrow = (/** @type {ArrayLike<number>} */ slopes, /** @type {string} */ style) =>
          plot.curve(
            [
              [start[0], start[1]],
              [start[0] - rate * slopes[0], start[1] - rate * slopes[1]],
            ],
            `${style} free`,
          );
      plot.begin(it.width);
      plot.window(() => {
        plot.rings((w, b) => loss([w, b]), [0.3, 0.45, 0.7, 1.1, 1.7, 2.5, 3.5], "line", 96);
        for (const batch of batches(+size, 0).slice(0, ARROWS)) arrow(on(start, batch).slopes, "backward thin");
        arrow(on(start, all).slopes, "backward");
        plot.layer("result", () => {
          plot.curve(points, "update thin free");
          const [w, b] = points[points.length - 1];
          plot.point(w, b, "update hollow");
        });
        plot.point(start[0], start[1], "update");
      });
      plot.question(plot.x(0.6), plot.top + 30);
      plot.legend(
        [plot.top + 20, "● where it starts", "red: the first steps", "batches would take,", "thick: all 64 rows"],
        [plot.top + 110, "violet: the walk", "○ where it stands"],
      );
      it.rows([
        "loss on all 64 rows",
        box.value("► steps", n.steps),
        asked(box.value("► loss", n.loss)),
        box.gradient("◄ noise at the start", n.noise),
      ]);
    },
    answer({ size, epochs }, n) {
      const why =
        size === "64"
          ? "Exact, and dear: a step costs all the data."
          : size === "8"
            ? "Fair steps, eight times as many."
            : "Wild steps, and many: they are soon near, and never rest.";
      return it.words`With ${size} ${size === "1" ? "row" : "rows"} in a step,
          ${epochs === 1 ? "one round is" : `${epochs} rounds are`} ${n.steps}${n.steps === 1 ? " step" : " steps"}:
          from a loss of ${loss(start)} it has come to ${n.loss}. Its gradients lie ${n.noise} from the exact one at the start. ${why}`;
    },
  };
};
