// What the network answers everywhere: its output over two of the inputs, as a field of color with the line where the
// answer changes, and the rows on it.  With one input: the curve of the output.

import { MODEL, best, wanted } from "./model.js";
import { contour } from "../shared/contour.js";
import { DATA, between } from "../shared/numbers.js";

const GRID = 41;
/** @typedef {{x: [number, number], y: [number, number]}} Box */

export const FIELD = {
  canvas: /** @type {HTMLCanvasElement} */ (document.getElementById("field")),
  axes: [0, 1],
  values: new Float64Array(GRID * GRID),
  small: document.createElement("canvas"),
  /** Whether rows have one input, so that the output is a curve. */
  get flat() {
    return MODEL.rows[0]?.length === 1;
  },

  /** The box of the rows with a margin; of one input, of the outputs wanted. @returns {Box} */
  box() {
    if (Math.max(...this.axes) >= MODEL.rows[0].length) this.axes = [0, Math.min(1, MODEL.rows[0].length - 1)];
    const [i, j] = this.axes,
      around = (/** @type {number[]} */ list) => {
        const low = Math.min(...list),
          high = Math.max(...list),
          margin = 0.15 * (high - low) || 1;
        return /** @type {[number, number]} */ ([low - margin, high + margin]);
      };
    const down = this.flat ? MODEL.targets.map((t) => t[0]) : MODEL.rows.map((row) => row[j]);
    return { x: around(MODEL.rows.map((row) => row[i])), y: around(down) };
  },

  /** Computes and draws; each of `small` gets what its unit says. @param {Float64Array} probe the row that is looked at
   * @param {{layer: number, unit: number, canvas: HTMLCanvasElement}[]} small */
  paint(probe, small = []) {
    const draw = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d")),
      { width, height } = this.canvas;
    const box = this.box(),
      [i, j] = this.axes,
      row = MODEL.row(),
      x = Float64Array.from(probe);
    draw.clearRect(0, 0, width, height);
    if (this.flat) {
      this.curve(draw, box, row, probe);
      return;
    }
    const seen = small.map(() => new Float64Array(GRID * GRID));
    for (let b = 0; b < GRID; b++) {
      x[j] = box.y[1] + ((box.y[0] - box.y[1]) * b) / (GRID - 1);
      for (let a = 0; a < GRID; a++) {
        x[i] = box.x[0] + ((box.x[1] - box.x[0]) * a) / (GRID - 1);
        const run = MODEL.forward(row, x),
          k = b * GRID + a;
        this.values[k] = DATA.outputs > 1 ? best(run.outputs) : run.outputs[0];
        small.forEach((u, n) => {
          seen[n][k] = run[`layer${u.layer}`][u.unit];
        });
      }
    }
    this.small.width = this.small.height = GRID;
    const far = reach();
    this.spread(this.values, DATA.outputs > 1 ? classColor : (v) => signColor((v - MODEL.level) / far));
    draw.imageSmoothingEnabled = DATA.outputs === 1;
    draw.drawImage(this.small, 0.5, 0.5, GRID - 1, GRID - 1, 0, 0, width, height);
    if (DATA.outputs === 1) this.contour(draw, width, height);
    this.marks(draw, box, probe);
    small.forEach(({ canvas }, n) => {
      const most = seen[n].reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
      this.spread(seen[n], (v) => signColor(v / most));
      canvas.getContext("2d")?.drawImage(this.small, 0, 0, canvas.width, canvas.height);
    });
  },

  /** @param {Float64Array} values @param {(x: number) => number[]} color */
  spread(values, color) {
    const draw = /** @type {CanvasRenderingContext2D} */ (this.small.getContext("2d", { willReadFrequently: true })),
      image = draw.createImageData(GRID, GRID);
    values.forEach((v, k) => image.data.set(color(v), 4 * k));
    draw.putImageData(image, 0, 0);
  },

  /** The line where the output is at its level. @param {CanvasRenderingContext2D} draw @param {number} width @param {number} height */
  contour(draw, width, height) {
    const cells = GRID - 1;
    draw.beginPath();
    for (const ends of contour((a, b) => this.values[b * GRID + a] - MODEL.level, cells, cells))
      ends.forEach(([x, y], k) => draw[k ? "lineTo" : "moveTo"]((x / cells) * width, (y / cells) * height));
    draw.strokeStyle = DATA.ink;
    draw.lineWidth = 2 * this.scale;
    draw.stroke();
  },

  /** Where a row is on the canvas. @param {ArrayLike<number>} row @param {number} down what is drawn upwards @param {Box} box */
  place(row, down, box) {
    const { width, height } = this.canvas;
    return [
      ((row[this.axes[0]] - box.x[0]) / (box.x[1] - box.x[0])) * width,
      ((box.y[1] - down) / (box.y[1] - box.y[0])) * height,
    ];
  },

  /** How many of the canvas's pixels one of the page's is. */
  get scale() {
    return this.canvas.width / (this.canvas.clientWidth || this.canvas.width);
  },

  /** @param {CanvasRenderingContext2D} draw @param {Box} box @param {Float64Array} probe */
  marks(draw, box, probe) {
    const { scale } = this;
    MODEL.rows.forEach((row, i) => {
      const [x, y] = this.place(row, this.flat ? MODEL.targets[i][0] : row[this.axes[1]], box);
      mark(draw, x, y, (MODEL.rows.length > 60 ? 4 : 6) * scale, i, scale);
    });
    const [x, y] = this.place(
      probe,
      this.flat ? MODEL.forward(MODEL.row(), probe).outputs[0] : probe[this.axes[1]],
      box,
    );
    outlined(draw, [5 * scale, 2 * scale], () => {
      draw.arc(x, y, 12 * scale, 0, 7);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ]) {
        draw.moveTo(x + 12 * scale * dx, y + 12 * scale * dy);
        draw.lineTo(x + 17 * scale * dx, y + 17 * scale * dy);
      }
    });
  },

  /** @param {CanvasRenderingContext2D} draw @param {Box} box @param {import("./model.js").Loaded} row @param {Float64Array} probe */
  curve(draw, box, row, probe) {
    const { width, height } = this.canvas;
    draw.fillStyle = DATA.signs[2];
    draw.fillRect(0, 0, width, height);
    draw.beginPath();
    for (let a = 0; a <= 200; a++) {
      const x = box.x[0] + ((box.x[1] - box.x[0]) * a) / 200,
        out = MODEL.forward(row, Float64Array.of(x)).outputs[0];
      draw.lineTo((a / 200) * width, between(-9e3, this.place([x], out, box)[1], 9e3));
    }
    draw.strokeStyle = DATA.ink;
    draw.lineWidth = 2.5 * this.scale;
    draw.stroke();
    this.marks(draw, box, probe);
  },
};

const COLORS = (DATA.signs ?? []).map((/** @type {string} */ c) =>
  [1, 3, 5].map((k) => parseInt(c.slice(k, k + 2), 16)),
);

/** From −1, orange, by white to 1, blue; gray where it is no number. @param {number} t */
function signColor(t) {
  if (Number.isNaN(t)) return [128, 128, 128, 255];
  const at = ((between(-1, t, 1) + 1) / 2) * (COLORS.length - 1),
    k = Math.min(COLORS.length - 2, Math.floor(at));
  return [
    ...COLORS[k].map((/** @type {number} */ c, /** @type {number} */ n) => c + (COLORS[k + 1][n] - c) * (at - k)),
    255,
  ];
}

/** How far from the level a color is at its fullest. */
function reach() {
  const flat = MODEL.targets.flatMap((t) => [...t]),
    low = Math.min(...flat),
    high = Math.max(...flat);
  return Math.abs((low + high) / 2 - MODEL.level) < 1e-9 && high > low ? (high - low) / 2 : 2;
}
const classColor = (/** @type {number} */ k) => signColor(DATA.outputs > 1 ? (2 * k) / (DATA.outputs - 1) - 1 : 0);

/** A row: a circle or a cross for two classes, its digit for more, a dot for numbers.
 * @param {CanvasRenderingContext2D} draw @param {number} x @param {number} y @param {number} size @param {number} i */
function mark(draw, x, y, size, i, scale = 1) {
  const two = MODEL.classes.length === 2 && DATA.outputs === 1,
    many = MODEL.classes.length > 2 || DATA.outputs > 1;
  if (many) {
    draw.font = `bold ${14 * scale}px sans-serif`;
    draw.textAlign = "center";
    draw.textBaseline = "middle";
    draw.lineWidth = 4 * scale;
    draw.strokeStyle = DATA.rim;
    draw.fillStyle = DATA.ink;
    const label = String(wanted(i));
    draw.strokeText(label, x, y);
    draw.fillText(label, x, y);
    return;
  }
  outlined(draw, [6 * scale, 2.5 * scale], () => {
    if (two && MODEL.targets[i][0] === MODEL.classes[1]) {
      for (const s of [1, -1]) {
        draw.moveTo(x - size, y - s * size);
        draw.lineTo(x + size, y + s * size);
      }
    } else draw.arc(x, y, two ? size : 3 * scale, 0, 7);
  });
}

/** Draws lines in ink with a rim around them. @param {CanvasRenderingContext2D} draw @param {number[]} widths of both
 * @param {() => void} trace */
function outlined(draw, widths, trace) {
  for (const [k, color] of [DATA.rim, DATA.ink].entries()) {
    draw.strokeStyle = color;
    draw.lineWidth = widths[k];
    draw.beginPath();
    trace();
    draw.stroke();
  }
}
