// The network: a line per weight, wide for large, dashed and orange for negative; a box per unit.  Lines and boxes can be
// dragged up and down, and moved by the arrow keys.

import { clear, clip, make, say, set } from "./dom.js";
import { MODEL } from "./live_model.js";
import { DATA, fully, shortly } from "./numbers.js";

const MOST = 16; // units of a layer that are drawn

/** @typedef {{kind: "input" | "weight" | "bias", place: number}} Chosen what a line or a box stands for
 * @typedef {{column: number, index: number, hidden: number, x: number, y: number, bias: number, element: any, value: any, gradient: any,
 *   biasText: any, picture: any, tip: any}} Unit
 * @typedef {{place: number, from: Unit, to: Unit, element: any, path: any, words: any, value: any, gradient: any, tip: any}} Line */

export const NETWORK = {
  svg: /** @type {any} */ (document.getElementById("network")),
  units: /** @type {Unit[]} */ ([]),
  lines: /** @type {Line[]} */ ([]),
  small: false,
  wide: 0,
  tall: 0,

  /** Draws the network; `drag` is told what moves by how much, `choose` what is looked at.
   * @param {((what: Chosen, by: number) => void) | null} drag @param {(what: Chosen) => void} choose */
  draw(drag, choose) {
    const counts = [DATA.rows[0].length, ...DATA.layers.map((/** @type {any} */ layer) => layer.biases.length)];
    const tallest = Math.min(MOST, Math.max(...counts));
    this.small = tallest > 5;
    this.wide = this.small ? 84 : 144;
    this.tall = this.small ? 24 : 64;
    const across = this.wide + (this.small ? 110 : 122),
      high = this.tall + (this.small ? 5 : 30);
    const columns = counts.map((count, column) => this.column(count, column, column * across, high));
    DATA.layers.forEach((/** @type {any} */ layer, /** @type {number} */ k) => {
      for (const unit of columns[k + 1]) if (!unit.hidden) unit.bias = layer.biases[unit.index];
    });
    this.units = columns.flat();
    const width = (counts.length - 1) * across + this.wide,
      height = tallest * high + 30;
    this.svg.replaceChildren();
    set(this.svg, "viewBox", `${-this.wide / 2 - 6} ${-height / 2 - 14} ${width + 12} ${height + 18}`);
    this.lines = [];
    /** @type {number[][]} */
    const labels = [];
    DATA.layers.forEach((/** @type {any} */ layer, /** @type {number} */ k) => {
      for (const to of columns[k + 1])
        for (const from of columns[k]) {
          if (!to.hidden && !from.hidden)
            this.line(layer.weights[to.index][from.index], from, to, labels, drag, choose);
        }
    });
    this.svg.append(...this.lines.flatMap((l) => (l.words ? [l.words] : []))); // numbers stand above all lines
    columns.forEach((units, k) => {
      const head = k ? `${DATA.layers[k - 1].name}` : "inputs";
      this.svg.append(
        make("text", { class: "op", x: k * across, y: -height / 2, "text-anchor": "middle" }, clip(head, 18)),
      );
      for (const unit of units) this.unit(unit, drag, choose);
    });
  },

  /** @param {number} count @param {number} column @param {number} x @param {number} high @returns {Unit[]} */
  column(count, column, x, high) {
    const shown = count <= MOST ? count : MOST - 1,
      length = Math.min(count, MOST);
    return Array.from({ length }, (_, i) => ({
      column,
      index: i,
      hidden: i >= shown ? count - shown : 0,
      x,
      y: (i - (length - 1) / 2) * high + 12,
      bias: -1,
      element: null,
      value: null,
      gradient: null,
      biasText: null,
      picture: null,
      tip: null,
    }));
  },

  /** @param {number} place @param {Unit} from @param {Unit} to @param {number[][]} labels where there are numbers already
   * @param {any} drag @param {any} choose */
  line(place, from, to, labels, drag, choose) {
    const many = this.units.filter((u) => u.column === from.column).length,
      apart = this.small ? 0 : Math.min(30, (this.tall - 10) / Math.max(1, many - 1));
    const a = [from.x + this.wide / 2, from.y],
      b = [to.x - this.wide / 2, to.y + (from.index - (many - 1) / 2) * apart],
      d = `M${a[0]} ${a[1]}L${b[0]} ${b[1]}`;
    const path = make("path", { d }),
      tip = make("title"),
      element = make("g", { class: "edge" }, tip, path, make("path", { class: "grip", d }));
    /** @type {Line} */
    const line = { place, from, to, element, path, tip, words: null, value: null, gradient: null };
    const at = (/** @type {number} */ t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
    const free = this.small
      ? undefined
      : [0.7, 0.3, 0.6, 0.4, 0.76, 0.24, 0.5].map(at).find((p) => clear(labels, 62, 26)(p) > 1);
    if (free) {
      const [x, y] = free;
      labels.push(free);
      line.value = make("text", {
        class: "halo value",
        "text-anchor": "middle",
        x: x.toFixed(1),
        y: (y - 4).toFixed(1),
      });
      line.gradient = make("text", {
        class: "halo gradient",
        "text-anchor": "middle",
        x: x.toFixed(1),
        y: (y + 9).toFixed(1),
      });
      line.words = make("g", { class: "edge" }, line.gradient, line.value);
    }
    this.lines.push(line);
    this.svg.append(element);
    if (place >= 0) movable(element, { kind: "weight", place }, drag, choose, DATA.parameters.length <= 60);
  },

  /** @param {Unit} unit @param {any} drag @param {any} choose */
  unit(unit, drag, choose) {
    const place = `translate(${unit.x} ${unit.y})`,
      top = -this.tall / 2,
      left = -this.wide / 2;
    if (unit.hidden) {
      this.svg.append(
        make("text", { class: "op", "text-anchor": "middle", transform: place, y: 4 }, `⋮ ${unit.hidden} more`),
      );
      return;
    }
    unit.tip = make("title");
    const side = this.small ? this.tall - 4 : 46;
    unit.picture = make("image", { x: left + 3, y: -side / 2, width: side, height: side, preserveAspectRatio: "none" });
    const pictured = unit.column && DATA.rows[0].length > 1,
      middle = pictured ? side / 2 + 1 : 0;
    const word = (/** @type {string} */ style, /** @type {number} */ y, words = "") =>
      make("text", { class: style, "text-anchor": "middle", x: middle, y }, words);
    unit.value = word("value", this.small ? 4 : unit.column ? -13 : 12);
    unit.biasText = word("name", 5);
    unit.gradient = word("gradient", 23);
    unit.element = make(
      "g",
      { class: "box", transform: place },
      unit.tip,
      make("rect", { class: "frame", x: left, y: top, width: this.wide, height: this.tall, rx: unit.column ? 8 : 3 }),
      unit.picture,
      unit.value,
    );
    if (!this.small)
      unit.element.append(
        ...(unit.column ? [unit.biasText, unit.gradient] : [word("name", -8, `x${sub(unit.index + 1)}`)]),
      );
    this.svg.append(unit.element);
    const what = unit.column ? { kind: "bias", place: unit.bias } : { kind: "input", place: unit.index };
    if (what.place >= 0) movable(unit.element, /** @type {Chosen} */ (what), drag, choose, true);
  },

  /** Shows the numbers of this moment: what a row makes of the units, and the gradients of the next step.
   * @param {Float64Array} x @param {any} run @param {Chosen | null} chosen */
  paint(x, run, chosen) {
    const { theta, gradient } = MODEL,
      sizes = this.lines.map((l) => Math.abs(theta[l.place]) || 0),
      most = Math.max(1e-12, ...sizes);
    const widest = this.lines.length > 60 ? 3 : 6;
    for (const l of this.lines) {
      const w = theta[l.place],
        g = gradient[l.place],
        name = l.place < 0 ? "a fixed weight" : DATA.parameters[l.place][0];
      const mark = chosen && chosen.kind === "weight" && chosen.place === l.place ? " linked" : "";
      set(l.element, "class", `edge ${w < 0 ? "minus" : "plus"}${mark}`);
      l.path.style.strokeWidth = (0.4 + widest * Math.min(1, Math.abs(w) / most || 0)).toFixed(2);
      describe(l, `weight ${name}`, w, g);
      if (l.value) {
        say(l.value, (w < 0 ? "" : "+") + shortly(w));
        say(l.gradient, "◀ " + shortly(g));
        set(l.words, "class", "edge" + mark);
      }
    }
    for (const u of this.units) {
      if (u.hidden) continue;
      const value = u.column ? run["layer" + (u.column - 1)][u.index] : x[u.index];
      say(u.value, "▶ " + shortly(value));
      const mark =
        chosen && chosen.kind === (u.column ? "bias" : "input") && chosen.place === (u.column ? u.bias : u.index)
          ? " linked"
          : "";
      set(u.element, "class", "box" + mark);
      set(u.value, "class", Number.isFinite(value) ? "value" : "value odd");
      const who = u.column
        ? `unit ${u.index + 1} of ${DATA.layers[u.column - 1].name}, output ${shortly(value)}, bias`
        : `input ${u.index + 1}`;
      if (u.bias >= 0) {
        say(u.biasText, "b " + shortly(theta[u.bias]));
        say(u.gradient, "◀ " + shortly(gradient[u.bias]));
        describe(u, who, theta[u.bias], gradient[u.bias]);
      } else describe(u, who, value, null);
    }
  },
};

/** Tells people and screen readers what an element stands for. @param {any} what @param {string} who @param {number} x @param {number | null} g */
function describe(what, who, x, g) {
  say(what.tip, `${who}\nvalue ${fully(x)}` + (g === null ? "" : `\ngradient ${fully(g)}`));
  if (!what.element.hasAttribute("tabindex")) return;
  set(what.element, "aria-label", `${who} ${shortly(x)}` + (g === null ? "" : `, gradient ${shortly(g)}`));
  set(what.element, "aria-valuenow", String(Number.isFinite(x) ? x : 0));
  set(what.element, "aria-valuetext", shortly(x));
}

/** Makes an element a thing to take hold of, by pointer and by keyboard.
 * @param {any} element @param {Chosen} what @param {((what: Chosen, by: number) => void) | null} drag
 * @param {(what: Chosen) => void} choose @param {boolean} reachable whether Tab stops here */
function movable(element, what, drag, choose, reachable) {
  if (reachable) {
    set(element, "tabindex", "0");
    set(element, "role", drag ? "slider" : "img");
    element.addEventListener("focus", () => choose(what));
  }
  if (!drag) return;
  set(element, "data-drag", what.kind);
  let from = NaN;
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    from = event.clientY;
    element.setPointerCapture(event.pointerId);
    choose(what);
  });
  element.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (Number.isNaN(from) || event.clientY === from) return;
    drag(what, (from - event.clientY) / 50);
    from = event.clientY;
  });
  for (const end of ["pointerup", "pointercancel"])
    element.addEventListener(end, () => {
      from = NaN;
    });
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowUp: 0.1, ArrowRight: 0.1, ArrowDown: -0.1, ArrowLeft: -0.1, PageUp: 1, PageDown: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    drag(what, event.shiftKey ? by / 10 : by);
  });
}

/** A number below the line. @param {number} n */
export const sub = (/** @type {number} */ n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[+d]);
