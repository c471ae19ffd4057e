// Layers and units, added and removed.  Weights that stay keep their numbers; new ones are drawn, the same at every time.

import { MODEL } from "../live/model.js";
import { layerName } from "../live/map.js";
import { $, button, make } from "../shared/dom.js";
import { DATA, doubles, sub } from "../shared/numbers.js";

const DRAWN = DATA.drawn ? doubles(DATA.drawn) : new Float64Array(1); // between −1 and 1

/** How many units each layer may have: those of which there are programs. */
export const sizes = () =>
  Object.keys(DATA.parts ?? {})
    .filter((name) => name.startsWith("sum."))
    .map((name) => +name.slice(4))
    .sort((a, b) => a - b);
export const MOST_LAYERS = 5;

/** The numbers of units from the inputs to the outputs. */
export const shape = () => [MODEL.rows[0].length, ...MODEL.layers.map((layer) => layer.biases.length)];

/** Makes the network one of these numbers of units, whose `numbers` are given or else kept and drawn.
 * @param {number[]} counts @param {Float64Array | null} numbers */
export function reshape(counts, numbers = null) {
  const before = MODEL.layers.map(({ weights, biases }) => ({
      weights: weights.map((list) => list.map((place) => MODEL.theta[place])),
      biases: biases.map((place) => MODEL.theta[place]),
    })),
    output =
      MODEL.layers[MODEL.layers.length - 1].activation || (MODEL.layers.length > 1 ? "linear" : MODEL.activation),
    theta = /** @type {number[]} */ ([]),
    parameters = /** @type {[string, string][]} */ ([]);
  const add = (
    /** @type {number | undefined} */ x,
    /** @type {string} */ name,
    /** @type {string} */ path,
    fresh = true,
  ) => {
    theta.push(numbers ? numbers[theta.length] : (x ?? (fresh ? DRAWN[theta.length % DRAWN.length] : 0)));
    parameters.push([name, path]);
    return theta.length - 1;
  };
  const last = counts.length - 2;
  MODEL.layers = counts.slice(1).map((units, k) => {
    // the output layer stays the output layer, wherever it comes to stand
    const old = k === last ? before[before.length - 1] : k < before.length - 1 ? before[k] : undefined;
    const up = (/** @type {number} */ n) => String(n).replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+d]);
    const layer = {
      name: `layer ${k + 1}`,
      activation: k === last ? output : "",
      weights: /** @type {number[][]} */ ([]),
      biases: /** @type {number[]} */ ([]),
    };
    for (let j = 0; j < units; j++) {
      const path = `layers.${k}.neurons.${j}`,
        letter = (/** @type {string} */ x) => `${x}⁽${up(k + 1)}⁾${sub(j + 1)}`;
      layer.weights.push(
        Array.from({ length: counts[k] }, (_, i) =>
          add(old?.weights[j]?.[i], `${letter("w")}${sub(i + 1)}`, `${path}.weights.${i}`),
        ),
      );
      layer.biases.push(add(old?.biases[j], letter("b"), `${path}.bias`, false));
    }
    return layer;
  });
  if (MODEL.activation === "linear" && counts.length > 2) MODEL.activation = "tanh";
  MODEL.theta = Float64Array.from(theta);
  MODEL.parameters = parameters;
  MODEL.memories = DATA.memories.map(() => new Float64Array(theta.length));
  MODEL.edited = true;
  MODEL.begin();
  MODEL.reshaped();
}

/** Why the network cannot have these numbers of units, or nothing. @param {number[]} counts */
export function refusal(counts) {
  const known = sizes();
  if (!known.length) return "This model is made of more than layers: its units are changed in Python.";
  if (counts.length - 1 > MOST_LAYERS) return `A page holds up to ${MOST_LAYERS} layers.`;
  const odd = counts.slice(0, -1).find((n) => !known.includes(n));
  if (odd !== undefined)
    return `A page computes with 1 to ${known[known.length - 1]} inputs and units a layer, not ${odd}.`;
  return "";
}

/** The buttons that add and remove units and layers. @param {(counts: number[]) => void} build */
export function steppers(build) {
  const counts = shape(),
    builds = (/** @type {string} */ sign, /** @type {string} */ what, /** @type {number[]} */ then) =>
      button(sign, () => build(then), { "aria-label": what, title: what });
  const hidden = counts.slice(1, -1).map((n, k) => {
    const name = layerName(k + 1),
      less = builds("−", `one unit less in ${name}`, counts.with(k + 1, n - 1)),
      more = builds("+", `one unit more in ${name}`, counts.with(k + 1, n + 1));
    less.disabled = n < 2;
    return make("span", {}, `${name}: `, less, ` ${n} `, more);
  });
  const all = [...hidden];
  if (DATA.parts) {
    const width = counts.length > 2 ? counts[counts.length - 2] : 4;
    all.push(
      builds("Add a layer", "a hidden layer more, before the output", counts.toSpliced(-1, 0, Math.min(width, 8))),
    );
    if (hidden.length) all.push(builds("Remove one", "without the last hidden layer", counts.toSpliced(-2, 1)));
  }
  $("shape").replaceChildren(...(DATA.parts ? all : []));
}
