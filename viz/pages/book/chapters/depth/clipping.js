// Figure 8.2: a training whose gradients are shortened to a limit, beside one without a limit and others.

import { asked, box } from "../../plot.js";

const A_DECADE = 8, // bars of the histogram
  NONE = Number.POSITIVE_INFINITY;

/** @typedef {{errors: number[], loss: number, lengths: number[]}} Run the errors after each epoch, the last loss, and the
 * lengths of the first gradients */

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { x, y, batch, rate, last, early, orders, percentile, start } = it.about,
    epochs = orders.length,
    kept = /** @type {Map<number, Run>} */ (new Map()),
    errors = it.plot(
      "the error after each epoch, for four limits",
      { range: [0, epochs], ticks: [0, 20, 40, 60], label: "epoch" },
      { range: [0.005, 2], ticks: [0.01, 0.1, 1], label: "► error on the right targets", powers: true },
      { high: 270, left: 44, right: 158 },
    ),
    lengths = it.plot(
      "how many of the first 128 gradients have which length",
      { range: [0.01, 50], ticks: [0.01, 0.1, 1, 10], label: "length of the gradient", powers: true },
      { range: [0, 40], ticks: [0, 20, 40], label: "how many of the first 128, without a limit" },
      { high: 190, left: 44, right: 158 },
    );
  /** A training with a limit. @param {number} limit @returns {Run} */
  const trained = (limit) => {
    const theta = Float64Array.from(start),
      found = /** @type {Run} */ ({ errors: [], loss: 0, lengths: [] });
    let step = 0;
    for (const [epoch, order] of orders.entries()) {
      let sum = 0;
      for (let k = 0; k < order.length; k += batch) {
        const some = order.slice(k, k + batch),
          pick = (/** @type {number[]} */ list) => some.map((/** @type {number} */ row) => list[row]),
          { value, slopes } = it.run("batch", theta, pick(x), pick(y)),
          { value: length, short } = it.run("shortened", slopes, [limit]);
        it.update("descend", theta, short, [], rate, ++step);
        sum += value * some.length;
        if (epoch < early) found.lengths.push(length);
      }
      found.loss = sum / order.length;
      found.errors.push(it.value("error", theta));
    }
    return found;
  };
  /** The same, kept for the limits that are always shown and for the last one. @param {number} limit @returns {Run} */
  const run = (limit) => {
    if (kept.size > 8) kept.clear();
    const found = kept.get(limit) ?? trained(limit);
    kept.set(limit, found);
    return found;
  };
  const longer = (/** @type {number} */ limit) => run(NONE).lengths.filter((length) => length > limit).length,
    end = (/** @type {Run} */ { errors: list }) => list.slice(-last).reduce((sum, one) => sum + one, 0) / last;
  return {
    numbers({ limit }) {
      const { lengths: all } = run(NONE),
        mine = run(limit);
      return { error: end(mine), loss: mine.loss, norm: Math.max(...all), cut: longer(limit) };
    },
    draw({ limit }, n) {
      const all = run(NONE).lengths;
      lengths.begin(it.width);
      lengths.along(it);
      lengths.cursor(limit);
      for (let k = -2 * A_DECADE; 10 ** (k / A_DECADE) < 50; k++) {
        const [from, to] = [k, k + 1].map((edge) => Math.min(50, 10 ** (edge / A_DECADE))),
          count = all.filter((length) => length > from && length <= to).length,
          [left, top] = [lengths.x(from), lengths.y(count)];
        if (!count) continue;
        const style = from < limit ? "point backward" : "point backward hollow";
        lengths.bar(style, left + 1.5, top, lengths.x(to) - left - 3, lengths.bottom - top);
      }
      lengths.legend([lengths.top + 40, `${n.cut} are longer`]);
      const shown = /** @type {[string, number, string][]} */ ([
        ["no limit, dotted", NONE, "forward thin dotted"],
        ["a hundredth, dashed", percentile / 100, "forward thin dashed"],
        ["your limit, solid", limit, "forward"],
      ]);
      errors.begin(it.width);
      errors.layer("result", () => {
        for (const [, at, style] of shown) errors.series(run(at).errors, style, 1);
        errors.legend(
          ...shown.map(
            ([words, at]) => /** @type {[number, string]} */ ([errors.y(run(at).errors[epochs - 1]), words]),
          ),
        );
      });
      errors.question();
      it.rows([
        "error, mean of the last ten epochs",
        asked(box.value("► no limit", end(run(NONE)))),
        asked(box.value("► your limit", n.error)),
        asked(box.value("► a hundredth", end(run(percentile / 100)))),
      ]);
    },
    answer({ limit }, n) {
      const [free, advised] = [NONE, percentile].map((at) => end(run(at))),
        why =
          limit === percentile
            ? "The bad point throws the network no more each time it comes, and the others are followed in full steps. With a hundredth of the limit every step is cut short, the good ones, too."
            : n.cut === 0
              ? "Nothing is cut, and the bad point throws the network each time it comes."
              : n.error < advised
                ? "That is even less than at the 95th percentile, which is a rule of thumb and not the best of all limits."
                : n.cut > 64
                  ? "Most steps are cut short, the good ones, too: it has not got far."
                  : "The bad point still throws the network.";
      return it.words`At a limit of ${limit}, which cuts ${n.cut} of the first 128 gradients, the error is
          ${[n.error, 3]}; without a limit it is ${[free, 3]}. ${why}`;
    },
  };
};
