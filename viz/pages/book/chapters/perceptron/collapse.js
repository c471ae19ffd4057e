// Figure 2.2: two layers and the one that they fold into, as tables and as lines over the first input.

import { make } from "../../../shared/dom.js";
import { shortly } from "../../../shared/numbers.js";
import { asked, box } from "../../plot.js";

/** A table of numbers in brackets. @param {number[][]} lines */
const table = (lines) =>
  make(
    "span",
    { class: "matrix" },
    ...lines.map((line) => make("span", {}, ...line.map((x) => make("span", {}, shortly(x))))),
  );

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { w1, b1, w2, b2 } = it.about,
    tables = make("div", { class: "tables" }),
    plot = it.plot(
      "the output over the first input, of two layers and of one",
      { range: [-2, 2], ticks: [-2, -1, 0, 1, 2], label: "input x₁" },
      { range: [-8, 11], ticks: [-5, 0, 5, 10], label: "► output y" },
      { right: 150 },
    );
  it.drawing.prepend(tables);
  it.controls.element.classList.add("pairs");
  const along = (/** @type {string} */ name, /** @type {number} */ x2) => (/** @type {number} */ x1) =>
    it.value(name, [x1, x2]);
  return {
    numbers({ act, x1, x2 }) {
      const two = along(act, x2)(x1),
        one = along("one", x2)(x1),
        { value, slopes } = it.run("one", [0, 0]);
      return { two, one, apart: two - one, w_1: slopes[0], w_2: slopes[1], bias: value };
    },
    draw({ act, x1, x2 }, n) {
      const curve = act === "linear" ? "" : act,
        step = (/** @type {string} */ title, /** @type {any[]} */ ...parts) =>
          make("div", {}, make("small", {}, title), make("div", {}, ...parts));
      const folded = step("the one layer", "y = ", table([[n.w_1, n.w_2]]), "x + ", table([[n.bias]]));
      folded.className = "result";
      tables.replaceChildren(
        step("layer 1", `h = ${curve}(`, table(w1), "x + ", table(b1.map((/** @type {number} */ b) => [b])), ")"),
        step("layer 2", "y = ", table([w2]), "h + ", table([[b2]])),
        folded,
      );
      plot.begin(it.width);
      plot.cursor(x1);
      plot.graph(along(act, x2), "forward");
      plot.layer("result", () => {
        plot.graph(along("one", x2), "dotted");
        plot.point(x1, n.two, "forward");
        plot.point(x1, n.one, "hollow");
      });
      plot.question(plot.x(0), plot.y(8));
      plot.legend([plot.y(7), "● two layers, solid", "○ one layer, dotted"]);
      it.rows([
        "what they say at (x₁, x₂)",
        box.value("► two layers", n.two),
        "−",
        asked(box.value("► one layer", n.one)),
        "=",
        asked(box.sent("apart", small(n.apart))),
      ]);
    },
    answer({ act, x1, x2 }, n) {
      const at = it.words` at (${x1}, ${x2})`;
      if (act === "linear")
        return it.words`3: two weights and a bias. Multiply the tables, and the first layer is gone: 3 x₁ − x₂ +
          2.25, which is ${n.one}${at} both ways, and wherever you go.`;
      const part = small(n.apart) ? "they part" : "they meet here, and part elsewhere";
      return it.words`Without a curve, 3. With the ${act} between them the two layers say ${n.two}${at}, and the one
          says ${n.one}: ${part}. A line that bends is followed everywhere by no choice of the three numbers.`;
    },
  };
};

/** What is left of a difference when its rounding is taken away. @param {number} x */
function small(x) {
  return Math.abs(x) < 1e-12 ? 0 : x;
}
