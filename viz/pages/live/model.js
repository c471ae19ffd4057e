// The model at work: rows in, outputs, loss and gradients out, and the optimizer's step.  PROGRAMS is what the JavaScript
// backend wrote from the table of operations; here it is only given its numbers.

import { call, composed, give, load, slopes } from "./composed.js";
import { DATA, doubles } from "../shared/numbers.js";

/** @typedef {import("./composed.js").Loaded} Loaded @typedef {import("./composed.js").Signature} Signature
 * @typedef {import("./composed.js").Layer} Layer */

const none = /** @type {Float64Array} */ (new Float64Array(0));

export const MODEL = {
  theta: none,
  gradient: none,
  memories: /** @type {Float64Array[]} */ ([]),
  rate: 0,
  steps: 0,
  epochs: 0,
  at: 0,
  batch: 1,
  activation: "",
  lossName: "",
  rows: /** @type {Float64Array[]} */ ([]),
  targets: /** @type {Float64Array[]} */ ([]),
  layers: /** @type {Layer[]} */ ([]),
  parameters: /** @type {[string, string][]} */ ([]),
  classes: /** @type {number[]} */ ([]),
  level: 0,
  seeds: none,
  given: false, // whether its rows are from a file
  edited: false, // whether layers or units were added or removed
  loaded: /** @type {Map<string, Loaded>} */ (new Map()),

  /** Leaves everything as Python had it. */
  reset() {
    this.edited = this.given = false;
    this.layers = DATA.layers ?? [];
    this.parameters = (DATA.parameters ?? []).map((/** @type {any} */ [name, path]) => [name, path]);
    this.theta = Float64Array.from(DATA.parameters ?? [], (p) => p[2]);
    this.memories = (DATA.memories ?? []).map((/** @type {number[]} */ m) => Float64Array.from(m));
    this.rate = DATA.rate;
    this.activation = DATA.activation;
    this.lossName = DATA.loss;
    this.give(DATA.rows ?? [], DATA.targets ?? []);
    this.steps = DATA.steps;
    this.batch = DATA.batch || this.rows.length;
    this.reshaped();
  },

  /** Takes these rows and targets. @param {ArrayLike<number>[]} rows @param {ArrayLike<number>[]} targets */
  give(rows, targets) {
    this.rows = rows.map((row) => Float64Array.from(row));
    this.targets = targets.map((row) => Float64Array.from(row));
    this.batch = this.rows.length;
    this.begin();
  },

  /** Begins to count anew. */
  begin() {
    this.steps = this.epochs = this.at = 0;
    const flat = this.targets.flatMap((t) => [...t]),
      single = [...new Set(flat)].sort((a, b) => a - b),
      onehot = this.targets.every((t) => t.reduce((a, b) => a + b, 0) === 1 && Math.max(...t) === 1);
    const whole = single.length <= 10 && single.every(Number.isInteger);
    this.classes = wide() > 1 ? (onehot ? [...this.targets[0].keys()] : []) : whole ? single : [];
    const middle = flat.length ? Math.min(...flat) / 2 + Math.max(...flat) / 2 : 0;
    this.level = DATA.level ?? (DATA.scores?.includes(this.lossName) ? 0 : middle);
  },

  /** To be called when layers or activations are others. */
  reshaped() {
    this.loaded.clear();
    if (this.gradient.length !== this.theta.length) this.gradient = new Float64Array(this.theta.length);
    this.seeds = new Float64Array(DATA.outputs ?? 1).fill(1);
  },

  /** @param {string} key @param {() => Loaded} make */
  program(key, make) {
    const found = this.loaded.get(key) ?? make();
    this.loaded.set(key, found);
    return found;
  },

  /** The program of one row, holding the weights of this moment. */
  row() {
    const name = this.activation,
      program = this.program(`row.${name}`, () =>
        this.edited ? composed(this.layers, name, this.theta.length) : load(`row.${name}`, DATA.programs[name]),
      );
    give(program, this.theta);
    return program;
  },

  /** Runs a row; afterwards `run.outputs` and `run.layer0`, … are what came of it.
   * @param {Loaded} program @param {Float64Array} x */
  forward(program, x) {
    call(program, "forward", [x, this.seeds]);
    return program.run;
  },

  /** The rows of the next step. */
  next() {
    const end = Math.min(this.at + this.batch, this.rows.length);
    return Array.from({ length: end - this.at }, (_, k) => this.at + k);
  },

  /** Returns the loss over these rows; with gradients, leaves them in `gradient`.  Of a loss that is a mean, each row
   * adds its share. @param {number[]} rows */
  loss(rows, gradients = false) {
    const apart = DATA.losses[this.lossName],
      size = apart ? 1 : rows.length;
    const key = `loss.${this.lossName}${apart ? "" : `.${size}`}`,
      program = this.program(key, () => load(key, apart ?? DATA.losses[`${this.lossName}.${size}`]));
    if (gradients) this.gradient.fill(0);
    let value = 0;
    const row = this.row();
    for (let k = 0; k < rows.length; k += size)
      value += this.block(row, program, rows.slice(k, k + size), gradients, rows.length);
    return value;
  },

  /** @param {Loaded} row @param {Loaded} loss @param {number[]} rows @param {boolean} gradients @param {number} all */
  block(row, loss, rows, gradients, all) {
    const outputs = new Float64Array(rows.length * DATA.outputs),
      y = new Float64Array(rows.length * wide());
    rows.forEach((i, k) => {
      outputs.set(this.forward(row, this.rows[i]).outputs, k * DATA.outputs);
      y.set(this.targets[i], k * wide());
    });
    give(loss, outputs);
    const given = [y, Float64Array.of(1 / all)], // a loss that is no mean has no use for a share
      value = call(loss, "forward", given);
    if (!gradients) return value;
    call(loss, "backward", given);
    const cotangents = slopes(loss, outputs.length);
    rows.forEach((i, k) => {
      const seeds = cotangents.subarray(k * DATA.outputs, (k + 1) * DATA.outputs);
      call(row, "forward", [this.rows[i], seeds]);
      call(row, "backward", [this.rows[i], seeds]);
      row.signature.places.forEach((place, j) => {
        this.gradient[place] += row.gradient[j];
      });
    });
    return value;
  },

  /** The loss over all rows. */
  whole() {
    return this.loss([...this.rows.keys()]);
  },

  /** How many parameters get gradients, the first ones. */
  reached() {
    return this.edited ? this.theta.length : DATA.reached;
  },

  /** One step of the optimizer on the next rows; returns their loss before it. */
  step() {
    const before = this.loss(this.next(), true);
    this.steps++;
    PROGRAMS.update(this.theta, this.gradient, this.memories, this.rate, this.steps, this.reached());
    this.at += this.batch;
    if (this.at >= this.rows.length) {
      this.at = 0;
      this.epochs++;
    }
    return before;
  },

  /** Where the next step takes a parameter, if its gradient is known. @param {number} place */
  ahead(place) {
    const one = (/** @type {Float64Array} */ list) => Float64Array.of(list[place]),
      theta = one(this.theta);
    if (place < this.reached())
      PROGRAMS.update(theta, one(this.gradient), this.memories.map(one), this.rate, this.steps + 1, 1);
    return theta[0];
  },

  /** How many rows are answered rightly, or −1 where there are no classes. */
  right() {
    if (DATA.outputs === 1 ? this.classes.length !== 2 : !this.classes.length) return -1;
    const row = this.row();
    return this.rows.filter((x, i) => {
      const outputs = this.forward(row, x).outputs;
      return (DATA.outputs === 1 ? +(outputs[0] >= this.level) : best(outputs)) === wanted(i);
    }).length;
  },

  /** The size of each layer's gradient. */
  norms() {
    return this.layers.map((layer) => {
      const places = [...layer.weights.flat(), ...layer.biases].filter((k) => k >= 0);
      return Math.hypot(...places.map((k) => this.gradient[k]));
    });
  },

  /** Units that say the same in every row, by name: those that are off, and those that are saturated. */
  silent() {
    const row = this.row(),
      seen = this.rows.map((x) => {
        const run = this.forward(row, x);
        return this.layers.map((_, k) => Float64Array.from(run[`layer${k}`]));
      });
    return seen.length < 2
      ? []
      : this.layers
          .slice(0, -1)
          .flatMap((layer, k) =>
            layer.biases.flatMap((_, j) => (seen.every((s) => s[k][j] === seen[0][k][j]) ? [[k, j]] : [])),
          );
  },
};

/** How many numbers a row wants. */
export const wide = () => MODEL.targets[0]?.length ?? 1;
/** The place of the largest. @param {Float64Array} list */
export const best = (list) => list.reduce((b, x, i) => (x > list[b] ? i : b), 0);
/** The class a row belongs to. @param {number} i */
export const wanted = (i) =>
  wide() > 1
    ? best(MODEL.targets[i])
    : DATA.outputs > 1
      ? MODEL.targets[i][0]
      : MODEL.classes.indexOf(MODEL.targets[i][0]);
/** Numbers as text in an address, to the bit, and back. @param {Float64Array} list */
export const packed = (list) => {
  const bytes = new Uint8Array(list.buffer, list.byteOffset, list.byteLength);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
};
/** @param {string} text */
export const unpacked = (text) => doubles(text.replaceAll("-", "+").replaceAll("_", "/"));
MODEL.reset();
