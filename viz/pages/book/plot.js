// What figures draw with: a plot whose axes are measured, its curves and points, and rows of boxes that multiply.  One unit of
// length is one pixel.  Words stand beside the plot, at its right or under it: never where a curve can come.

import { contour } from "../shared/contour.js";
import { make, ruler, set, written } from "../shared/dom.js";
import { WRITTEN, between, fully, shortly } from "../shared/numbers.js";

const WIDE = 500; // from here on words have room at the right of a plot
const TOP = 24;

/** @typedef {{range: [number, number], ticks?: number[], label?: string, powers?: boolean, tell?: (x: number) => string}} Axis
 * @typedef {{high?: number, left?: number, right?: number}} Room `left` and `right` at the sides of a plot are for words
 * @typedef {{kind: string, title: string, number: number, sign: string, asked?: boolean, gone?: boolean, alarm?: boolean}} Box
 * `asked`: covered until there is a prediction; `gone`: struck out; `sign` stands before the number
 * @typedef {(Box | string)[]} Row what it is called, then its boxes, and the signs between them */

export class Plot {
  /** @param {HTMLElement} parent @param {string} name @param {Axis} x @param {Axis} y @param {Room} room */
  constructor(parent, name, x, y, { high = 244, left = 16, right = 0 } = {}) {
    this.svg = make("svg", { role: "img", "aria-label": name });
    parent.append(this.svg);
    this.axes = { x, y };
    this.high = high;
    this.margin = right;
    this.least = left;
    this.left = this.right = this.top = this.bottom = 0;
    this.width = 0;
    this.wide = true;
    this.group = this.svg;
    this.kept = { key: "", d: /** @type {string[]} */ ([]) };
  }

  /** Begins a picture of this width with its axes. @param {number} width */
  begin(width) {
    const rule = ruler(12, 400),
      { x, y } = this.axes;
    this.width = width;
    this.wide = width > WIDE;
    this.group = this.svg;
    this.left = Math.ceil(Math.max(this.least, ...(y.ticks ?? []).map((t) => rule(told(y, t)) + 10)));
    this.right = width - (this.wide ? Math.max(16, this.margin) : 16);
    this.top = TOP;
    this.bottom = this.high - 38;
    set(this.svg, "width", width);
    set(this.svg, "height", this.high);
    this.svg.replaceChildren();
    for (const t of y.ticks ?? []) {
      this.add("path", { class: "grid", d: `M${this.left} ${this.y(t).toFixed(1)}H${this.right}` });
      this.text(this.left - 6, this.y(t) + 4, told(y, t), { anchor: "end" });
    }
    for (const t of x.ticks ?? []) this.text(this.x(t), this.bottom + 18, told(x, t), { anchor: "middle" });
    if (y.label) this.text(0, 11, y.label);
    if (x.label) this.text(this.right, this.bottom + 34, x.label, { anchor: "end" });
  }

  /** Puts all that is drawn meanwhile into a group of a class: "result" is covered until there is a prediction.
   * @param {string} style @param {() => void} draw */
  layer(style, draw) {
    const before = this.group;
    this.group = make("g", { class: style });
    before.append(this.group);
    draw();
    this.group = before;
  }

  /** Where a number stands. @param {number} x */
  x(x) {
    return this.left + share(this.axes.x, x) * (this.right - this.left);
  }
  /** @param {number} y */
  y(y) {
    return this.bottom - share(this.axes.y, y) * (this.bottom - this.top);
  }
  /** What number stands there: the other way around. @param {number} place */
  at(place) {
    const { range, powers } = this.axes.x,
      [low, high] = powers ? range.map(Math.log10) : range,
      x = low + between(0, (place - this.left) / (this.right - this.left), 1) * (high - low);
    return powers ? 10 ** x : x;
  }

  /** @param {string} tag @param {Record<string, any>} attributes @param {(Node | string)[]} inside */
  add(tag, attributes, ...inside) {
    const made = make(tag, attributes, ...inside);
    this.group.append(made);
    return made;
  }

  /** Words; those that are no numbers of an axis stand beside the plot. @param {number} x @param {number} y @param {string} words */
  text(x, y, words, { style = "note", anchor = "start" } = {}) {
    const made = written(x.toFixed(1), y.toFixed(1), words, style, anchor);
    this.group.append(made);
    return made;
  }

  /** A curve through points, broken where one is no number; what leaves the picture is cut off at its edge.
   * @param {[number, number][]} points @param {string} style forward, backward, update, plus, minus; dotted, dashed, thin */
  curve(points, style) {
    let d = "",
      on = false;
    for (const [a, b] of points) {
      if (Number.isFinite(a) && Number.isFinite(b)) {
        const y = style.includes("free")
          ? between(-9999, this.y(b), 9999)
          : between(this.top - 2, this.y(b), this.bottom + 2);
        d += `${on ? "L" : "M"}${this.x(a).toFixed(1)} ${y.toFixed(1)}`;
        on = true;
      } else on = false;
    }
    return this.add("path", { class: `line curve ${style}`, d });
  }

  /** Numbers as a curve, each at its place from `first` on. @param {number[]} list @param {string} style */
  series(list, style, first = 0) {
    return this.curve(
      list.map((y, k) => [k + first, y]),
      style,
    );
  }

  /** A function as a curve, over the whole axis. @param {(x: number) => number} f @param {string} style */
  graph(f, style, points = 160) {
    const [a, b] = [this.left, this.right].map((x) => this.at(x)),
      { powers } = this.axes.x,
      at = (/** @type {number} */ k) => (powers ? a * (b / a) ** (k / points) : a + ((b - a) * k) / points);
    return this.curve(
      Array.from({ length: points + 1 }, (_, k) => [at(k), f(at(k))]),
      style,
    );
  }

  /** Cuts off what is drawn meanwhile at the edges of the plot. @param {() => void} draw */
  window(draw) {
    const [wide, high] = [this.right - this.left, this.bottom - this.top],
      before = this.group,
      box = `${this.left} ${this.top} ${wide} ${high}`;
    this.group = make("svg", { class: "window", x: this.left, y: this.top, width: wide, height: high, viewBox: box });
    before.append(this.group);
    draw();
    this.group = before;
  }

  /** Rings where a function of two numbers has these values; they are kept for a key, as long as the size is the same.
   * @param {(x: number, y: number) => number} f @param {number[]} levels @param {string} key */
  rings(f, levels, key, cells = 64) {
    const kept = `${key} ${this.width}`;
    if (this.kept.key !== kept) {
      const down = Math.round(cells / 2),
        [x, y] = [this.axes.x.range, this.axes.y.range],
        at = (/** @type {number[]} */ [low, high], /** @type {number} */ share) => low + (high - low) * share,
        grid = Array.from({ length: down + 1 }, (_, j) =>
          Array.from({ length: cells + 1 }, (_, i) => f(at(x, i / cells), at(y, j / down))),
        );
      this.kept = { key: kept, d: levels.map((level) => this.ring(grid, level)) };
    }
    for (const d of this.kept.d) this.add("path", { class: "ring", d });
  }

  /** Where a grid of numbers passes a level. @param {number[][]} grid @param {number} level */
  ring(grid, level) {
    const [down, across] = [grid.length - 1, grid[0].length - 1],
      place = (/** @type {[number, number]} */ [i, j]) => {
        const x = this.left + (i / across) * (this.right - this.left),
          y = this.bottom - (j / down) * (this.bottom - this.top);
        return `${x.toFixed(1)} ${y.toFixed(1)}`;
      };
    return [...contour((i, j) => grid[j][i] - level, across, down)]
      .map((ends) => `M${ends.map(place).join("L")}`)
      .join("");
  }

  /** A bar from its upper left corner. @param {string} style @param {number} x @param {number} y @param {number} wide
   * @param {number} high in pixels */
  bar(style, x, y, wide, high) {
    const [left, top, width, height] = [x, y, wide, high].map((size) => size.toFixed(1));
    this.add("rect", { class: style, x: left, y: top, width, height });
  }

  /** A point: filled, or hollow. @param {number} x @param {number} y @param {string} style */
  point(x, y, style) {
    return this.add("circle", { class: `point ${style}`, cx: this.x(x).toFixed(1), cy: this.y(y).toFixed(1), r: 6 });
  }

  /** The line of what the reader moves, marked. @param {number} x */
  cursor(x) {
    const d = `M${this.x(x).toFixed(1)} ${this.top}V${this.bottom}`;
    this.add("path", { class: "marker", d, "stroke-width": 12 });
    this.add("path", { class: "needle", d });
  }

  /** The ? that stands where the result will be. @param {number} x @param {number} y in pixels */
  question(x = (this.left + this.right) / 2, y = (this.top + this.bottom) / 2) {
    this.group.append(cover(x, y));
  }

  /** What curves are, in words: at the right of the plot, or under it where there is no room.
   * @param {[number, ...string[]][]} list the height in pixels where words would stand, and the words, one below the other */
  legend(...list) {
    const words = list.flatMap(([y, ...all]) => all.map((word, k) => ({ word, at: y + 20 * k })));
    if (this.wide && this.margin) {
      let last = -Infinity;
      for (const { word, at } of words.sort((a, b) => a.at - b.at)) {
        last = Math.max(at + 5, last + 20);
        this.text(this.right + 10, last, word, { style: "word" });
      }
      return;
    }
    const rule = ruler(14, 400);
    let x = 0,
      y = this.high + 14;
    for (const { word } of words) {
      const wide = rule(word) + 16;
      if (x && x + wide > this.width) {
        x = 0;
        y += 20;
      }
      this.text(x, y, word, { style: "word" });
      x += wide;
    }
    set(this.svg, "height", y + 8);
  }

  /** Lets the sliders of a figure run along the axis. @param {any} figure */
  along(figure) {
    const { style, classList } = figure.controls.element;
    classList.add("along");
    style.setProperty("--left", `${this.left - 8}px`);
    style.setProperty("--right", `${this.width - this.right - 8}px`);
  }
}

/** The ? that covers a drawing, around a point. @param {number} x @param {number} y */
export const cover = (x, y) =>
  make(
    "g",
    { class: "cover chip" },
    make("rect", { x: (x - 15).toFixed(1), y: (y - 15).toFixed(1), width: 30, height: 30, rx: 6 }),
    written(x.toFixed(1), (y + 7).toFixed(1), "?", "asks", "middle"),
  );

/** @param {Axis} axis @param {number} x */
function share({ range, powers }, x) {
  const [low, high, at] = powers ? [...range, x].map(Math.log10) : [...range, x];
  return (at - low) / (high - low);
}
/** @param {Axis} axis @param {number} x */
const told = ({ tell = shortly }, x) => tell(x);

/** @param {string} kind @returns {(title: string, number: number, more?: Partial<Box>) => Box} */
const kind =
  (kind, sign = "") =>
  (title, number, more) => ({ kind, title, number, sign, ...more });
/** A box of each kind; a `factor` is a local derivative behind its sign.  `more` is what else there is to say of it. */
export const box = {
  value: kind("value"),
  gradient: kind("gradient"),
  local: kind("local"),
  factor: kind("local", "× "),
  sent: kind("sent"),
  next: kind("next"),
  result: kind("result"),
  outcome: kind("value outcome"),
};

/** The same box, covered until there is a prediction. @param {Box} box @returns {Box} */
export const asked = (box, asked = true) => ({ ...box, asked });

/** Shows rows of boxes; the numbers of a row have the same digits, as many as there is room for.
 * @param {HTMLElement} parent @param {Row[]} list */
export function rows(parent, ...list) {
  const made = list.map(([label, ...boxes]) => {
    const numbers = /** @type {[any, Box][]} */ ([]),
      drawn = boxes.map((box) => {
        if (typeof box === "string") return make("b", {}, box);
        const place = make("span", { class: "number" }),
          style = [box.kind, box.asked && "asked", box.gone && "gone", box.alarm && "alarmed"]
            .filter(Boolean)
            .join(" "),
          title = box.asked ? "" : fully(box.number);
        numbers.push([place, box]);
        return make("div", { class: style, title }, make("small", {}, box.title), place);
      });
    const product = make("div", { class: "product" }, ...drawn);
    return {
      row: make("div", { class: "row" }, make("div", { class: "label" }, /** @type {string} */ (label)), product),
      numbers,
    };
  });
  parent.replaceChildren(...made.map(({ row }) => row));
  for (const { numbers } of made.filter(({ numbers }) => numbers.length)) {
    const rule = ruler(parseFloat(getComputedStyle(numbers[0][0]).fontSize), 400),
      words = (/** @type {(x: number) => string} */ f, /** @type {Box} */ { number, sign }) => sign + f(number),
      rooms = numbers.map(([place]) => place.clientWidth),
      fits = WRITTEN.find((f) => numbers.every(([, box], k) => rule(words(f, box)) <= rooms[k]));
    for (const [place, box] of numbers) place.textContent = words(fits ?? WRITTEN[WRITTEN.length - 1], box);
  }
}
