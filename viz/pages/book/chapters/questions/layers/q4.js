// Figure Q4: how low a network gets, by rate, with batch normalization and without; and what it makes of three sums.

import { asked, box } from "../../../plot.js";

/** @type {import("../../../figure.js").Code} */
export const figure = (it) => {
  const { losses, sums, half } = it.about,
    rates = Object.keys(losses),
    plot = it.plot(
      "losses from four first weights each, by rate, with batch normalization and without",
      { range: [0.07, 14], ticks: rates.map(Number), label: "rate", powers: true },
      { range: [0.0005, 2], ticks: [0.001, 0.01, 0.1, 1], label: "► loss after 100 epochs", powers: true },
      { high: 280, right: 160 },
    );
  return {
    numbers({ eta, sum }) {
      const [plain, normal] = losses[eta],
        [first, second, third] = it.run("normalized", [sum]).made;
      return {
        plain_best: Math.min(...plain),
        plain_worst: Math.max(...plain),
        best: Math.min(...normal),
        worst: Math.max(...normal),
        first,
        second,
        third,
      };
    },
    draw({ eta, sum }, n) {
      const band = (/** @type {number} */ way, /** @type {string} */ line, /** @type {string} */ dot) => {
        for (const pick of [Math.min, Math.max])
          plot.curve(
            rates.map((rate) => [+rate, pick(...losses[rate][way])]),
            line,
          );
        for (const rate of rates) for (const loss of losses[rate][way]) plot.point(+rate, loss, dot);
      };
      plot.begin(it.width);
      plot.cursor(+eta);
      band(0, "thin dotted", "hollow");
      plot.layer("result", () => band(1, "forward thin", "forward"));
      plot.question(plot.x(0.3), plot.y(0.004));
      plot.legend([plot.y(0.3), "○ without"], [plot.y(0.02), "● with batch norm"]);
      it.rows(
        [
          `► loss at rate ${+eta}`,
          box.value("without: best", n.plain_best),
          box.value("worst of 4", n.plain_worst),
          asked(box.value("with: best", n.best)),
          asked(box.value("worst of 4", n.worst)),
        ],
        ["► a neuron’s sums z in three rows", ...[...sums, sum].map((x, k) => box.value(`row ${k + 1}`, x))],
        ["normalized", ...[n.first, n.second, n.third].map((x, k) => asked(box.value(`row ${k + 1}`, x)))],
      );
    },
    answer({ eta }, n) {
      const fails = (/** @type {number} */ loss) => loss >= half - 1e-6,
        why = fails(n.worst)
          ? "Here both fail for some first weights: it makes higher rates possible, not all rates."
          : fails(n.plain_worst)
            ? "From some first weights the plain one says one half to everyone, which costs 0.693; the normalized one gets lower than at any smaller rate."
            : "Whatever the sums were, it makes their mean 0 and their spread 1: they stay where the next layer can use them.";
      return it.words`At rate ${String(+eta)}, after 100 epochs, the normalized network has a loss between
          ${[n.best, 3]} and ${[n.worst, 3]}, the plain one between ${[n.plain_best, 3]} and
          ${[n.plain_worst, 3]}. ${why}`;
    },
  };
};
