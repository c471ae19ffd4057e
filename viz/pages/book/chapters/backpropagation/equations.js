// Figure 6.2: the four equations, lit up one by one on a network, each beside its line of the compiled program.

import { button, make, set } from "../../../shared/dom.js";
import { Network } from "../../../shared/network.js";
import { between, counted, sub } from "../../../shared/numbers.js";
import { layered } from "../../layers.js";
import { asked, box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { row, target, lines, theta } = it.about,
    written = [...document.querySelectorAll(".equations .formula")], // the text's own, in its order
    list = make("ol", { class: "walk", "aria-label": "the four equations" }),
    svg = make("svg", { role: "group", "aria-label": "the network" }),
    map = new Network(svg),
    { inputs, hidden, output, loss, columns } = layered(2, 2, theta),
    place = () => Math.round(between(1, it.state.eq, 4));
  const buttons = written.map((formula, k) => {
    const one = button("", () => it.set({ eq: k + 1 }));
    one.append(
      make("span", { class: "step" }, String(k + 1)),
      make("span", {}, ...formula.cloneNode(true).childNodes),
      make("code", {}, lines[k]),
    );
    list.append(make("li", {}, one));
    return one;
  });
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    it.set({ eq: between(1, it.state.eq + way, 4) });
    buttons[it.state.eq - 1].focus();
  });
  it.drawing.append(list, svg);

  return {
    numbers() {
      const found = it.run("network", theta, row),
        g = found.slopes,
        errors = [g[2], g[5]];
      return {
        L: found.value,
        z: found.logit[0],
        prediction: found.prediction[0],
        d2: g[8],
        ...counted("a", found.a),
        ...counted(
          "slope",
          [...found.z].map((z) => it.run("bend", [z]).slopes[0]),
        ),
        ...counted("v", theta.slice(6, 8)),
        ...counted("d1", errors),
        ...counted("w1_1", g.slice(0, 2)),
        ...counted("w1_2", g.slice(3, 5)),
        ...counted("b1_", errors),
      };
    },
    draw(_, n) {
      const at = place();
      buttons.forEach((button, k) => {
        if (k + 1 === at) set(button, "aria-current", "step");
        else button.removeAttribute("aria-current");
      });
      inputs.forEach((one, k) => Object.assign(one, { value: row[k] }));
      hidden.forEach((one, i) => {
        const error = n[`d1${i + 1}`];
        Object.assign(one, { value: n[`a${i + 1}`], ever: [error] });
        Object.assign(one, at > 1 ? { gradient: error, mark: "backward" } : { gradient: null, mark: "" });
      });
      Object.assign(output, { value: n.z, gradient: n.d2, mark: at < 3 ? "backward" : "" });
      Object.assign(loss, { value: n.L, gradient: 1 });
      map.layOut(columns, it.width, 150);
      map.paint({ unit: at < 3 ? output : at === 3 ? hidden[1] : null });
      const { gradient, local } = box,
        sent = (/** @type {string} */ title, /** @type {number} */ number) => asked(box.sent(title, number), at === 3),
        units = [1, 2];
      it.rows(
        ...[
          () => [
            [
              "the output",
              box.value("► ŷ = σ(z)", n.prediction),
              "−",
              box.value("y", target),
              "=",
              sent("◄ δ of the output", n.d2),
            ],
          ],
          () =>
            units.map((i) => [
              `unit ${i}`,
              gradient("◄ δ of z", n.d2),
              local(`× its weight`, n[`v${i}`]),
              local(`× 1 − a${sub(i)}²`, n[`slope${i}`]),
              "=",
              sent(`◄ δ${sub(i)}`, n[`d1${i}`]),
            ]),
          () =>
            units.flatMap((i) =>
              units.map((k) => [
                `from x${sub(k)} to unit ${i}`,
                gradient(`◄ δ${sub(i)}`, n[`d1${i}`]),
                local(`× x${sub(k)}`, row[k - 1]),
                "=",
                sent("◄ ∂L/∂w", n[`w1_${i}${k}`]),
              ]),
            ),
          () =>
            units.map((i) => [
              `bias of unit ${i}`,
              gradient(`◄ δ${sub(i)}`, n[`d1${i}`]),
              local("× 1", 1),
              "=",
              sent("◄ ∂L/∂b", n[`b1_${i}`]),
            ]),
        ][at - 1](),
      );
    },
    answer(_, n) {
      return [
        () => it.words`The output’s error is what it said, less what is right: ${n.prediction} − 1 = ${n.d2}. There
          is no σ′ in it: figure 4.2 showed why.`,
        () => it.words`One error goes back along two weights. Unit 2 hangs on the larger weight, and its tanh is
          steeper: it gets ${[Math.abs(n.d12 / n.d11), 3]} times unit 1’s share, with the other sign.`,
        () => it.words`Those that come from x₂. Equation 3 multiplies by the value at the start of the weight, and
          x₂ is 0: a weight whose input is silent does not learn. With x₁ = 1, the others’ gradients
          are the errors themselves, ${n.w1_11} and ${n.w1_21}.`,
        () => it.words`A bias is a weight whose input is always 1. The program has no line for it: db1 is the error
          itself.`,
      ][place() - 1]();
    },
  };
};
