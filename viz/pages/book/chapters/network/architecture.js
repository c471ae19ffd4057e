// Figure 1.2: a fully connected network of the reader's sizes, and its weights and biases counted.

import { button, make, say, set } from "../../../shared/dom.js";
import { asked, box } from "../../plot.js";

const NEAR = 30; // from one unit to the next
const TIME = 2000; // milliseconds that counting takes

/** A network as it is drawn, to be counted: for each layer after the first its connections and its units.
 * @param {number[]} sizes */
const counted = (sizes) =>
  sizes.slice(1).map((size, k) => ({
    connections: Array.from({ length: size }, (_, to) =>
      Array.from({ length: sizes[k] }, (_, from) => [from, to]),
    ).flat(),
    units: Array.from({ length: size }, (_, unit) => unit),
  }));

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { most_layers, most_units, controls } = it.about,
    svg = make("svg", { role: "img" }),
    columns = make("div", { class: "sizes" }),
    told = make("span", { class: "result", "aria-live": "off" }),
    count = button("count them", () => counting(), { class: "result" }),
    layers = make("div", { class: "choice" });
  let timer = 0,
    at = 0; // how many are counted so far
  /** The sizes of the layers; the first ones, where the text says nothing that can be. @returns {number[]} */
  const sizesOf = (/** @type {string} */ text) => {
    const found = text.split("-").map(Number),
      fits =
        found.length > 1 &&
        found.length <= most_layers &&
        found.every((n) => Number.isInteger(n) && n > 0 && n <= most_units);
    return fits ? found : sizesOf(controls.layers.start);
  };
  const stop = () => {
    cancelAnimationFrame(timer);
    at = 0;
  };
  /** A button that changes the sizes, where they can be so. @param {string} words @param {string} name
   * @param {(number[] | false)} sizes */
  const resize = (words, name, sizes) => {
    const change = () => {
      stop();
      if (sizes) it.set({ layers: sizes.join("-") });
    };
    return button(words, change, { "aria-label": name, "data-key": name, ...(sizes ? {} : { disabled: "" }) });
  };
  const counting = () => {
    const begun = performance.now(),
      { total } = it.numbers(),
      tick = () => {
        at = Math.min(total, Math.floor(((performance.now() - begun) / TIME) * total));
        if (at < total) timer = requestAnimationFrame(tick);
        it.show();
      };
    stop();
    tick();
  };
  it.drawing.append(svg, columns);
  it.controls.element.append(layers);

  return {
    numbers(state) {
      const drawn = counted(sizesOf(state.layers)),
        weights = drawn.reduce((sum, { connections }) => sum + connections.length, 0),
        biases = drawn.reduce((sum, { units }) => sum + units.length, 0);
      return { weights, biases, total: weights + biases };
    },
    draw(state, n) {
      const sizes = sizesOf(state.layers),
        drawn = counted(sizes),
        wide = it.width / sizes.length,
        high = NEAR * Math.max(5, ...sizes),
        x = (/** @type {number} */ k) => (k + 0.5) * wide,
        y = (/** @type {number} */ k, /** @type {number} */ unit) => high / 2 + (unit - (sizes[k] - 1) / 2) * NEAR,
        lines = make("g"),
        units = make("g"),
        focused = document.activeElement?.getAttribute("data-key");
      let number = 0;
      for (const unit of Array.from({ length: sizes[0] }, (_, i) => i))
        units.append(make("rect", { class: "input", x: x(0) - 10, y: y(0, unit) - 10, width: 20, height: 20 }));
      for (const [k, layer] of drawn.entries()) {
        for (const [from, to] of layer.connections) {
          const style = number++ < at ? "line counted" : "line";
          lines.append(
            make("path", { class: style, d: `M${x(k) + 10} ${y(k, from)}L${x(k + 1) - 10} ${y(k + 1, to)}` }),
          );
        }
        for (const unit of layer.units) {
          const style = number++ < at ? "neuron counted" : "neuron";
          units.append(make("circle", { class: style, cx: x(k + 1), cy: y(k + 1, unit), r: 10 }));
        }
      }
      set(svg, "width", it.width);
      set(svg, "height", high);
      set(svg, "aria-label", `a network with layers of ${sizes.join(", ")} neurons`);
      svg.replaceChildren(lines, units);
      columns.replaceChildren(
        ...sizes.map((size, k) => {
          const name = k === 0 ? "inputs" : k === sizes.length - 1 ? "output" : `hidden ${k}`,
            by = (/** @type {number} */ more) =>
              size + more > 0 && size + more <= most_units && sizes.with(k, size + more);
          return make(
            "div",
            {},
            make("span", {}, name),
            resize("+", `one more: ${name}`, by(1)),
            make("b", {}, String(size)),
            resize("−", `one fewer: ${name}`, by(-1)),
          );
        }),
      );
      const last = sizes.length - 1;
      layers.replaceChildren(
        make("span", {}, `${sizes.length} layers`),
        resize("add a layer", "add a layer", sizes.length < most_layers && sizes.toSpliced(last, 0, sizes[last - 1])),
        resize("remove a layer", "remove a layer", last > 1 && sizes.toSpliced(last - 1, 1)),
        count,
        told,
      );
      if (focused) /** @type {any} */ (it.element.querySelector(`[data-key="${focused}"]`))?.focus();
      say(told, at > 0 && at < n.total ? `${at} of ${n.total}` : `${n.weights} weights, ${n.biases} biases`);
      it.rows([
        "weights and biases of each layer",
        ...drawn.flatMap(({ connections, units }, k) => [
          ...(k ? ["+"] : []),
          asked(box.value(`${sizes[k]} × ${sizes[k + 1]} + ${sizes[k + 1]}`, connections.length + units.length)),
        ]),
        "=",
        asked(box.result("all", n.total)),
      ]);
    },
    answer(state, n) {
      const sizes = sizesOf(state.layers),
        parts = counted(sizes).flatMap(({ connections, units }, k) => {
          const who = k === sizes.length - 2 ? "the output has" : `hidden layer ${k + 1} has`,
            product = `${sizes[k]} × ${sizes[k + 1]} + ${sizes[k + 1]}`;
          return it.words`${k ? ", " : ""}${who} ${product} = ${connections.length + units.length}`;
        });
      return it.words`${n.total}: ${parts}. The inputs have none: they are data.`;
    },
    mistakes: (n) => [
      [n.weights, "Each neuron has a bias, too."],
      [n.total + 2, "The two inputs are data: they have no biases."],
      [n.biases, "You counted the biases alone."],
      [10, "That is how many neurons and inputs there are; the parameters are on their connections."],
    ],
    stop,
  };
};
