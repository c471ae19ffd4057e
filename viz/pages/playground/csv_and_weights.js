// What comes in and goes out: rows from a CSV file, weights as nn.save writes them, the program in Python.

import { MODEL, wide } from "../live/model.js";
import { DATA, typedNumber } from "../shared/numbers.js";

export const MOST_ROWS = 1000;

/** Returns rows and targets of a table whose last column is what is wanted; throws an Error that says what is wrong.
 * @param {string} text */
export function table(text) {
  const lines = text
    .split(/\r?\n/)
    .map((line, k) => ({ k: k + 1, line }))
    .filter(({ line }) => line.trim());
  const split = (/** @type {string} */ line) => line.split(line.includes(";") ? ";" : /[,\t]/).map((x) => x.trim());
  const table = lines.map(({ k, line }) => ({ k, cells: split(line) }));
  const isHead = table.length > 0 && table[0].cells.every((x) => Number.isNaN(typedNumber(x)));
  const rows = isHead ? table.slice(1) : table;
  if (!rows.length) throw new Error("The file holds no rows of numbers.");
  if (rows.length > MOST_ROWS)
    throw new Error(`The file has ${rows.length} rows, and a page holds up to ${MOST_ROWS}.`);
  const width = rows[0].cells.length;
  if (width < 2) throw new Error("A row is its inputs and, last, the target: at least two columns, as in 0,1,1.");
  const numbers = rows.map(({ k, cells }) => {
    if (cells.length !== width) throw new Error(`Line ${k} has ${cells.length} columns, the first row ${width}.`);
    return cells.map((cell) => {
      const x = typedNumber(cell);
      if (!Number.isFinite(x)) throw new Error(`Line ${k} holds “${cell}”, which is no number.`);
      return x;
    });
  });
  return { rows: numbers.map((row) => row.slice(0, -1)), targets: numbers.map((row) => row.slice(-1)) };
}

/** The arrays that the parameters make, as nn.save names them: name → places, and the shape. */
function arrays() {
  /** @type {Map<string, {places: number[], shape: number[]}>} */
  const found = new Map();
  const known = MODEL.parameters.map(([, path], place) => ({
    place,
    name: path.replace(/\.neurons\.\d+/, ".neurons").replace(/\.weights\.\d+$/, ".weights"),
    at: [...path.matchAll(/\.(?:neurons|weights)\.(\d+)/g)].map((m) => +m[1]),
  }));
  for (const { name, at } of known) {
    const { shape } = found.get(name) ?? { shape: at.map(() => 0) };
    found.set(name, { places: [], shape: shape.map((n, k) => Math.max(n, at[k] + 1)) });
  }
  for (const { name, at, place } of known) {
    const array = found.get(name);
    if (array) array.places[at[0] * (array.shape[1] ?? 1) + (at[1] ?? 0)] = place;
  }
  return found;
}

/** The weights as a file that nn.load reads: safetensors, 64-bit numbers. @returns {Uint8Array<ArrayBuffer>} */
export function saved() {
  /** @type {Record<string, any>} */
  const head = { __metadata__: { chainrule: JSON.stringify({ format: "chainrule", version: 1, buffers: {} }) } };
  const numbers = /** @type {number[]} */ ([]);
  for (const [name, { places, shape }] of arrays()) {
    head[name] = { dtype: "F64", shape, data_offsets: [8 * numbers.length, 8 * (numbers.length + places.length)] };
    numbers.push(...places.map((place) => MODEL.theta[place]));
  }
  let text = JSON.stringify(head);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const file = new Uint8Array(8 + text.length + 8 * numbers.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(new TextEncoder().encode(text), 8);
  file.set(new Uint8Array(Float64Array.from(numbers).buffer), 8 + text.length);
  return file;
}

/** Returns θ as a file of weights has it; throws an Error that says what does not fit. @param {ArrayBuffer} file */
export function weights(file) {
  let head, start;
  try {
    start = 8 + Number(new DataView(file).getBigUint64(0, true));
    head = JSON.parse(new TextDecoder().decode(file.slice(8, start)));
  } catch {
    throw new Error("This is no file of weights that nn.save or this page wrote.");
  }
  const theta = Float64Array.from(MODEL.theta);
  for (const [name, { places, shape }] of arrays()) {
    const held = head[name];
    if (held?.dtype !== "F64") throw new Error(`The file has no 64-bit array ${name}: it is of another network.`);
    if (held.shape.join() !== shape.join())
      throw new Error(`In the file ${name} is ${held.shape.join(" × ")}, in this network ${shape.join(" × ")}.`);
    const numbers = new Float64Array(file.slice(start + held.data_offsets[0], start + held.data_offsets[1]));
    if (numbers.length !== places.length || !numbers.every(Number.isFinite))
      throw new Error(`The numbers of ${name} are not all there, or not all finite.`);
    places.forEach((place, k) => {
      theta[place] = numbers[k];
    });
  }
  return theta;
}

/** A number, or lists of them, as Python writes it. @param {any} x @returns {string} */
const python = (x) =>
  typeof x !== "number"
    ? `[${[...x].map(python).join(", ")}]`
    : Number.isInteger(x) && Math.abs(x) < 1e15
      ? x.toFixed(1)
      : String(x);

/** What one sees as a program: the same rows, weights and rule, one step of training after the other. */
export function program() {
  const sizes = MODEL.layers.map((layer) => layer.biases.length),
    output = MODEL.layers[MODEL.layers.length - 1].activation,
    name = (/** @type {string} */ x) => (x === "linear" ? "None" : `"${x}"`);
  const single = wide() === 1,
    targets = MODEL.targets.map((t) => (single ? (DATA.outputs > 1 ? t[0] : python(t[0])) : python(t))),
    last = output && output !== "linear" ? `, output=${name(output)}` : "";
  const activation = sizes.length > 1 || output ? MODEL.activation : "linear",
    own = sizes.length === 1 && !output && MODEL.activation !== "linear" ? `, output=${name(MODEL.activation)}` : last;
  const numbers = MODEL.layers.flatMap(({ weights, biases }) =>
    biases.map((bias, j) => `    *${python([...weights[j], bias].map((place) => MODEL.theta[place]))},`),
  );
  return `import nn

inputs = [
${MODEL.rows.map((row) => `    ${python(row)},`).join("\n")}
]
targets = [${targets.join(", ")}]

model = nn.MLP(${MODEL.rows[0].length}, [${sizes.join(", ")}], activation=${name(activation)}${own})
numbers = [  # for each neuron its weights and its bias
${numbers.join("\n")}
]
for parameter, number in zip(model.parameters(), numbers, strict=True):
    parameter.data = number

optimizer = ${DATA.python.replace("RATE", String(MODEL.rate))}
for epoch in range(101):
    if epoch % 10 == 0:
        loss = nn.${MODEL.lossName}([model(row) for row in inputs], targets)
        print(f"epoch {epoch}: loss {loss.data!r}")
    for start in range(0, len(inputs), ${MODEL.batch}):
        rows = slice(start, start + ${MODEL.batch})
        loss = nn.${MODEL.lossName}([model(row) for row in inputs[rows]], targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
`;
}
