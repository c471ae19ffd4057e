// A network with one hidden layer, as the drawing takes it: its units without numbers, and the columns that they stand in.

import { sub } from "../shared/numbers.js";

/** @typedef {import("../shared/network.js").Unit} Unit */

/** @param {number} inputs @param {number} hidden @param {ArrayLike<number>} theta for each unit its weights and its bias
 * @param {string} told what the loss is called; without it there is none */
export function layered(inputs, hidden, theta, told = "loss") {
  let at = 0;
  const unit = (/** @type {string} */ name, /** @type {string} */ told, /** @type {Unit[]} */ from = []) => {
    const one = /** @type {Unit} */ ({ name, told, value: null, inputs: [] });
    one.inputs = from.map((before, k) => ({ unit: before, weight: theta[at + k] ?? 0 }));
    if (from.length) at += from.length + 1;
    return one;
  };
  const given = Array.from({ length: inputs }, (_, k) => unit(`x${sub(k + 1)}`, `input ${k + 1}`)),
    units = Array.from({ length: hidden }, (_, k) => unit(`a${sub(k + 1)}`, `hidden unit ${k + 1}`, given)),
    output = unit("z", "output", units),
    loss = /** @type {Unit} */ ({ name: "L", told, value: null, inputs: [{ unit: output, weight: null }] }),
    columns = [
      { head: "inputs", short: "in", units: given },
      { head: "hidden", short: "hid", units },
      { head: "output", short: "out", units: [output] },
      { head: "loss", short: "loss", units: [loss], close: true },
    ];
  return { inputs: given, hidden: units, output, loss, columns: told ? columns : columns.slice(0, 3) };
}
