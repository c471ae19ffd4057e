// Curves and bars: the loss so far, and how large each layer's gradient is.  One unit of length is one pixel.

import { clip, make, roomIn, set } from "../shared/dom.js";
import { MODEL } from "./model.js";
import { between, shortly } from "../shared/numbers.js";

const HIGH = 150,
  LEFT = 60,
  RIGHT = 8,
  TOP = 8;

/** Gives a drawing its size, and returns its width. @param {any} svg @param {number} height */
export function sized(svg, height) {
  const width = Math.round(roomIn(svg.parentNode));
  set(svg, "width", String(width));
  set(svg, "height", String(height));
  return width;
}
/** @param {string} text @param {number} x @param {number} y */
const note = (text, x, y, anchor = "end") =>
  make("text", { class: "note", x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor }, text);

/** The path of a line through points in pixels. @param {number[][]} points */
export const through = (points) =>
  points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Draws a curve with its numbers, on a scale of powers of ten once it has fallen tenfold; `stretches` are [from, to, name]
 * parts of it, named under the axis, `at` is where one stands.
 * @param {any} svg @param {number[]} list @param {{first?: number, at?: number, stretches?: [number, number, string][], unit?: string}} options */
export function drawCurve(svg, list, { first = 0, at = -1, stretches = [], unit = "epoch" } = {}) {
  const bottom = stretches.length ? 44 : 24,
    width = sized(svg, HIGH + bottom - 24),
    floor = HIGH - 24;
  const finite = list.filter(Number.isFinite),
    top = finite.reduce((a, b) => Math.max(a, b), 1e-300),
    least = finite.reduce((a, b) => Math.min(a, b), Infinity),
    steep = least > 0 && least < top / 10;
  const scale = (/** @type {number} */ v) => (steep ? Math.log(v) : v),
    high = scale(top),
    low = scale(steep ? least : Math.min(0, least));
  const x = (/** @type {number} */ k) => LEFT + ((width - LEFT - RIGHT) * k) / Math.max(1, list.length - 1);
  const y = (/** @type {number} */ v) => TOP + (floor - TOP) * ((high - scale(v)) / (high - low || 1));
  const every = Math.max(1, Math.floor(list.length / 400)),
    points = list
      .map((v, k) => [k, v])
      .filter(([k, v], n) => Number.isFinite(v) && (n % every === 0 || k === list.length - 1));
  const last = `${unit} ${first + Math.max(0, list.length - 1)}`;
  const drawn = [
    make("path", { class: "axis", d: `M${LEFT} ${TOP}V${floor}H${width - RIGHT}` }),
    note(shortly(top), LEFT - 6, TOP + 9),
    ...(top > least || !steep ? [note(shortly(steep ? least : Math.min(0, least)), LEFT - 6, floor)] : []),
    note(String(first), LEFT, floor + 15, "start"),
    note(last, width - RIGHT, floor + 15),
  ];
  stretches.forEach(([from, to, name], k) => {
    const [a, b] = [x(from), x(to)];
    const width = Math.max(0, b - a).toFixed(1);
    drawn.push(make("rect", { class: `stretch s${k % 2}`, x: a.toFixed(1), y: floor + 20, width, height: 18 }));
    if (b - a > 8 * name.length) drawn.push(note(name, (a + b) / 2, floor + 33, "middle"));
  });
  if (points.length) drawn.push(make("path", { class: "curve", d: through(points.map(([k, v]) => [x(k), y(v)])) }));
  if (points.length === 1) drawn.push(make("circle", { class: "dot", cx: x(0), cy: y(list[0]), r: 4 }));
  if (at >= 0 && at < list.length) {
    drawn.push(make("path", { class: "cursor", d: `M${x(at).toFixed(1)} ${TOP}V${floor}` }));
    if (Number.isFinite(list[at]))
      drawn.push(make("circle", { class: "dot", cx: x(at).toFixed(1), cy: y(list[at]).toFixed(1), r: 5 }));
  }
  svg.replaceChildren(...drawn);
}

/** Draws the size of each layer's gradient on a scale from 1e-6 to 100. @param {any} svg @param {number[]} norms */
export function drawNorms(svg, norms) {
  const high = 24,
    left = 76,
    width = sized(svg, norms.length * high + 4),
    span = width - left - 96;
  svg.replaceChildren(
    ...norms.flatMap((norm, k) => {
      const share = norm > 0 ? between(0.01, (Math.log10(norm) + 6) / 8, 1) : 0,
        y = k * high + 4;
      return [
        note(clip(MODEL.layers[k].name, 10), left - 6, y + 14),
        make("rect", { class: "rail", x: left, y, width: span, height: 18 }),
        make("rect", { class: "bar", x: left, y, width: (span * share).toFixed(1), height: 18 }),
        make("text", { class: "gradient", x: left + span + 8, y: y + 14 }, `◄ ${shortly(norm)}`),
      ];
    }),
  );
}

export const plural = (/** @type {number} */ n, /** @type {string} */ word) => `${n} ${word}${n === 1 ? "" : "s"}`;
