// A training on XOR in the page, epoch by epoch, and the field of what its network says over the plane.

/** @typedef {import("../../figure.js").Figure} Figure */

const CELLS = 24, // of a field, in either direction
  SHADES = 4; // of either color

export class Course {
  /** @param {Figure} it @param {number[]} theta as it begins @param {number} rate */
  constructor(it, theta, rate) {
    this.it = it;
    this.rate = rate;
    this.thetas = [Float64Array.from(theta)];
    this.losses = /** @type {number[]} */ ([]);
  }

  /** The parameters after so many epochs. @param {number} epoch @returns {Float64Array} */
  after(epoch) {
    while (this.thetas.length <= epoch) {
      const theta = this.thetas[this.thetas.length - 1].slice(),
        { value, slopes } = this.it.run("loss", theta);
      this.it.update("descend", theta, slopes, [], this.rate, this.thetas.length);
      this.losses.push(value);
      this.thetas.push(theta);
    }
    return this.thetas[epoch];
  }

  /** What the network says at a point of the plane, after so many epochs. @param {number} epoch */
  answer(epoch) {
    const theta = this.after(epoch);
    return (/** @type {number} */ x, /** @type {number} */ y) => this.it.value("answer", theta, [x, y]);
  }
}

/** Draws what a network says over a plot's plane: blue where it leans to 1, orange where it leans to 0, and the line between.
 * @param {import("../../plot.js").Plot} plot @param {(x: number, y: number) => number} answer */
export function field(plot, answer) {
  const at = (/** @type {[number, number]} */ [low, high], /** @type {number} */ k) => low + ((high - low) * k) / CELLS,
    { x, y } = plot.axes,
    places = Array.from({ length: CELLS + 1 }, (_, k) => k),
    grid = places.map((j) => places.map((i) => answer(at(x.range, i), at(y.range, j)))),
    shades = /** @type {Map<number, string>} */ (new Map()),
    across = places.map((k) => Math.round(plot.left + ((plot.right - plot.left) * k) / CELLS)),
    up = places.map((k) => Math.round(plot.bottom - ((plot.bottom - plot.top) * k) / CELLS));
  for (let j = 0; j < CELLS; j++) {
    const row = places.slice(0, CELLS).map((i) => {
      const lean = (grid[j][i] + grid[j][i + 1] + grid[j + 1][i] + grid[j + 1][i + 1]) / 2 - 1; // from −1 to 1
      return Math.sign(lean) * Math.ceil(Math.abs(lean) * SHADES);
    });
    for (let from = 0, to = 1; from < CELLS; from = to++) {
      while (to < CELLS && row[to] === row[from]) to++;
      const d = `M${across[from]} ${up[j]}H${across[to]}V${up[j + 1]}H${across[from]}z`;
      shades.set(row[from], (shades.get(row[from]) ?? "") + d);
    }
  }
  for (const [shade, d] of shades)
    plot.add("path", { class: shade < 0 ? "cell minus" : "cell plus", "fill-opacity": Math.abs(shade) * 0.16, d });
  plot.add("path", { class: "needle", d: plot.ring(grid, 0.5) });
}
