// Figure 10: one row there and back through a 2–2–1 network, and the step of its nine parameters, number by number.

import { counted } from "../../../shared/numbers.js";
import { asked, box } from "../../plot.js";
import { Pass, maker } from "./pass.js";

/** @typedef {import("./pass.js").Step} Step */

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { row, target, theta } = it.about,
    pass = new Pass(it, { inputs: 2, hidden: 2, bend: "tanh", asks: "errors" }, (unit) => {
      const list = steps(it.numbers()),
        on = list.findIndex((step, k) => step.unit === unit && k >= it.state.step);
      it.set({ step: 1 + (on < 0 ? list.findIndex((step) => step.unit === unit) : on) });
    });
  it.drawing.append(pass.svg);

  /** What a step of the rate does to a parameter, in boxes. @param {Record<string, number>} n @param {number} k from 1 */
  const moved = (n, k) => [
    box.value("now", n[`w${k}`]),
    "−",
    box.local("rate η", it.state.eta),
    asked(box.gradient("× ◄ gradient", n[`g${k}`])),
    "=",
    asked(box.next("◆ next", n[`next${k}`])),
  ];
  /** @param {Record<string, number>} n @param {"L" | "prediction"} name @param {string} title */
  const changed = (n, name, title) => [
    box.value(`► ${title}`, n[name]),
    "→",
    asked(box.outcome(`► ${title}, after`, n[`${name}_after`])),
  ];
  /** @param {Record<string, number>} n @returns {Step[]} */
  const steps = (n) => [
    ...pass.forward(n, target),
    ...pass.backward(n, row, target),
    ...pass.neurons().flatMap(({ unit, name, from, first, bias }) => [
      ...from.map((x, k) => {
        const says = `The weight from ${x} to ${unit.name} steps against its gradient.`;
        return { ...maker("update")(unit, `next${first + k}`, says, ...moved(n, first + k)), input: k };
      }),
      maker("update")(
        unit,
        `next${bias}`,
        `The bias of ${name ? unit.name : "the output"} steps against its gradient.`,
        ...moved(n, bias),
      ),
    ]),
    maker("forward")(
      pass.net.loss,
      "L_after",
      "Forward again, with all nine moved: this is what the step has done.",
      ...changed(n, "L", "loss"),
    ),
  ];

  return {
    numbers({ eta }) {
      const before = pass.numbers(theta, row, target),
        next = Float64Array.from(theta),
        { slopes } = it.run("pass", theta, row, [target]);
      it.update("descend", next, slopes, [], eta, 1);
      const { value, prediction } = it.run("pass", next, row, [target]);
      return {
        ...before,
        ...counted("next", next),
        L_after: value,
        prediction_after: prediction[0],
      };
    },
    draw({ step }, n) {
      const list = steps(n),
        made = new Set(list.slice(0, step).map(({ makes }) => makes)),
        weights = theta.map((/** @type {number} */ w, /** @type {number} */ k) =>
          made.has(`next${k + 1}`) ? n[`next${k + 1}`] : w,
        );
      pass.draw(n, { row, steps: list, made: step, weights });
      const whole = [
        ["the output’s bias", ...moved(n, 9)],
        ["what it says", ...changed(n, "prediction", "ŷ")],
        ["how wrong that is", ...changed(n, "L", "loss")],
      ];
      pass.tell(list[step - 1], step ? (step === list.length ? [whole[1]] : []) : whole);
    },
    answer({ eta }, n) {
      return it.words`Up. Its gradient is the error itself, ${n.prediction} − 1 = ${n.g9}: more bias, less loss. A
          step of rate ${eta} against it moves the bias from 0 to ${n.next9}. With all nine parameters
          moved, the network says ${n.prediction_after}, and the loss has gone from ${n.L} to
          ${n.L_after}.`;
    },
  };
};
