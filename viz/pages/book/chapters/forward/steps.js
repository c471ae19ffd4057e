// Figure 3.1: a pass through a network, one sum or one activation in a step, and the cache below it.

import { make, set } from "../../../shared/dom.js";
import { Network } from "../../../shared/network.js";
import { counted, shortly, sub } from "../../../shared/numbers.js";
import { layered } from "../../layers.js";
import { box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { theta, units } = it.about,
    svg = make("svg", { role: "group", "aria-label": "the network" }),
    cache = make("table", { class: "cache result" }),
    map = new Network(svg),
    { inputs, hidden, output, columns } = layered(2, units, theta, ""),
    weight = (/** @type {number} */ of, /** @type {number} */ from) => theta[of * 3 + from];
  const all = [...hidden, output];
  it.drawing.append(svg, cache);
  it.controls.element.classList.add("pairs");
  it.controls.parts.step.classList.add("result"); // its steps are as many as is asked for

  /** The step that makes a unit's sum, and the one that makes its activation. @param {number} k */
  const steps = (k) => (k < units ? [k + 1, units + k + 1] : [2 * units + 1, 2 * units + 2]);
  return {
    numbers({ step, x1, x2 }) {
      const found = it.run("network", theta, [x1, x2]);
      return {
        ...counted("z", found.z),
        ...counted("a", found.a),
        z: found.logit[0],
        prediction: found.prediction[0],
        kept: step,
      };
    },
    draw({ step, x1, x2 }, n) {
      const { value, factor } = box;
      inputs.forEach((one, k) => Object.assign(one, { value: [x1, x2][k] }));
      const made = all.map((_, k) => (k < units ? [n[`z${k + 1}`], n[`a${k + 1}`]] : [n.z, n.prediction])),
        names = all.map((_, k) => (k < units ? [`z${sub(k + 1)}`, `a${sub(k + 1)}`] : ["z", "ŷ"])),
        now = all.findIndex((_, k) => steps(k).includes(step)),
        sums = now >= 0 && steps(now)[0] === step;
      all.forEach((one, k) => {
        const [first, second] = steps(k),
          at = step >= second ? 1 : 0;
        Object.assign(one, {
          name: names[k][at],
          value: step >= first ? made[k][at] : null,
          ever: made[k],
          mark: k === now ? "forward" : "",
        });
      });
      map.layOut(columns, it.width, 150);
      map.paint({ unit: sums ? all[now] : null });
      set(cache, "aria-label", `the cache, with ${n.kept} numbers`);
      cache.replaceChildren(
        make("caption", {}, `the cache: ${n.kept} of ${2 * all.length} numbers`),
        make("tr", {}, make("th", {}), make("th", {}, "sum z"), make("th", {}, "activation a")),
        ...all.map((_, k) =>
          make(
            "tr",
            {},
            make("td", {}, k < units ? `unit ${k + 1}` : "output"),
            ...steps(k).map((when, i) =>
              make("td", {}, step < when ? "—" : make(step === when ? "mark" : "span", {}, shortly(made[k][i]))),
            ),
          ),
        ),
      );
      if (now < 0) it.rows(["only the input is there", value("► x₁", x1), value("► x₂", x2)]);
      else if (!sums)
        it.rows([
          now < units ? `the tanh of unit ${now + 1}` : "the sigmoid of the output",
          value(`► ${names[now][0]}`, made[now][0]),
          "→",
          value(`► ${names[now][1]} = ${now < units ? "tanh" : "σ"}(${names[now][0]})`, made[now][1]),
        ]);
      else {
        const from = now < units ? inputs : hidden,
          of = `the sum of ${now < units ? `unit ${now + 1}` : "the output"}`,
          sum = value(`► ${names[now][0]}`, made[now][0]);
        it.rows(
          ...from.map((one, k) => [
            k ? "and" : of,
            value(`► ${one.name}`, one.value ?? 0),
            factor(`× w${sub(k + 1)}`, weight(now, k)),
          ]),
          ["added, with the bias", value("b", weight(now, from.length)), "→", sum],
        );
      }
    },
    answer({ step, x1, x2 }, n) {
      const why =
        step < 8
          ? `At this step ${n.kept} are made: each step makes one, and keeps it.`
          : "On the way to it three sums and three activations of the hidden layer were made and kept.";
      return it.words`8: two for each of the four neurons. For the input (${x1}, ${x2}) the prediction is
          ${n.prediction}. ${why}`;
    },
  };
};
