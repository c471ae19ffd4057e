// Figure Q3: a loss that swings, and what a tenth of the rate does to it.

import { fewer } from "../../../../shared/numbers.js";
import { asked, box } from "../../../plot.js";

/** @type {import("../../../figure.js").Code} */
export const figure = (it) => {
  const { x, y, start, orders, late } = it.about,
    rounds = orders.length,
    plot = it.plot(
      "the loss after each round, at a rate and at a tenth of it",
      { range: [1, rounds], ticks: [1, 10, 20, 30], label: "round through all 64 points" },
      { range: [0.2, 5], ticks: [0.2, 0.5, 1, 2, 5], label: "► loss on all 64", powers: true },
      { high: 300, right: 150 },
    );
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
  return {
    numbers: ({ eta }) => ({ ...found(run(eta), ""), ...found(run(eta / 10), "tenth_") }),
    draw({ eta }, n) {
      const [swings, tenth] = [eta, eta / 10].map((rate) => fewer(rate, 3));
      plot.begin(it.width);
      plot.series(run(eta), "forward dotted", 1);
      plot.layer("result", () => plot.series(run(eta / 10), "forward", 1));
      plot.question(undefined, plot.bottom - 24);
      plot.legend([plot.y(1.2), `η = ${swings}, dotted`], [plot.y(0.28), `η = ${tenth}, solid`]);
      const titles = { low: "low, rounds 11–30", high: "high, rounds 11–30", rises: "rises, of 29" },
        band = (/** @type {string} */ before) =>
          Object.entries(titles).map(([name, title]) => box.value(title, n[before + name]));
      it.rows(
        [`► loss at η = ${swings}`, ...band("")],
        [`► loss at η = ${tenth}`, ...band("tenth_").map((one) => asked(one))],
      );
    },
    answer({ eta }, n) {
      return it.words`At a tenth of the rate, ${[eta / 10, 3]}, the loss still rises in ${n.tenth_rises} of 29
          rounds, but stays between ${[n.tenth_low, 3]} and ${[n.tenth_high, 3]}: a band
          ${[(n.high - n.low) / (n.tenth_high - n.tenth_low), 2]} times as narrow, just above the
          lowest loss there is. A loss that rises now and then is no alarm; one that does not come
          down is.`;
    },
  };
};
