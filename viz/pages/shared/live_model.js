// The model at work: rows in, outputs, loss and gradients out, and the optimizer's step.  PROGRAMS is what the JavaScript
// backend wrote from the table of operations; here it is only given its numbers.

import { DATA } from "./numbers.js";

/** @typedef {{places: number[], arguments: number[], averages?: number[][], others: number[]}} Signature
 * @typedef {{theta: Float64Array, gradient: Float64Array, run: any, signature: Signature, others: Float64Array[]}} Loaded */

/** @param {string} name @param {Signature} signature @returns {Loaded} */
function load(name, signature) {
  const theta = new Float64Array(signature.places.length),
    gradient = new Float64Array(signature.places.length);
  const others = [...(signature.averages || []), signature.others].map((list) => Float64Array.from(list));
  return { theta, gradient, run: PROGRAMS[name](theta, gradient), signature, others };
}

/** Runs a program on what its arguments stand for; the last are averages that it has learned, and what the graph held besides.
 * @param {Loaded} program @param {"forward" | "backward"} what @param {Float64Array[]} given */
function call(program, what, given) {
  return program.run[what](
    ...program.signature.arguments.map((k) => (k < given.length ? given[k] : program.others[k - given.length])),
  );
}

/** @type {Float64Array[]} */
export const ROWS = (DATA.rows ?? []).map((/** @type {number[]} */ row) => Float64Array.from(row));
/** @type {Float64Array[]} */
export const TARGETS = (DATA.targets ?? []).map((/** @type {number[]} */ row) => Float64Array.from(row));
const WIDTH = TARGETS.length ? TARGETS[0].length : 1;

export const MODEL = {
  theta: /** @type {Float64Array} */ (new Float64Array(0)),
  gradient: /** @type {Float64Array} */ (new Float64Array(0)),
  memories: /** @type {Float64Array[]} */ ([]),
  rate: 0,
  steps: 0,
  epochs: 0,
  at: 0,
  batch: 1,
  activation: "",
  loaded: /** @type {Map<string, Loaded>} */ (new Map()),

  /** Leaves everything as Python had it. */
  reset() {
    this.theta = Float64Array.from(DATA.parameters, (p) => p[2]);
    this.gradient = new Float64Array(this.theta.length);
    this.memories = DATA.memories.map((/** @type {number[]} */ m) => Float64Array.from(m));
    this.rate = DATA.rate;
    this.steps = DATA.steps;
    this.epochs = this.at = 0;
    this.batch = DATA.batch || ROWS.length;
    this.activation = DATA.activation;
  },

  /** @param {string} name @param {Signature} signature */
  program(name, signature) {
    const loaded = this.loaded.get(name) || load(name, signature);
    this.loaded.set(name, loaded);
    return loaded;
  },

  /** The program of one row, holding the weights of this moment. */
  row() {
    const program = this.program("row." + this.activation, DATA.programs[this.activation]);
    program.signature.places.forEach((place, k) => {
      program.theta[k] = this.theta[place];
    });
    return program;
  },

  /** Runs a row; afterwards `run.outputs` and `run.layer0`, … are what came of it.
   * @param {Loaded} program @param {Float64Array} x */
  forward(program, x) {
    call(program, "forward", [x, SEEDS]);
    return program.run;
  },

  /** The rows of the next step. */
  rows() {
    const end = Math.min(this.at + this.batch, ROWS.length);
    return Array.from({ length: end - this.at }, (_, k) => this.at + k);
  },

  /** Returns the loss over these rows; with gradients, leaves them in `gradient`. @param {number[]} rows */
  loss(rows, gradients = false) {
    const row = this.row(),
      size = rows.length,
      signature = DATA.losses[size],
      loss = this.program("loss." + size, signature);
    const y = new Float64Array(size * WIDTH),
      outputs = new Float64Array(size * DATA.outputs);
    rows.forEach((i, k) => {
      outputs.set(this.forward(row, ROWS[i]).outputs, k * DATA.outputs);
      y.set(TARGETS[i], k * WIDTH);
    });
    signature.places.forEach((/** @type {number} */ place, /** @type {number} */ k) => {
      loss.theta[k] = outputs[place];
    });
    const value = call(loss, "forward", [y]);
    if (!gradients) return value;
    call(loss, "backward", [y]);
    const cotangents = new Float64Array(outputs.length);
    signature.places.forEach((/** @type {number} */ place, /** @type {number} */ k) => {
      cotangents[place] = loss.gradient[k];
    });
    this.gradient.fill(0);
    rows.forEach((i, k) => {
      const seeds = cotangents.subarray(k * DATA.outputs, (k + 1) * DATA.outputs);
      call(row, "forward", [ROWS[i], seeds]);
      call(row, "backward", [ROWS[i], seeds]);
      row.signature.places.forEach((place, j) => {
        this.gradient[place] += row.gradient[j];
      });
    });
    return value;
  },

  /** One step of the optimizer on the next rows; returns their loss before it. */
  step() {
    const before = this.loss(this.rows(), true);
    this.steps++;
    PROGRAMS.update(this.theta, this.gradient, this.memories, this.rate, this.steps, DATA.reached);
    this.at += this.batch;
    if (this.at >= ROWS.length) {
      this.at = 0;
      this.epochs++;
    }
    return before;
  },

  /** Where the next step takes a parameter, if its gradient is known. @param {number} place */
  ahead(place) {
    const one = (/** @type {Float64Array} */ list) => Float64Array.of(list[place]),
      theta = one(this.theta);
    if (place < DATA.reached)
      PROGRAMS.update(theta, one(this.gradient), this.memories.map(one), this.rate, this.steps + 1, 1);
    return theta[0];
  },

  /** How many rows are answered rightly, or −1 where there are no classes. */
  right() {
    if (DATA.outputs === 1 ? DATA.classes.length !== 2 : !DATA.classes.length) return -1;
    const row = this.row();
    return ROWS.filter((/** @type {Float64Array} */ x, /** @type {number} */ i) => {
      const outputs = this.forward(row, x).outputs;
      return (DATA.outputs === 1 ? +(outputs[0] >= DATA.level) : best(outputs)) === wanted(i);
    }).length;
  },

  /** The size of each layer's gradient. */
  norms() {
    return DATA.layers.map((/** @type {any} */ layer) => {
      const places = [...layer.weights.flat(), ...layer.biases].filter((k) => k >= 0);
      return Math.sqrt(places.reduce((sum, k) => sum + this.gradient[k] ** 2, 0));
    });
  },
};
const SEEDS = new Float64Array(DATA.outputs ?? 0).fill(1);

/** The place of the largest. @param {Float64Array} list */
export const best = (list) => list.reduce((b, x, i) => (x > list[b] ? i : b), 0);
/** The class a row belongs to. @param {number} i */
export const wanted = (i) =>
  WIDTH > 1 ? best(TARGETS[i]) : DATA.outputs > 1 ? TARGETS[i][0] : DATA.classes.indexOf(TARGETS[i][0]);
if (DATA.rows) MODEL.reset();
