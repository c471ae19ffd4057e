// Figure 6.2: the four equations, lit up one by one on a network, each beside its line of the compiled program.

import { make, set } from "../../../shared/dom.js";
import { Network } from "../../../shared/network.js";
import { box, rows } from "../../plot.js";

/** @typedef {import("../../../shared/network.js").Unit} Unit */

/** @type {import("../../figure.js").Code} */
export const figure = {
  start(it) {
    const { row, target, lines, theta } = it.about,
      written = [...document.querySelectorAll(".equations .formula")], // the text's own, in its order
      list = make("ol", { class: "walk", "aria-label": "the four equations" }),
      svg = make("svg", { role: "group", "aria-label": "the network" }),
      map = new Network(svg),
      unit = (/** @type {string} */ name, /** @type {string} */ told) =>
        /** @type {Unit} */ ({ name, told, value: null, inputs: [] }),
      inputs = [unit("x₁", "input 1"), unit("x₂", "input 2")],
      hidden = [unit("a₁", "hidden unit 1"), unit("a₂", "hidden unit 2")],
      output = unit("z", "output"),
      loss = unit("L", "loss");
    hidden.forEach((one, i) => {
      one.inputs = inputs.map((from, k) => ({ unit: from, weight: theta[3 * i + k] }));
    });
    output.inputs = hidden.map((from, k) => ({ unit: from, weight: theta[6 + k] }));
    loss.inputs = [{ unit: output, weight: null }];
    const columns = [
      { head: "inputs", short: "in", units: inputs },
      { head: "hidden", short: "hid", units: hidden },
      { head: "output", short: "out", units: [output] },
      { head: "loss", short: "loss", units: [loss], close: true },
    ];
    const buttons = written.map((formula, k) => {
      const button = make(
        "button",
        { type: "button" },
        make("span", { class: "step" }, String(k + 1)),
        make("span", {}, ...[...formula.cloneNode(true).childNodes]),
        make("code", {}, lines[k]),
      );
      button.addEventListener("click", () => it.set({ eq: k + 1 }));
      list.append(make("li", {}, button));
      return button;
    });
    list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      it.set({ eq: Math.max(1, Math.min(4, it.state.eq + way)) });
      buttons[it.state.eq - 1].focus();
    });
    it.drawing.append(list, svg);

    return {
      numbers() {
        const found = it.run("network", theta, row),
          slope = (/** @type {number} */ i) => it.run("bend", [sum(i)]).slopes[0],
          sum = (/** @type {number} */ i) => found.sums[i],
          g = found.slopes;
        return {
          L: found.value,
          z: found.logit[0],
          prediction: found.prediction[0],
          d2: g[8],
          a1: found.hidden[0],
          a2: found.hidden[1],
          slope1: slope(0),
          slope2: slope(1),
          v1: theta[6],
          v2: theta[7],
          d11: g[2],
          d12: g[5],
          w1_11: g[0],
          w1_12: g[1],
          w1_21: g[3],
          w1_22: g[4],
          b1_1: g[2],
          b1_2: g[5],
        };
      },
      draw({ eq }, n) {
        const at = Math.round(Math.max(1, Math.min(4, eq)));
        buttons.forEach((button, k) => {
          if (k + 1 === at) set(button, "aria-current", "step");
          else button.removeAttribute("aria-current");
        });
        inputs.forEach((one, k) => {
          one.value = row[k];
        });
        hidden.forEach((one, i) => {
          Object.assign(one, { value: n[`a${i + 1}`], gradient: at > 1 ? n[`d1${i + 1}`] : null });
          one.ever = [n[`d1${i + 1}`]];
          one.mark = at > 1 ? "backward" : "";
        });
        Object.assign(output, { value: n.z, gradient: n.d2, mark: at < 3 ? "backward" : "" });
        Object.assign(loss, { value: n.L, gradient: 1 });
        map.layOut(columns, it.width, 150);
        map.paint({ unit: at < 3 ? output : at === 3 ? hidden[1] : null });
        const gradient = box("gradient"),
          local = box("local"),
          sent = box("sent", { asked: at === 3 }),
          units = [1, 2],
          sub = (/** @type {number} */ i) => "₁₂"[i - 1];
        rows(
          it.boxes,
          [
            () => [
              {
                label: "the output",
                boxes: [
                  { kind: "value", title: "► ŷ = σ(z)", number: n.prediction },
                  "−",
                  { kind: "value", title: "y", number: target },
                  "=",
                  sent("◄ δ of the output", n.d2),
                ],
              },
            ],
            () =>
              units.map((i) => ({
                label: `unit ${i}`,
                boxes: [
                  gradient("◄ δ of z", n.d2),
                  local(`× its weight`, n[`v${i}`]),
                  local(`× 1 − a${sub(i)}²`, n[`slope${i}`]),
                  "=",
                  sent(`◄ δ${sub(i)}`, n[`d1${i}`]),
                ],
              })),
            () =>
              units.flatMap((i) =>
                units.map((k) => ({
                  label: `from x${sub(k)} to unit ${i}`,
                  boxes: [
                    gradient(`◄ δ${sub(i)}`, n[`d1${i}`]),
                    local(`× x${sub(k)}`, row[k - 1]),
                    "=",
                    sent("◄ ∂L/∂w", n[`w1_${i}${k}`]),
                  ],
                })),
              ),
            () =>
              units.map((i) => ({
                label: `bias of unit ${i}`,
                boxes: [gradient(`◄ δ${sub(i)}`, n[`d1${i}`]), local("× 1", 1), "=", sent("◄ ∂L/∂b", n[`b1_${i}`])],
              })),
          ][at - 1](),
        );
      },
      answer({ eq }, n) {
        return [
          () => [
            "The output’s error is what it said, less what is right: ",
            it.mark(n.prediction),
            " − 1 = ",
            it.mark(n.d2),
            ". There is no σ′ in it: figure 4.2 showed why.",
          ],
          () => [
            "One error goes back along two weights. Unit 2 hangs on the larger weight, and its tanh is steeper: it gets ",
            it.mark(Math.abs(n.d12 / n.d11), 3),
            " times unit 1’s share, with the other sign.",
          ],
          () => [
            "Those that come from x₂. Equation 3 multiplies by the value at the start of the weight, and x₂ is 0: a weight whose input is silent does not learn. With x₁ = 1, the others’ gradients are the errors themselves, ",
            it.mark(n.w1_11),
            " and ",
            it.mark(n.w1_21),
            ".",
          ],
          () => [
            "A bias is a weight whose input is always 1. The program has no line for it: db1 is the error itself.",
          ],
        ][Math.round(Math.max(1, Math.min(4, eq))) - 1]();
      },
    };
  },
};
