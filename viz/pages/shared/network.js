// The network: units in columns, from what is given on the left to the result on the right.  Nothing can collide: columns
// and gaps are disjoint, numbers stand in boxes and chips, lines in gaps and under them.  One unit of length is one pixel.

import { curve, make, pointable, pressable, ruler, say, set, written } from "./dom.js";
import { compact, fewer, shortly } from "./numbers.js";

const MOST = 16; // units of a column that are drawn; of more, so many at its beginning and its end
const ENDS = [6, 2];
const CHIP = 22; // from one chip to the next
const TOP = 26; // above the units stand the heads of the columns

/** A unit: what it is called, what its numbers are now, and what leads to it; `gradient` is undefined where there is none,
 * `ever` are other numbers that it will show, for which room is kept.
 * @typedef {{name: string, told: string, value: number | null, gradient?: number | null, inputs: Input[], ever?: (number | null)[],
 *   mark?: "" | "forward" | "backward" | "update", off?: boolean, stale?: boolean}} Unit
 * @typedef {{unit: Unit, weight: number | null, ever?: number[]}} Input
 * @typedef {{head: string, short: string, units: Unit[], close?: boolean}} Column `close`: no weights lead to it
 * @typedef {{x: number, y: number, high: number, column: number, element: any, words: any[]}} Place
 * @typedef {{unit: Unit | null, input?: number}} Chosen a unit, and which of its inputs is spoken of */

export class Network {
  /** @param {any} svg @param {(unit: Unit) => void} choose is told what is pressed
   * @param {(unit: Unit | null) => void} point is told what is pointed at */
  constructor(svg, choose = () => {}, point = () => {}) {
    this.svg = svg;
    this.choose = choose;
    this.point = point;
    this.columns = /** @type {Column[]} */ ([]);
    this.places = /** @type {Map<Unit, Place>} */ (new Map());
    this.widths = /** @type {number[]} */ ([]);
    this.density = "full";
    this.size = 14;
    this.chip = 0; // their width, 0 where they do not fit
    this.width = 0;
    this.height = 0;
    this.lines = make("g");
    this.boxes = make("g");
  }

  /** Places everything for a width; `height` is the least that the units are spread over.
   * @param {Column[]} columns @param {number} width @param {number} height */
  layOut(columns, width, height = 0) {
    Object.assign(this, { columns, width });
    const shown = columns.map(({ units }) =>
        units.length > MOST ? [...units.slice(0, ENDS[0]), null, ...units.slice(-ENDS[1])] : units,
      ),
      tall = Math.max(...shown.map((units) => units.length)),
      open = Math.max(1, columns.filter((c, k) => k && !c.close).length);
    let gap = 0,
      near = 28;
    for (const [density, size, pad, least] of /** @type {[string, number, number, number][]} */ ([
      [tall <= ENDS[0] ? "full" : "line", 14, 8, 44],
      [tall <= ENDS[0] ? "full" : "line", 12, 5, 22],
      ["dot", 12, 0, -Infinity],
    ])) {
      Object.assign(this, { density, size });
      this.widths = columns.map(({ units }) => (density === "dot" ? 22 : this.widest(units) + 2 * pad));
      near = density === "dot" ? 20 : size === 14 ? 28 : 16;
      const closed = columns.filter((c) => c.close).length;
      gap = (width - this.widths.reduce((sum, w) => sum + w, 0) - near * closed) / open;
      if (gap >= least) break;
    }
    const graded = columns.some(({ units }) => units.some((u) => u.gradient !== undefined)),
      full = this.size === 14 ? [44, 62] : [40, 54],
      high = this.density === "full" ? full[+graded] : this.density === "line" ? 24 : 22,
      least = high + (this.density === "full" ? 14 : 4);
    const units = columns.flatMap((c) => c.units),
      inputs = units.flatMap((u) => u.inputs),
      many = Math.max(0, ...units.map((u) => u.inputs.length)),
      rule = ruler(13);
    const chip =
      Math.ceil(Math.max(0, ...inputs.flatMap((i) => [i.weight, ...(i.ever ?? [])].map((w) => rule(fewer(w, 3)))))) +
      14;
    this.chip = many <= MOST && gap >= chip + 36 && this.density !== "dot" ? chip : 0;
    const spread = Math.max(tall * least, this.chip && many * CHIP + 8, height);
    this.height = TOP + spread + 8;
    this.places.clear();
    this.boxes.replaceChildren();
    let x = 0;
    columns.forEach((column, c) => {
      if (c) x += this.widths[c - 1] + (column.close ? near : gap);
      const room = this.widths[c] + (column.close || columns[c + 1]?.close ? near : gap) - 6;
      this.head(column, c, x, room);
      const pitch = Math.min(Math.max(least, spread / shown[c].length), 96);
      shown[c].forEach((unit, k) => {
        const y = TOP + spread / 2 + (k - (shown[c].length - 1) / 2) * pitch,
          low = this.density === "full" ? full[+(unit !== null && unit.gradient !== undefined)] : high;
        if (unit) this.places.set(unit, this.unit(unit, { x, y, high: low, column: c, element: null, words: [] }));
        else
          this.boxes.append(
            written(x + this.widths[c] / 2, y + 4, "⋮", "note", "middle"),
            make("title", {}, `${column.units.length - ENDS[0] - ENDS[1]} more`),
          );
      });
    });
    for (const [name, far] of Object.entries({ width, height: this.height }))
      set(this.svg, name, String(Math.round(far)));
    this.svg.replaceChildren(this.lines, this.boxes);
  }

  /** The width of the widest text that stands in one of these units. @param {Unit[]} units */
  widest(units) {
    const rule = ruler(this.size),
      name = ruler(12);
    return Math.ceil(
      Math.max(
        ...units.flatMap((u) => [
          ...[u.value, u.gradient ?? null, ...(u.ever ?? [])].map((x) => rule("► " + compact(x))),
          name(u.name) + (u.off === undefined ? 0 : name(" × off")),
        ]),
      ),
    );
  }

  /** @param {Column} column @param {number} c @param {number} x @param {number} room */
  head(column, c, x, room) {
    const rule = ruler(12, 400),
      edge = c === 0 ? "start" : c === this.columns.length - 1 ? "end" : "middle",
      words = rule(column.head) < room ? column.head : column.short,
      at = x + { start: 0, middle: 0.5, end: 1 }[edge] * this.widths[c];
    this.boxes.append(written(at, 14, words, "note", edge));
  }

  /** @param {Unit} unit @param {Place} place @returns {Place} */
  unit(unit, place) {
    const { x, y, high, column } = place,
      wide = this.widths[column],
      full = this.density === "full",
      middle = (/** @type {string} */ style, /** @type {number} */ down) =>
        written(x + wide / 2, y - high / 2 + down, "", style, "middle");
    if (full) {
      const steps = this.size === 14 ? [15, 34, 53] : [14, 30, 45];
      place.words = [middle("name", steps[0]), middle("value", steps[1]), middle("gradient", steps[2])];
      if (unit.gradient === undefined) place.words.pop();
    } else if (this.density === "line") place.words = [middle("value", 16.5)];
    else place.words = [make("circle", { cx: x + wide / 2, cy: y })];
    const corner = column === 0 ? 2 : full ? 12 : high / 2;
    place.element = make(
      "g",
      { class: "unit", tabindex: 0, role: "button" },
      make("rect", { x, y: y - high / 2, width: wide, height: high, rx: corner }),
      ...place.words,
      make("title"),
    );
    pressable(place.element, () => this.choose(unit));
    pointable(
      place.element,
      () => this.point(unit),
      () => this.point(null),
    );
    this.boxes.append(place.element);
    return place;
  }

  /** Shows the numbers of this moment; the lines to the unit that is chosen stand out. @param {Chosen} chosen */
  paint(chosen) {
    for (const [unit, place] of this.places) this.paintUnit(unit, place, unit === chosen.unit);
    const weights = [...this.places.keys()].flatMap((u) => u.inputs.map((i) => Math.abs(i.weight ?? 0) || 0)),
      largest = Math.max(1e-300, ...weights.filter(Number.isFinite)),
      idle = make("g"),
      active = make("g"),
      chips = make("g");
    for (const [unit, to] of this.places)
      unit.inputs.forEach((input, k) => {
        const from = this.places.get(input.unit);
        if (from) this.line(unit, to, from, k, largest, chosen, { idle, active, chips });
      });
    this.lines.replaceChildren(idle, active, chips);
  }

  /** @param {Unit} unit @param {Place} to @param {Place} from @param {number} k which input @param {number} largest weight
   * @param {Chosen} chosen @param {Record<string, any>} groups */
  line(unit, to, from, k, largest, chosen, groups) {
    const weight = unit.inputs[k].weight,
      many = unit.inputs.length,
      dense = many * this.columns[to.column].units.length >= 64,
      mine = unit === chosen.unit && weight !== null,
      spoken = mine && chosen.input === k,
      quiet = weight === null || (chosen.unit !== null && !mine),
      minus = weight !== null && weight < 0,
      size = Math.sqrt(Math.min(1, Math.abs(weight ?? 0) / largest) || 0),
      thick = quiet || (dense && !mine) ? 1 : 1 + 4 * size;
    const port = Math.min(12, (to.high - (this.density === "full" ? 18 : 8)) / many) * (k - (many - 1) / 2),
      start = from.x + this.widths[from.column],
      chip = mine && this.chip ? to.x - 14 - this.chip : 0,
      above = Math.max(TOP, Math.min(to.y - (many * CHIP) / 2, this.height - 8 - many * CHIP)),
      end = chip ? above + (k + 0.5) * CHIP : to.y + port,
      d = curve(start, from.y, chip || to.x, end);
    const dashes = minus ? `${Math.max(4, 2 * thick).toFixed(1)} ${Math.max(3, 1.3 * thick).toFixed(1)}` : "none",
      style = quiet ? "line" : `line ${minus ? "minus" : "plus"}`,
      look = { "stroke-dasharray": dashes, opacity: mine || weight === null ? 1 : dense ? 0.35 : quiet ? 0.6 : 1 };
    if (spoken) groups.active.append(make("path", { class: "marker", d, "stroke-width": 14 }));
    groups[mine ? "active" : "idle"].append(
      make("path", { class: style, d, "stroke-width": thick.toFixed(2), ...look }),
    );
    if (!chip) return;
    const rest = curve(chip + this.chip, end, to.x, to.y + port);
    groups.active.append(make("path", { class: style, d: rest, "stroke-width": 1.5, ...look }));
    groups.chips.append(
      make(
        "g",
        { class: spoken ? "chip marked" : "chip" },
        make("rect", { x: chip, y: end - 10, width: this.chip, height: 20, rx: 4 }),
        make("text", { x: chip + this.chip / 2, y: end + 4.5, "text-anchor": "middle" }, fewer(weight, 3)),
      ),
    );
  }

  /** @param {Unit} unit @param {Place} place @param {boolean} chosen */
  paintUnit(unit, { element, words }, chosen) {
    const { value, gradient } = unit,
      off = unit.off ? " × off" : "";
    set(element, "class", `unit ${unit.mark || (chosen ? "chosen" : "")}${this.size === 12 ? " tight" : ""}`);
    const kind = (/** @type {string} */ style, /** @type {number | null | undefined} */ x) =>
      typeof x === "number" && !Number.isFinite(x) ? "odd" : unit.stale ? "stale" : style;
    if (this.density === "dot") {
      const size = Math.min(9, 1.5 + 7 * Math.sqrt(Math.min(1, Math.abs(value ?? 0) / 2)) || 0);
      set(words[0], "r", size.toFixed(1));
      set(words[0], "class", kind(value !== null && value < 0 ? "disc minus" : "disc", value));
    } else {
      const texts =
        this.density === "full"
          ? [unit.name + off, "► " + compact(value), "◄ " + compact(gradient ?? null)]
          : ["► " + compact(value)];
      words.forEach((text, k) => say(text, texts[k]));
      const [first, second] = this.density === "full" ? words.slice(1) : words;
      set(first, "class", kind("value", value));
      if (second) set(second, "class", kind("gradient", gradient));
      if (this.density === "full") set(words[0], "class", off ? "name odd" : "name");
    }
    const given = value === null ? "no value yet" : `value ${shortly(value)}`,
      slope = gradient === undefined ? "" : gradient === null ? ", no gradient yet" : `, gradient ${shortly(gradient)}`,
      rest = `${off ? ", off: no gradient" : ""}${unit.stale ? ", from before the update" : ""}`;
    set(element, "aria-label", `${unit.told}, ${given}${slope}${rest}`);
    say(element.lastChild, `${unit.told}\n${given}${slope}${rest}`);
  }
}
