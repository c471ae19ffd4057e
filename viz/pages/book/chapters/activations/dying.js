// Figure 7.2: a neuron that no example wakes, and what wakes it.

import { button, make } from "../../../shared/dom.js";
import { asked, box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { inputs } = it.about,
    plot = it.plot(
      "the activation, and where the five examples stand on it",
      { range: [-5, 3], ticks: [-4, -2, 0, 2], label: "sum z" },
      { range: [-0.4, 3], ticks: [0, 1, 2, 3], label: "► value a" },
      { right: 150 },
    ),
    slope = (/** @type {string} */ act, /** @type {number} */ z) => it.run(act, [z]).slopes[0],
    descend = (/** @type {number} */ count) => {
      const { act, w, b } = it.state,
        theta = Float64Array.of(w, b);
      for (let k = 1; k <= count; k++) it.update("step", theta, it.run(`${act}.neuron`, theta).slopes, [], 1, k);
      it.set({ w: theta[0], b: theta[1] });
    },
    buttons = [button("step", () => descend(1)), button("20 steps", () => descend(20))];
  it.controls.element.append(make("div", { class: "choice" }, make("span", {}, "descend at rate 1"), ...buttons));
  return {
    numbers({ act, w, b }) {
      const { value, slopes, z } = it.run(`${act}.neuron`, [w, b]);
      const active = z.filter((/** @type {number} */ x) => x > 0).length;
      return { active, dw: slopes[0], db: slopes[1], loss: value };
    },
    draw({ act, w, b }, n) {
      const { z, a } = it.run(`${act}.neuron`, [w, b]);
      plot.begin(it.width);
      plot.graph((x) => it.value(act, [x]), "forward");
      for (const k of inputs.keys()) plot.point(z[k], a[k], "forward");
      plot.layer("result", () => {
        for (const k of inputs.keys()) if (!slope(act, z[k])) plot.point(z[k], a[k], "backward hollow");
        plot.legend([plot.y(2), "● learns from it", "○ off: slope 0"]);
      });
      it.rows([
        `${n.active} of 5 examples have z above 0`,
        box.value("► loss", n.loss),
        asked(box.gradient("◄ ∂L/∂w", n.dw)),
        asked(box.gradient("◄ ∂L/∂b", n.db)),
      ]);
    },
    answer({ act }, n) {
      const dead = n.dw === 0 && n.db === 0,
        why = dead
          ? "The neuron is dead: however wrong it is, no example moves it, and no step changes anything. Try leaky ReLU, or a larger bias."
          : n.active === 0
            ? `No example has a sum above 0, but the ${act.replace("_", " ")} lets a little back: step on, and it comes back to life.`
            : "It lives, and learns: step on.";
      return it.words`The loss is ${n.loss}, the gradients are ${n.dw} for the weight and ${n.db} for the bias.
          ${why}`;
    },
  };
};
