// Figure 10: one row there and back through a 2–2–1 network, and the step of its nine parameters, number by number.

import { Pass } from "./pass.js";

/** @typedef {import("./pass.js").Step} Step */

/** @type {import("../../figure.js").Code} */
export const figure = {
  start(it) {
    const { row, target, theta } = it.about,
      pass = new Pass(it, { inputs: 2, hidden: 2, bend: "tanh", asks: "errors" }, (unit) => {
        const list = steps(it.numbers()),
          on = list.findIndex((step, k) => step.unit === unit && k >= it.state.step);
        it.set({ step: 1 + (on < 0 ? list.findIndex((step) => step.unit === unit) : on) });
      });
    it.drawing.append(pass.svg);

    /** What a step of the rate does to a parameter, in boxes. @param {Record<string, number>} n @param {number} k from 1 */
    const moved = (n, k) => [
      { kind: "value", title: "now", number: n[`w${k}`] },
      "−",
      { kind: "local", title: "rate η", number: it.state.eta },
      { kind: "gradient", title: "× ◄ gradient", number: n[`g${k}`], asked: true },
      "=",
      { kind: "next", title: "◆ next", number: n[`next${k}`], asked: true },
    ];
    /** @param {Record<string, number>} n @param {"L" | "prediction"} name @param {string} title */
    const changed = (n, name, title) => [
      { kind: "value", title: `► ${title}`, number: n[name] },
      "→",
      { kind: "value outcome", title: `► ${title}, after`, number: n[`${name}_after`], asked: true },
    ];
    /** @param {Record<string, number>} n @returns {Step[]} */
    const steps = (n) => [
      ...pass.forward(n, target),
      ...pass.backward(n, row, target),
      ...pass.neurons().flatMap(({ unit, name, from, first, bias }) =>
        [...from.keys(), from.length].map(
          (k) =>
            /** @type {Step} */ ({
              phase: "update",
              unit,
              input: first + k === bias ? undefined : k,
              makes: `next${first + k}`,
              says:
                first + k === bias
                  ? `The bias of ${name ? unit.name : "the output"} steps against its gradient.`
                  : `The weight from ${from[k]} to ${unit.name} steps against its gradient.`,
              boxes: moved(n, first + k),
            }),
        ),
      ),
      {
        phase: "forward",
        unit: pass.loss,
        makes: "L_after",
        says: "Forward again, with all nine moved: this is what the step has done.",
        boxes: changed(n, "L", "loss"),
      },
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
          ...Object.fromEntries([...next].map((x, k) => [`next${k + 1}`, x])),
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
          { label: "the output’s bias", boxes: moved(n, 9) },
          { label: "what it says", boxes: changed(n, "prediction", "ŷ") },
          { label: "how wrong that is", boxes: changed(n, "L", "loss") },
        ];
        pass.tell(list[step - 1], step ? (step === list.length ? [whole[1]] : []) : whole);
      },
      answer({ eta }, n) {
        return [
          "Up. Its gradient is the error itself, ",
          it.mark(n.prediction),
          " − 1 = ",
          it.mark(n.g9),
          ": more bias, less loss. A step of rate ",
          it.mark(eta),
          " against it moves the bias from 0 to ",
          it.mark(n.next9),
          ". With all nine parameters moved, the network says ",
          it.mark(n.prediction_after),
          ", and the loss has gone from ",
          it.mark(n.L),
          " to ",
          it.mark(n.L_after),
          ".",
        ];
      },
    };
  },
};
