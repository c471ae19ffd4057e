// The program of one row for layers of any size, put together from the programs of one sum and of one activation, all of
// which the JavaScript backend wrote.  What several of them send back to one number adds up: nothing else is computed here.

import { DATA } from "../shared/numbers.js";

/** @typedef {{places: number[], arguments: number[], averages?: number[][], others: number[]}} Signature
 * @typedef {{theta: Float64Array, gradient: Float64Array, run: any, signature: Signature, others: Float64Array[]}} Loaded
 * @typedef {{name: string, activation: string, weights: number[][], biases: number[]}} Layer */

/** @param {string} name @param {Signature} signature @returns {Loaded} */
export function load(name, signature) {
  const theta = new Float64Array(signature.places.length),
    gradient = new Float64Array(signature.places.length);
  const others = [...(signature.averages || []), signature.others].map((list) => Float64Array.from(list));
  return { theta, gradient, run: PROGRAMS[name](theta, gradient), signature, others };
}

/** Runs a program on what its arguments stand for; the last are averages that it has learned, and what the graph held besides.
 * @param {Loaded} program @param {"forward" | "backward"} what @param {Float64Array[]} given */
export function call(program, what, given) {
  return program.run[what](
    ...program.signature.arguments.map((k) => (k < given.length ? given[k] : program.others[k - given.length])),
  );
}

/** Gives a program its numbers. @param {Loaded} program @param {ArrayLike<number>} numbers */
export function give({ theta, signature }, numbers) {
  signature.places.forEach((place, k) => {
    theta[k] = numbers[place];
  });
}

/** The slopes that a program left, in the order of the numbers that it was given. @param {Loaded} program */
export function slopes({ gradient, signature }, size = gradient.length) {
  const found = new Float64Array(size);
  signature.places.forEach((place, k) => {
    found[place] = gradient[k];
  });
  return found;
}

/** Runs a part on its inputs; with a seed, back as well. @param {Loaded} part @param {number[]} inputs @param {number | null} seed */
function run(part, inputs, seed) {
  give(part, inputs);
  const given = [Float64Array.of(seed ?? 1)];
  call(part, "forward", given);
  if (seed !== null) call(part, "backward", given);
  return part.run.out[0];
}

/** @param {Layer[]} layers @param {string} activation of those layers that name none @param {number} size how many numbers θ has
 * @returns {Loaded} */
export function composed(layers, activation, size) {
  const theta = new Float64Array(size),
    gradient = new Float64Array(size),
    parts = layers.map((layer) => {
      const name = layer.activation || activation;
      return {
        sum: load(...part(`sum.${layer.weights[0].length}`)),
        bend: name === "linear" ? null : load(...part(`activation.${name}`)),
      };
    });
  const sums = layers.map((layer) => new Float64Array(layer.biases.length)),
    outs = layers.map((layer) => new Float64Array(layer.biases.length));
  const inputs = (/** @type {number} */ k, /** @type {number} */ j, /** @type {Float64Array} */ x) => [
    ...layers[k].weights[j].map((place) => theta[place]),
    theta[layers[k].biases[j]],
    ...x,
  ];
  const forward = (/** @type {Float64Array} */ x) => {
    layers.forEach((layer, k) => {
      const { sum, bend } = parts[k],
        before = k ? outs[k - 1] : x;
      layer.biases.forEach((_, j) => {
        sums[k][j] = run(sum, inputs(k, j, before), null);
        outs[k][j] = bend ? run(bend, [sums[k][j]], null) : sums[k][j];
      });
    });
  };
  const backward = (/** @type {Float64Array} */ x, /** @type {Float64Array} */ seeds) => {
    gradient.fill(0);
    let arrived = seeds;
    for (let k = layers.length - 1; k >= 0; k--) {
      const { sum, bend } = parts[k],
        before = k ? outs[k - 1] : x,
        sent = new Float64Array(before.length);
      layers[k].biases.forEach((bias, j) => {
        let seed = arrived[j];
        if (bend) {
          run(bend, [sums[k][j]], seed);
          seed = slopes(bend)[0];
        }
        run(sum, inputs(k, j, before), seed);
        const found = slopes(sum),
          { length } = before;
        layers[k].weights[j].forEach((place, i) => {
          gradient[place] += found[i];
          sent[i] += found[length + 1 + i];
        });
        gradient[bias] += found[length];
      });
      arrived = sent;
    }
  };
  const named = Object.fromEntries(outs.map((list, k) => [`layer${k}`, list]));
  return {
    theta,
    gradient,
    run: { forward, backward, outputs: outs[outs.length - 1], ...named },
    signature: { places: [...theta.keys()], arguments: [0, 1], others: [] },
    others: [],
  };
}

/** @param {string} name @returns {[string, Signature]} */
const part = (name) => [name, DATA.parts[name]];
