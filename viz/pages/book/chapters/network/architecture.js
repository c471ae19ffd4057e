// Figure 1.2: a fully connected network of the reader's sizes, and its weights and biases counted.

import { make, say, set } from "../../../shared/dom.js";
import { rows } from "../../plot.js";

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
export const figure = {
  start(it) {
    const { most_layers, most_units, controls } = it.about,
      svg = make("svg", { role: "img" }),
      columns = make("div", { class: "sizes" }),
      told = make("span", { class: "result", "aria-live": "off" }),
      count = make("button", { type: "button", class: "result" }, "count them"),
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
    const change = (/** @type {number[]} */ sizes) => {
      stop();
      it.set({ layers: sizes.join("-") });
    };
    /** A button that changes the sizes. @param {string} words @param {string} name @param {(number[] | null)} sizes */
    const button = (words, name, sizes) => {
      const made = make("button", { type: "button", "aria-label": name, "data-key": name }, words);
      if (sizes) made.addEventListener("click", () => change(sizes));
      else made.disabled = true;
      return made;
    };
    count.addEventListener("click", () => {
      const begun = performance.now(),
        { total } = it.numbers(),
        tick = () => {
          at = Math.min(total, Math.floor(((performance.now() - begun) / TIME) * total));
          if (at < total) timer = requestAnimationFrame(tick);
          it.show();
        };
      stop();
      tick();
    });
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
                size + more > 0 && size + more <= most_units
                  ? sizes.map((one, i) => (i === k ? one + more : one))
                  : null;
            return make(
              "div",
              {},
              make("span", {}, name),
              button("+", `one more: ${name}`, by(1)),
              make("b", {}, String(size)),
              button("−", `one fewer: ${name}`, by(-1)),
            );
          }),
        );
        const last = sizes.length - 1;
        layers.replaceChildren(
          make("span", {}, `${sizes.length} layers`),
          button(
            "add a layer",
            "add a layer",
            sizes.length < most_layers ? sizes.toSpliced(last, 0, sizes[last - 1]) : null,
          ),
          button("remove a layer", "remove a layer", last > 1 ? sizes.toSpliced(last - 1, 1) : null),
          count,
          told,
        );
        if (focused) /** @type {any} */ (it.element.querySelector(`[data-key="${focused}"]`))?.focus();
        say(told, at > 0 && at < n.total ? `${at} of ${n.total}` : `${n.weights} weights, ${n.biases} biases`);
        rows(it.boxes, [
          {
            label: "weights and biases of each layer",
            boxes: [
              ...drawn.flatMap(({ connections, units }, k) => [
                ...(k ? ["+"] : []),
                {
                  kind: "value",
                  title: `${sizes[k]} × ${sizes[k + 1]} + ${sizes[k + 1]}`,
                  number: connections.length + units.length,
                  asked: true,
                },
              ]),
              "=",
              { kind: "result", title: "all", number: n.total, asked: true },
            ],
          },
        ]);
      },
      answer(state, n) {
        const sizes = sizesOf(state.layers),
          parts = counted(sizes).flatMap(({ connections, units }, k) => [
            k ? ", " : "",
            k === sizes.length - 2 ? "the output has " : `hidden layer ${k + 1} has `,
            `${sizes[k]} × ${sizes[k + 1]} + ${sizes[k + 1]} = `,
            it.mark(connections.length + units.length),
          ]);
        return [it.mark(n.total), ": ", ...parts, ". The inputs have none: they are data."];
      },
      mistakes: (n) => [
        [n.weights, "Each neuron has a bias, too."],
        [n.total + 2, "The two inputs are data: they have no biases."],
        [n.biases, "You counted the biases alone."],
        [10, "That is how many neurons and inputs there are; the parameters are on their connections."],
      ],
      stop,
    };
  },
};
