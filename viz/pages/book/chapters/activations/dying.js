// Figure 7.2: a neuron that no example wakes, and what wakes it.

import { make } from "../../../shared/dom.js";
import { Plot, box, rows } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = {
  start(it) {
    const { inputs } = it.about,
      plot = new Plot(it.drawing, {
        x: { range: [-5, 3], ticks: [-4, -2, 0, 2], label: "sum z" },
        y: { range: [-0.4, 3], ticks: [0, 1, 2, 3], label: "► value a" },
        right: 150,
        name: "the activation, and where the five examples stand on it",
      }),
      slope = (/** @type {string} */ act, /** @type {number} */ z) => it.run(act, [z]).slopes[0],
      descend = (/** @type {number} */ count) => {
        const { act, w, b } = it.state,
          theta = Float64Array.of(w, b);
        for (let k = 1; k <= count; k++) it.update("step", theta, it.run(`${act}.neuron`, theta).slopes, [], 1, k);
        it.set({ w: theta[0], b: theta[1] });
      },
      button = (/** @type {string} */ words, /** @type {number} */ count) => {
        const made = make("button", { type: "button" }, words);
        made.addEventListener("click", () => descend(count));
        return made;
      },
      buttons = make(
        "div",
        { class: "choice" },
        make("span", {}, "descend at rate 1"),
        button("step", 1),
        button("20 steps", 20),
      );
    it.controls.element.append(buttons);
    return {
      numbers({ act, w, b }) {
        const { value, slopes, z } = it.run(`${act}.neuron`, [w, b]);
        return {
          active: z.filter((/** @type {number} */ x) => x > 0).length,
          dw: slopes[0],
          db: slopes[1],
          loss: value,
        };
      },
      draw({ act, w, b }, n) {
        const { z, a } = it.run(`${act}.neuron`, [w, b]);
        plot.begin(it.width);
        plot.graph((x) => it.value(act, [x]), "forward");
        for (const k of inputs.keys()) plot.point(z[k], a[k], "forward");
        plot.layer("result", () => {
          for (const k of inputs.keys()) if (!slope(act, z[k])) plot.point(z[k], a[k], "backward hollow");
          plot.legend([
            ["● learns from it", plot.y(2)],
            ["○ off: slope 0", plot.y(2) + 20],
          ]);
        });
        const total = box("gradient", { asked: true });
        rows(it.boxes, [
          {
            label: `${n.active} of 5 examples have z above 0`,
            boxes: [{ kind: "value", title: "► loss", number: n.loss }, total("◄ ∂L/∂w", n.dw), total("◄ ∂L/∂b", n.db)],
          },
        ]);
      },
      answer({ act }, n) {
        const dead = n.dw === 0 && n.db === 0;
        return [
          "The loss is ",
          it.mark(n.loss),
          ", the gradients are ",
          it.mark(n.dw),
          " for the weight and ",
          it.mark(n.db),
          " for the bias. ",
          dead
            ? "The neuron is dead: however wrong it is, no example moves it, and no step changes anything. Try leaky ReLU, or a larger bias."
            : n.active === 0
              ? `No example has a sum above 0, but the ${act.replace("_", " ")} lets a little back: step on, and it comes back to life.`
              : "It lives, and learns: step on.",
        ];
      },
    };
  },
};
