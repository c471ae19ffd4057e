// Curves and bars: the loss so far, and how large each layer's gradient is.

import { clip, make, set } from "./dom.js";
import { DATA, between, shortly } from "./numbers.js";

/** Draws a curve with its numbers; `stretches` are [from, to, name] parts of it, `at` is where one stands.
 * @param {any} svg @param {number[]} list @param {{first?: number, at?: number, stretches?: [number, number, string][], unit?: string}} options */
export function drawCurve(svg, list, { first = 0, at = -1, stretches = [], unit = "epoch" } = {}) {
  const width = 300,
    height = 150,
    left = 52,
    right = 10,
    top = 8,
    bottom = 24;
  const finite = list.filter(Number.isFinite),
    high = Math.max(...finite, 1e-300),
    low = Math.min(0, ...finite);
  const x = (/** @type {number} */ k) => left + ((width - left - right) * k) / Math.max(1, list.length - 1);
  const y = (/** @type {number} */ v) => top + (height - top - bottom) * ((high - v) / (high - low || 1));
  const every = Math.max(1, Math.floor(list.length / 400)),
    points = list
      .map((v, k) => [k, v])
      .filter(([k, v], n) => Number.isFinite(v) && (n % every === 0 || k === list.length - 1));
  const words = (/** @type {string} */ text, /** @type {number} */ a, /** @type {number} */ b, anchor = "end") =>
    make("text", { class: "tick", x: a.toFixed(1), y: b.toFixed(1), "text-anchor": anchor }, text);
  set(svg, "viewBox", `0 0 ${width} ${height}`);
  const drawn = [
    make("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }),
    words(shortly(high), left - 5, top + 9),
    words(shortly(low), left - 5, height - bottom),
    words(String(first), left, height - 8, "start"),
    words(`${unit} ${first + Math.max(0, list.length - 1)}`, width - right, height - 8),
  ];
  stretches.forEach(([from, to, name], k) => {
    drawn.push(
      make("rect", {
        class: "stretch s" + (k % 2),
        x: x(from).toFixed(1),
        y: top,
        width: Math.max(0, x(to) - x(from)).toFixed(1),
        height: height - top - bottom,
      }),
    );
    const above = y(list[(from + to) >> 1]) > height / 2; // the name stands where the curve is not
    if (x(to) - x(from) > 7 * name.length)
      drawn.push(words(name, (x(from) + x(to)) / 2, above ? top + 12 : height - bottom - 6, "middle"));
  });
  if (points.length)
    drawn.push(
      make("path", {
        class: "curve",
        d: points.map(([k, v], n) => `${n ? "L" : "M"}${x(k).toFixed(1)} ${y(v).toFixed(1)}`).join(""),
      }),
    );
  if (points.length === 1) drawn.push(make("circle", { class: "dot", cx: x(0), cy: y(list[0]), r: 4 }));
  if (at >= 0 && at < list.length) {
    drawn.push(make("path", { class: "cursor", d: `M${x(at).toFixed(1)} ${top}V${height - bottom}` }));
    if (Number.isFinite(list[at]))
      drawn.push(make("circle", { class: "dot", cx: x(at).toFixed(1), cy: y(list[at]).toFixed(1), r: 5 }));
  }
  svg.replaceChildren(...drawn);
}

/** Draws the size of each layer's gradient on a scale of powers of ten. @param {any} svg @param {number[]} norms */
export function drawNorms(svg, norms) {
  const width = 300,
    high = 24,
    left = 74,
    span = 140;
  set(svg, "viewBox", `0 0 ${width} ${norms.length * high + 4}`);
  svg.replaceChildren(
    ...norms.flatMap((norm, k) => {
      const share = norm > 0 ? between(0.01, (Math.log10(norm) + 6) / 8, 1) : 0,
        y = k * high + 4;
      return [
        make("text", { class: "tick", x: left - 6, y: y + 14, "text-anchor": "end" }, clip(DATA.layers[k].name, 10)),
        make("rect", { class: "rail", x: left, y, width: span, height: 18 }),
        make("rect", { class: "bar", x: left, y, width: (span * share).toFixed(1), height: 18 }),
        make("text", { class: "gradient", x: left + span + 8, y: y + 14 }, "◀ " + shortly(norm)),
      ];
    }),
  );
}

export const plural = (/** @type {number} */ n, /** @type {string} */ word) => `${n} ${word}${n === 1 ? "" : "s"}`;
