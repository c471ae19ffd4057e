// The scalar graph as boxes and wires: all of it, or the few operations around a step.  Nodes fold into neurons, layers and runs.
// Numbers stand in boxes alone; the one factor that is spoken of stands in a pill between two columns.

import { clip, make, pointable, pressable, ruler, say, set, written } from "../../shared/dom.js";
import { arrange, groupBy, smooth } from "./layout.js";
import { CARRIED, COMPUTED, GROUPS, NODES, ROOT, SHOWN, UPDATED } from "../replay.js";
import { localOf, marked, precise, spoken, text } from "../replay.js";

export const OPEN = new Set(); // the groups that are unfolded
const READABLE = 60;

/** The box that shows a node: the outermost group around it that is not open, else the node. */
export function boxOf(node) {
  let key = "n" + node.index;
  for (let g = node.group; g >= 0; g = GROUPS[g].parent) if (!OPEN.has(g)) key = "g" + g;
  return key;
}

/** Nodes that are drawn for an example: its own and everybody's, but for a bias of 0 that a sum does not have. */
export function visible(row) {
  if (VISIBLE.has(row)) return VISIBLE.get(row);
  const mine = row < 0 ? NODES : NODES.filter((n) => n.row < 0 || n.row === row),
    used = new Set([ROOT.index]);
  for (const n of mine) for (const p of given(n)) used.add(p);
  VISIBLE.set(
    row,
    mine.filter((n) => used.has(n.index)),
  );
  return VISIBLE.get(row);
}
const VISIBLE = new Map();
/** The operands of a node, without a bias of 0 that it does not have. */
export const given = (n) =>
  n.parents.filter(
    (p, slot) => !(n.pairs && slot === 2 * n.pairs && NODES[p].kind === "constant" && NODES[p].value === 0),
  );

export function foldToFit(row) {
  const nodes = visible(row),
    count = () => new Set(nodes.map(boxOf)).size;
  OPEN.clear();
  for (const g of GROUPS) OPEN.add(g.index);
  for (const kind of ["run", "neuron", "layer", "part", "inputs"]) {
    if (count() <= READABLE) return;
    for (const g of GROUPS) if (g.kind === kind) OPEN.delete(g.index);
  }
}

const odd = (x) => x !== null && !Number.isFinite(x);

export class Graph {
  /** @param {any} svg @param {(box: any) => void} choose @param {(nodes: Set<number>) => void} point */
  constructor(svg, choose, point) {
    this.svg = svg;
    this.choose = choose;
    this.point = point;
    this.boxes = [];
    this.wires = [];
    this.of = new Map();
    this.wireOf = new Map();
    this.rights = [];
    this.apart = 0;
    this.pill = this.inside = null;
  }

  /** Draws nodes, each in the box that `key` names. */
  draw(nodes, key, room) {
    const rules = /** @type {const} */ ([ruler(14), ruler(12), ruler(14)]),
      members = groupBy(nodes, key);
    this.boxes = [...members].map(([key, inside]) => this.box(key, inside, ...rules));
    this.of = new Map([...members].flatMap(([key, inside]) => inside.map((n) => [n.index, key])));
    this.wires = this.join(nodes);
    const { width, height, rights, apart } = arrange(this.boxes, this.wires, room);
    Object.assign(this, { rights, apart });
    set(this.svg, "class", this.wires.length > 90 ? "dense" : "");
    set(this.svg, "width", Math.ceil(width + 4));
    set(this.svg, "height", Math.ceil(height + 4));
    this.pill = make("g");
    for (const w of this.wires) w.element = make("path", { d: smooth(w.points) });
    this.inside = make("g", { transform: "translate(2 2)" }, ...this.wires.map((w) => w.element), this.pill);
    for (const b of this.boxes) this.inside.append(this.element(b));
    this.svg.replaceChildren(this.inside);
  }

  /** What a box shows, and how wide the widest of that is. */
  box(key, nodes, bold, small, plainly) {
    const folded = key[0] === "g",
      inner = nodes.filter((n) => n.parents.length),
      shown = (inner.length ? inner : nodes).at(-1),
      group = folded ? GROUPS[+key.slice(1)] : null,
      title = clip(folded && group.kind !== "neuron" ? group.title : shown.name, 16),
      op = folded ? `${nodes.length} nodes` : clip(shown.op, 9),
      plain = shown.kind === "constant" && shown.name === text(shown.value), // a number that says itself
      marks = nodes.filter((n) => n.mark);
    const ever = plain ? [] : [shown.value, ...shown.events.map((e) => e.after)].map((x) => plainly("► " + text(x)));
    const width = Math.max(
      bold(title) + (op && !plain ? small(op) + 12 : 0),
      ...ever,
      ...marks.map((n) => small(alarm({ marks: [n], nodes, folded }))),
    );
    const order = shown.index,
      height = plain ? 26 : marks.length ? 80 : 62;
    return {
      key,
      nodes,
      folded,
      shown,
      title,
      op,
      plain,
      marks,
      order,
      width: Math.ceil(width) + 18,
      height,
      x: 0,
      y: 0,
    };
  }

  /** The wires between boxes; several between two of them are one, but for the two edges of x·x. */
  join(nodes) {
    const wires = [],
      joined = new Map();
    this.wireOf = new Map();
    for (const n of nodes) {
      const head = this.of.get(n.index);
      n.parents.forEach((p, slot) => {
        const tail = this.of.get(p);
        if (tail === undefined || tail === head) return;
        const single = tail[0] === "n" && head[0] === "n",
          name = single ? `${tail} ${head} ${slot}` : `${tail} ${head}`;
        let wire = joined.get(name);
        if (!wire) {
          wire = { tail, head, single, points: [], begun: Infinity, done: -1 };
          joined.set(name, wire);
          wires.push(wire);
        }
        const edge = n.first + slot,
          sent = CARRIED[edge];
        this.wireOf.set(edge, wire);
        wire.done = Math.max(wire.done, COMPUTED[n.index]); // all of its children are computed after this event
        if (sent >= 0) wire.begun = Math.min(wire.begun, sent); // and one of its edges carries something after this one
      });
    }
    return wires;
  }

  element(b) {
    const left = b.x - b.width / 2,
      top = b.y - b.height / 2;
    b.value = written(left + 9, top + 36, "", "value");
    b.gradient = written(left + 9, top + 54, "", "gradient");
    b.alarm = written(left + 9, top + 72, "", "note odd");
    b.tip = make("title");
    const words = b.plain
      ? [written(b.x, top + 18, b.title, "name", "middle")]
      : [
          written(left + 9, top + 18, b.title, "head"),
          written(left + b.width - 9, top + 18, b.op, "note", "end"),
          b.value,
          b.gradient,
          ...(b.marks.length ? [b.alarm] : []),
        ];
    b.frame = make("rect", { x: left, y: top, width: b.width, height: b.height, rx: 8 });
    b.element = make("g", { tabindex: 0, role: "button", "data-key": b.key }, b.tip, b.frame, ...words);
    pressable(b.element, () => this.choose(b));
    const nodes = new Set(b.nodes.map((n) => n.index));
    pointable(
      b.element,
      () => this.point(nodes),
      () => this.point(new Set()),
    );
    return b.element;
  }

  /** Shows the numbers of this position, and what the events of the last step did. */
  paint(step, linked) {
    const last = step.at(-1),
      phase = last ? last.phase : "",
      [values, gradients, kept] = SHOWN.channels,
      acting = new Set(step.map((e) => this.of.get(e.node))),
      changed = new Set(step.map((e) => this.of.get(e.target)));
    for (const b of this.boxes) {
      const { index, kind, op, name, path } = b.shown,
        x = values[index],
        dx = gradients[index],
        wrong = alarm(b, marked),
        stale = SHOWN.position >= UPDATED && b.shown.parents.length > 0;
      const look = changed.has(b.key) ? (phase === "backward" ? "marked" : phase) : acting.has(b.key) ? phase : "";
      set(
        b.element,
        "class",
        `unit ${b.folded ? "folded " : ""}${b.nodes.some((n) => linked.has(n.index)) ? "chosen" : look}`,
      );
      const state = `${x} ${dx} ${kept[index]} ${wrong} ${stale}`;
      if (b.state === state) continue;
      b.state = state;
      say(b.value, "► " + text(x));
      say(b.gradient, kind === "constant" ? "" : "◄ " + text(dx));
      say(b.alarm, wrong);
      set(b.value, "class", odd(x) ? "odd" : stale ? "stale" : "value");
      set(b.gradient, "class", odd(dx) ? "odd" : stale ? "stale" : "gradient");
      const what = b.folded ? `${GROUPS[+b.key.slice(1)].title}, ${b.nodes.length} nodes folded, the last: ` : "",
        ending = kind === "constant" ? ", a constant" : `, gradient ${spoken(dx)}`,
        old = stale ? ", from before the update" : "";
      set(
        b.element,
        "aria-label",
        `${what}${name}${op ? " by " + op : ""}, value ${spoken(x)}${ending}${wrong && ", " + wrong.slice(2)}${old}`,
      );
      say(
        b.tip,
        `${path || name}\nvalue ${precise(x)}\ngradient ${precise(dx)}` +
          (kept[index] === null ? "" : `\n.grad ${precise(kept[index])}`),
      );
    }
    this.paintWires(step);
  }

  paintWires(step) {
    const now = new Set();
    for (const e of step) {
      const n = NODES[e.node];
      for (const slot of e.kind === "Send" ? [e.slot] : e.kind === "Compute" ? n.parents.keys() : [])
        now.add(this.wireOf.get(n.first + slot));
    }
    for (const w of this.wires)
      set(
        w.element,
        "class",
        `line${SHOWN.position > w.begun ? " sent" : SHOWN.position > w.done ? " done" : ""}${now.has(w) ? " now" : ""}`,
      );
    this.pill.replaceChildren();
    const e = step.at(-1),
      wire = e?.kind === "Send" && this.wireOf.get(NODES[e.node].first + e.slot);
    if (wire?.single) this.tell(wire, `× ${text(localOf(NODES[e.node], e.slot))}`);
  }

  /** Writes a factor on its wire, in the gap after the column where it begins, if there is room. */
  tell(wire, words) {
    const wide = ruler(13)(words) + 16,
      at = this.rights.find((right) => right > wire.points[0][0] - 0.5) + this.apart / 2;
    if (wide > this.apart - 8) return;
    const [[a, b], [c, d]] = wire.points; // a curve that is level at both ends, as `smooth` draws it
    let [low, high] = [0, 1];
    for (let k = 0; k < 12; k++) {
      const t = (low + high) / 2;
      if (a + (c - a) * t * (1.5 - 1.5 * t + t * t) < at) low = t;
      else high = t;
    }
    const y = b + (d - b) * low * low * (3 - 2 * low);
    this.pill.append(
      make(
        "g",
        { class: "chip marked" },
        make("rect", { x: at - wide / 2, y: y - 11, width: wide, height: 22, rx: 11 }),
        make("text", { x: at, y: y + 4.5, "text-anchor": "middle" }, words),
      ),
    );
  }

  /** Keeps the box that changed in sight, moving only the drawing and never the page. */
  follow(event) {
    const b = event && this.boxes.find((one) => one.key === this.of.get(event.target)),
      frame = this.svg.parentNode;
    if (!b) return;
    for (const [at, size, scroll, seen] of [
      [b.x, b.width, "scrollLeft", "clientWidth"],
      [b.y, b.height, "scrollTop", "clientHeight"],
    ]) {
      const now = frame[scroll],
        most = frame[seen];
      if (at - size / 2 < now || at + size / 2 + 12 > now + most) frame[scroll] = at - most / 2;
    }
  }
}

/** What is wrong with a box, in a few words, or nothing yet. */
function alarm({ marks, nodes, folded }, known = (_n) => true) {
  const now = marks.filter(known);
  if (!now.length) return "";
  const [{ mark }] = now,
    words = { dead: "× off", saturated: "× saturated" }[mark];
  if (folded) return `${words ?? "‼ " + mark}: ${now.length} of ${nodes.length}`;
  return words ? `${words}: no gradient` : `‼ ${mark}`;
}
