// Figure Q3: a loss that swings, and what a tenth of the rate does to it.

import { fewer } from "../../../../shared/numbers.js";
import { Plot, rows } from "../../../plot.js";

/** @type {import("../../../figure.js").Code} */
export const figure = {
  start(it) {
    const { x, y, start, orders, late } = it.about,
      rounds = orders.length,
      plot = new Plot(it.drawing, {
        x: { range: [1, rounds], ticks: [1, 10, 20, 30], label: "round through all 64 points" },
        y: { range: [0.2, 5], ticks: [0.2, 0.5, 1, 2, 5], label: "► loss on all 64", powers: true },
        high: 300,
        right: 150,
        name: "the loss after each round, at a rate and at a tenth of it",
      });
    /** The loss after each round. @param {number} rate @returns {number[]} */
    const run = (rate) => {
      const at = Float64Array.from(start);
      return orders.map((/** @type {number[]} */ order) => {
        for (const k of order) it.update("descent", at, it.run("line.1", at, [x[k]], [y[k]]).slopes, [], rate, 1);
        return it.value(`line.${x.length}`, at, x, y);
      });
    };
    /** @param {number[]} losses @param {string} before */
    const found = (losses, before) => ({
      [`${before}last`]: losses[rounds - 1],
      [`${before}low`]: Math.min(...losses.slice(late)),
      [`${before}high`]: Math.max(...losses.slice(late)),
      [`${before}rises`]: losses.filter((loss, k) => k && loss > losses[k - 1]).length,
    });
    const points = (/** @type {number[]} */ losses) =>
      losses.map((loss, k) => /** @type {[number, number]} */ ([k + 1, loss]));
    return {
      numbers: ({ eta }) => ({ ...found(run(eta), ""), ...found(run(eta / 10), "tenth_") }),
      draw({ eta }, n) {
        const [swings, tenth] = [eta, eta / 10].map((rate) => fewer(rate, 3));
        plot.begin(it.width);
        plot.curve(points(run(eta)), "forward dotted");
        plot.layer("result", () => plot.curve(points(run(eta / 10)), "forward"));
        plot.question((plot.left + plot.right) / 2, plot.bottom - 24);
        plot.legend([
          [`η = ${swings}, dotted`, plot.y(1.2)],
          [`η = ${tenth}, solid`, plot.y(0.28)],
        ]);
        const band = (/** @type {string} */ before, /** @type {boolean} */ asked) =>
          [
            ["low, rounds 11–30", "low"],
            ["high, rounds 11–30", "high"],
            ["rises, of 29", "rises"],
          ].map(([title, name]) => ({ kind: "value", title, number: n[before + name], asked }));
        rows(it.boxes, [
          { label: `► loss at η = ${swings}`, boxes: band("", false) },
          { label: `► loss at η = ${tenth}`, boxes: band("tenth_", true) },
        ]);
      },
      answer({ eta }, n) {
        return [
          "At a tenth of the rate, ",
          it.mark(eta / 10, 3),
          ", the loss still rises in ",
          it.mark(n.tenth_rises),
          " of 29 rounds, but stays between ",
          it.mark(n.tenth_low, 3),
          " and ",
          it.mark(n.tenth_high, 3),
          ": a band ",
          it.mark((n.high - n.low) / (n.tenth_high - n.tenth_low), 2),
          " times as narrow, just above the lowest loss there is. A loss that rises now and then is no alarm; one that does not come down is.",
        ];
      },
    };
  },
};
