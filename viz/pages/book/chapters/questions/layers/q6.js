// Figure Q6: a mask on the way there, and the same, or another, on the way back.

import { make, set } from "../../../../shared/dom.js";
import { fewer } from "../../../../shared/numbers.js";
import { asked, box } from "../../../plot.js";

/** @type {import("../../../figure.js").Code} */
export const figure = (it) => {
  const { count, drawn } = it.about,
    svg = make("svg", { role: "img", "aria-label": "the factors of twelve activations, and their gradients" }),
    ones = Array.from({ length: count }, () => 1);
  it.drawing.append(svg);
  /** What each is multiplied by, there and back. @param {Record<string, any>} state */
  const masks = ({ p, seed, same }) => {
    const mask = (/** @type {number} */ k) => [...it.run("through", ones, drawn[k], [p]).slopes];
    return [mask(seed), mask(same === "yes" ? seed : seed + 1)];
  };
  return {
    numbers(state) {
      const [there, back] = masks(state);
      return {
        kept: there.filter((x) => x > 0).length,
        factor: 1 / (1 - state.p),
        wrong: there.filter((x, k) => x !== back[k]).length,
      };
    },
    draw(state, n) {
      const [there, back] = masks(state),
        across = it.width > 520 ? count : count / 2,
        wide = Math.floor(it.width / across),
        lines = count / across;
      set(svg, "width", it.width);
      set(svg, "height", 2 * (24 + 46 * lines));
      svg.replaceChildren();
      const result = make("g", { class: "result" });
      for (const [part, mask] of [there, back].entries()) {
        const top = part * (24 + 46 * lines);
        const words = part ? "◄ the gradients, on the way back" : "► the factors, on the way there";
        svg.append(make("text", { class: "note", x: 0, y: top + 14 }, words));
        for (const [k, x] of mask.entries()) {
          const left = (k % across) * wide,
            y = top + 22 + 46 * Math.floor(k / across),
            odd = part && x !== there[k],
            style = odd ? "chip alarmed" : x ? `unit ${part ? "backward" : "forward"}` : "unit",
            told = `${odd ? "‼ " : ""}${x ? fewer(x, 3) : "off"}`;
          result.append(
            make(
              "g",
              { class: style, "aria-label": `number ${k + 1}: ${fewer(x, 3)}` },
              make("rect", { x: left + 2, y, width: wide - 4, height: 36, rx: 8 }),
              make("text", { x: left + wide / 2, y: y + 23, "text-anchor": "middle" }, told),
            ),
          );
        }
      }
      svg.append(result);
      it.rows([
        "of twelve ones",
        asked(box.value("► kept", n.kept)),
        asked(box.factor("× 1 / (1 − p)", n.factor)),
        asked(box.gradient("◄ wrong gradients", n.wrong, { alarm: n.wrong > 0 })),
      ]);
    },
    answer({ p, same }, n) {
      const why =
        same === "yes"
          ? "On the way back the same factors stand: what was dropped gets 0."
          : `With a new mask on the way back, ${n.wrong} gradients are wrong: some that were dropped learn, some that spoke do not.`;
      return it.words`With p = ${[p, 2]}, ${n.kept} of twelve are kept, each times ${n.factor}, so that on average
          the sum stays what it was. ${why}`;
    },
  };
};
