// Figure 5.1b: five optimizers walk at the same rate.

import { between, fewer } from "../../../shared/numbers.js";

const STYLES = ["update", "update dotted", "forward dashed", "forward dashdot", "backward sparse"];
const LINES = ["violet", "violet dots", "green dashes", "green dash-dot", "red, far dots"]; // where the words stand apart from the lines
const NAMES = { sgd: "plain descent", momentum: "momentum", adagrad: "AdaGrad", rmsprop: "RMSProp", adam: "Adam" };

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { steps, valleys, rules } = it.about,
    map = it.plot(
      "rings of equal loss, and the ways of five optimizers",
      { range: [-3.6, 3.6], ticks: [-3, 0, 3], label: "x" },
      { range: [-2.4, 2.4], ticks: [-2, 0, 2], label: "y" },
      { high: 300, left: 40, right: 178 },
    ),
    falls = it.plot(
      "the loss of each after each step",
      { range: [0, steps], ticks: [0, 20, 40, 60], label: "step" },
      { range: [1e-6, 1e3], ticks: [1e-6, 1e-3, 1, 1e3], label: "loss", powers: true },
      { high: 230, left: 40, right: 178 },
    );
  /** The points of a walk, and the loss at each. @param {string} rule @param {string} lies @param {number} rate */
  const walk = (rule, lies, rate) => {
    const [bends, start] = valleys[lies];
    return it.descent(rule, start, rate, steps, (at) => it.run("valley", at, bends));
  };
  /** A walk up to where it leaves the picture. @param {[number, number][]} points */
  const inside = (points) => {
    const out = points.findIndex(([x, y]) => Math.abs(x) > 3.6 || Math.abs(y) > 2.4);
    return out < 0
      ? points
      : points
          .slice(0, out + 1)
          .map(([x, y]) => /** @type {[number, number]} */ ([x, Math.sign(y) * Math.min(Math.abs(y), 99)]));
  };
  return {
    numbers({ lies, eta }) {
      const [[a, b, c], [x, y]] = valleys[lies],
        ends = rules.map((/** @type {string} */ rule) => [rule, walk(rule, lies, eta).losses[steps]]);
      return { ...Object.fromEntries(ends), a, b, c, x: -x, y };
    },
    draw({ lies, eta }, n) {
      const walks = rules.map((/** @type {string} */ rule) => walk(rule, lies, eta));
      map.begin(it.width);
      map.window(() => {
        map.rings((x, y) => it.value("valley", [x, y], valleys[lies][0]), [0.2, 1, 4, 12, 30, 80], lies, 160);
        map.layer("result", () => {
          for (const [k, { points }] of walks.entries()) map.curve(inside(points), `${STYLES[k]} thin free`);
        });
        map.point(-n.x, n.y, "update");
      });
      map.question(map.x(0), map.top + 24);
      map.legend([map.top + 20, "● where all start", "ring: same loss"]);
      falls.begin(it.width);
      falls.layer("result", () => {
        falls.window(() => {
          for (const [k, { losses }] of walks.entries())
            falls.series(
              losses.map((/** @type {number} */ loss) => Math.max(loss, 1e-9)),
              `${STYLES[k]} free`,
            );
        });
        falls.legend(
          ...rules.map((/** @type {"sgd"} */ rule, /** @type {number} */ k) => {
            const end = between(1e-6, n[rule], 1e3),
              line = falls.wide ? "" : ` (${LINES[k]})`;
            return [falls.y(end), `${NAMES[rule]}${line} ${fewer(n[rule], 3)}`];
          }),
        );
      });
      falls.question();
    },
    answer({ lies, eta }, n) {
      const [bends, start] = valleys[lies],
        first = it.value("valley", start, bends),
        arrived = rules.filter((/** @type {string} */ rule) => n[rule] < first / 10),
        names = arrived.map((/** @type {"sgd"} */ rule) => NAMES[rule]).join(", "),
        why =
          lies === "turned"
            ? "Here neither weight is the steep one, so a rate for each weight helps less."
            : "Here each weight has its own steepness, and those that give each its own rate use that.";
      return it.words`At η = ${[eta, 3]}, from a loss of ${first}, sixty steps lead plain descent to
          ${[n.sgd, 3]}, momentum to ${[n.momentum, 3]}, AdaGrad to ${[n.adagrad, 3]}, RMSProp to
          ${[n.rmsprop, 3]}, Adam to ${[n.adam, 3]}. Down to a tenth or less:
          ${names || "none"}. ${why}`;
    },
  };
};
