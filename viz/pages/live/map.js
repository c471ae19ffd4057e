// The network of a page that computes, as the drawing takes it: a column for the inputs, for each layer, and for the loss.

import { MODEL } from "./model.js";
import { shortly, sub } from "../shared/numbers.js";

/** @typedef {import("../shared/network.js").Column} Column @typedef {import("../shared/network.js").Unit} Unit */

/** What a layer is called; 0 are the inputs. @param {number} k */
export const layerName = (k) =>
  k === 0 ? "inputs" : k === MODEL.layers.length ? "output" : MODEL.layers.length === 2 ? "hidden" : `hidden ${k}`;
/** What a unit is called within its layer. @param {number} k @param {number} j */
export const unitName = (k, j) => (k === 0 ? "x" : k === MODEL.layers.length ? "y" : "a") + sub(j + 1);

/** Returns the columns, without numbers. @returns {Column[]} */
export function columns() {
  /** @type {Column[]} */
  const all = [];
  [MODEL.rows[0].length, ...MODEL.layers.map((layer) => layer.biases.length)].forEach((size, k) => {
    const before = all[k - 1]?.units ?? [],
      short = k === 0 ? "in" : k === MODEL.layers.length ? "out" : `h${k}`;
    const units = Array.from({ length: size }, (_, j) => ({
      name: unitName(k, j),
      told: k ? `unit ${j + 1} of ${layerName(k)}` : `input ${j + 1}`,
      value: /** @type {number | null} */ (0),
      gradient: k ? 0 : undefined,
      inputs: before.map((unit) => ({ unit, weight: /** @type {number | null} */ (0) })),
    }));
    all.push({ head: layerName(k), short, units });
  });
  const outputs = all[all.length - 1].units.map((unit) => ({ unit, weight: null })),
    loss = { name: "L", told: "the loss over all rows", value: 0, gradient: undefined, inputs: outputs };
  all.push({ head: "loss", short: "L", units: [loss], close: true });
  return all;
}

/** Gives the units the numbers of this moment: what a row makes of them, and the slopes of the loss over all rows.
 * @param {Column[]} all @param {Float64Array} x @param {any} run @param {number} loss */
export function fill(all, x, run, loss) {
  all.forEach(({ units }, k) => {
    const layer = MODEL.layers[k - 1];
    units.forEach((unit, j) => {
      unit.value = k === 0 ? x[j] : layer ? run[`layer${k - 1}`][j] : loss;
      if (!layer) return;
      if (layer.biases[j] >= 0) unit.gradient = MODEL.gradient[layer.biases[j]];
      unit.inputs.forEach((input, i) => {
        const place = layer.weights[j][i];
        input.weight = place < 0 ? 0 : MODEL.theta[place];
      });
    });
  });
}

/** Gives the units the widest numbers, before they are laid out: so that nothing moves when theirs do. @param {Column[]} all */
export function widen(all) {
  for (const unit of all.flatMap(({ units }) => units)) {
    unit.ever = [-88888];
    for (const input of unit.inputs) input.weight = input.weight === null ? null : -8.88e-5;
  }
}

/** What is wrong with the network as it is, in sentences: units that cannot learn, twins, and slopes of nothing.
 * @returns {string[]} */
export function findings() {
  const found = [],
    { gradient, theta } = MODEL;
  const silent = MODEL.silent().filter(([k, j]) =>
    [...MODEL.layers[k].weights[j], MODEL.layers[k].biases[j]].every((place) => place >= 0 && gradient[place] === 0),
  );
  if (silent.length) {
    const [k, j] = silent[0],
      more = silent.length > 1 ? `, and ${silent.length - 1} more,` : "";
    found.push(
      `Unit ${j + 1} of ${layerName(k + 1)}${more} says the same in every row, and no gradient reaches it: it cannot learn.`,
    );
  }
  for (const [k, layer] of MODEL.layers.slice(0, -1).entries()) {
    const seen = new Map();
    for (const [j, bias] of layer.biases.entries()) {
      const onward = MODEL.layers[k + 1].weights.map((list) => list[j]),
        key = [...layer.weights[j], bias, ...onward].map((place) => theta[place]).join();
      if (seen.has(key)) {
        found.push(
          `Units ${seen.get(key) + 1} and ${j + 1} of ${layerName(k + 1)} are twins: the same weights get the same gradients, so they stay one.`,
        );
        break;
      }
      seen.set(key, j);
    }
  }
  const steepest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0),
    right = MODEL.right();
  if (!found.length && steepest < 1e-5 && right >= 0 && right < MODEL.rows.length)
    found.push(
      `It is stuck: no gradient is over ${shortly(steepest)}, and ${right} of ${MODEL.rows.length} rows are right. Reset, or move a weight.`,
    );
  return found;
}
