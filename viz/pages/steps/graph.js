// The scalar graph as boxes and wires.  Nodes fold into neurons, layers and runs; a box shows its own value and gradient.

import { clip, make, say, set } from "../shared/dom.js";
import { arrange, groupBy, smooth } from "./layout.js";
import {
  ACTS,
  CARRIED,
  COMPUTED,
  GROUPS,
  NODES,
  ROOT,
  SENT,
  SHOWN,
  TOTALS,
  localOf,
  precise,
  spoken,
  text,
} from "./replay.js";

export const OPEN = new Set(); // the groups that are unfolded
const READABLE = 60;
export const GRAPH = {
  svg: /** @type {any} */ (document.getElementById("graph")),
  boxes: [],
  wires: [],
  of: new Map(),
  wireOf: new Map(),
  scale: 0,
};

/** The box that shows a node: the outermost group around it that is not open, else the node. */
function boxOf(node) {
  let key = "n" + node.index;
  for (let g = node.group; g >= 0; g = GROUPS[g].parent) if (!OPEN.has(g)) key = "g" + g;
  return key;
}

/** Nodes that are drawn for an example: its own and everybody's, but for a bias of 0 that a sum does not have. */
export function visible(row) {
  if (VISIBLE.has(row)) return VISIBLE.get(row);
  const mine = row < 0 ? NODES : NODES.filter((n) => n.row < 0 || n.row === row),
    used = new Set([ROOT.index]);
  for (const n of mine)
    n.parents.forEach((p, slot) => {
      if (!absent(n, p, slot)) used.add(p);
    });
  VISIBLE.set(
    row,
    mine.filter((n) => used.has(n.index)),
  );
  return VISIBLE.get(row);
}
const VISIBLE = new Map();
const absent = (n, p, slot) => n.pairs && slot === 2 * n.pairs && NODES[p].kind === "constant" && NODES[p].value === 0;

export function foldToFit(row) {
  const nodes = visible(row),
    count = () => new Set(nodes.map(boxOf)).size;
  OPEN.clear();
  GROUPS.forEach((g) => OPEN.add(g.index));
  for (const kind of ["run", "neuron", "layer", "part", "inputs"]) {
    if (count() <= READABLE) return;
    GROUPS.filter((g) => g.kind === kind).forEach((g) => OPEN.delete(g.index));
  }
}

/** Lets an element be pressed, by click or by Enter. */
export function pressable(element, act) {
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") act();
  });
}

/** Shows where these nodes are while an element is pointed at or has the focus. */
export function pointing(element, nodes) {
  for (const type of ["mouseenter", "focus"]) element.addEventListener(type, () => ACTS.link(nodes));
  for (const type of ["mouseleave", "blur"]) element.addEventListener(type, () => ACTS.link(new Set()));
}

export const middle = (style, x, y, words = "") => make("text", { class: style, "text-anchor": "middle", x, y }, words);

export function drawGraph(row, room) {
  const members = groupBy(visible(row), boxOf);
  const boxes = [...members].map(([key, nodes]) => {
    const folded = key[0] === "g",
      inner = nodes.filter((n) => n.parents.length),
      shown = (inner.length ? inner : nodes).at(-1);
    const group = folded ? GROUPS[+key.slice(1)] : null,
      title = clip(folded && group.kind !== "neuron" ? group.title : shown.name, 16);
    const plain = shown.kind === "constant" && shown.name === text(shown.value); // a number that says itself
    const marks = nodes.filter((n) => n.mark);
    return {
      key,
      nodes,
      folded,
      shown,
      title,
      plain,
      marks,
      order: shown.index,
      width: plain ? 46 : 144,
      height: plain ? 22 : marks.length ? 64 : 46,
      x: 0,
      y: 0,
    };
  });
  const wires = [],
    joined = new Map();
  GRAPH.of = new Map();
  GRAPH.wireOf = new Map();
  for (const [key, nodes] of members) for (const n of nodes) GRAPH.of.set(n.index, key);
  for (const n of visible(row)) {
    const head = GRAPH.of.get(n.index);
    n.parents.forEach((p, slot) => {
      const tail = GRAPH.of.get(p);
      if (tail === undefined || tail === head) return;
      const single = tail[0] === "n" && head[0] === "n",
        name = tail + head + (single ? "." + slot : "");
      let wire = joined.get(name);
      if (!wire) {
        wire = { tail, head, child: n, slot, parent: p, single, points: [], begun: Infinity, done: -1 };
        joined.set(name, wire);
        wires.push(wire);
      }
      const edge = n.first + slot,
        sent = CARRIED[edge];
      GRAPH.wireOf.set(edge, wire);
      wire.done = Math.max(wire.done, COMPUTED[n.index]); // all of its children are computed after this event
      if (sent >= 0) wire.begun = Math.min(wire.begun, sent); // and one of its edges carries something after this one
    });
  }
  const size = arrange(boxes, wires),
    svg = GRAPH.svg;
  svg.replaceChildren();
  set(svg, "class", wires.length > 90 ? "dense" : "");
  const width = size.width + 16,
    height = size.height + 16,
    scale = Math.max(0.8, Math.min(1.25, (room - 4) / width));
  set(svg, "viewBox", `-8 -8 ${width} ${height}`);
  set(svg, "width", (width * scale).toFixed(0));
  set(svg, "height", (height * scale).toFixed(0));
  const into = groupBy(wires, (w) => w.head),
    out = groupBy(wires, (w) => w.tail);
  for (const w of wires) {
    const crowded = into.get(w.head).length > out.get(w.tail).length; // wires that meet are told apart where they begin
    const twin = w.points.length === 3,
      [[a, b], [c, d]] = crowded || twin ? w.points : w.points.slice(-2);
    const t = twin ? 1 : crowded ? 0.4 : out.get(w.tail).length > 1 ? 0.7 : 0.5;
    const x = (a + (c - a) * t).toFixed(1),
      y = b + (d - b) * (t === 1 ? 1 : t < 0.5 ? 0.35 : t > 0.5 ? 0.78 : 0.5);
    w.local = middle("", x, (y - 3).toFixed(1));
    w.sent = middle("", x, (y + 10).toFixed(1));
    w.element = make("g", { class: "edge" }, make("path", { d: smooth(w.points) }), w.local, w.sent);
    svg.append(w.element);
  }
  for (const b of boxes) svg.append(drawBox(b));
  Object.assign(GRAPH, { boxes, wires, scale });
}

function drawBox(b) {
  const left = -b.width / 2,
    top = -b.height / 2,
    op = b.folded ? `${b.nodes.length} nodes` : b.shown.op;
  b.value = make("text", { class: "value", x: left + 4, y: top + 36 });
  b.gradient = make("text", { class: "gradient", x: 2, y: top + 36 });
  b.alarm = make("text", { class: "alarm", x: left + 6, y: top + 55 });
  b.tip = make("title");
  b.element = make(
    "g",
    {
      class: "box",
      tabindex: 0,
      role: "button",
      transform: `translate(${b.x.toFixed(1)} ${b.y.toFixed(1)})`,
      "data-key": b.key,
    },
    b.tip,
    make("rect", { class: "frame", x: left, y: top, width: b.width, height: b.height, rx: 6 }),
    ...(b.plain
      ? [middle("", 0, 4, b.title)]
      : [
          make("rect", { class: "head", x: left + 2, y: top + 2, width: b.width - 4, height: 18, rx: 4 }),
          make("text", { class: "name", x: left + 6, y: top + 16 }, b.title),
          make("text", { class: "op", x: b.width / 2 - 6, y: top + 16, "text-anchor": "end" }, clip(op, 9)),
          b.value,
          b.gradient,
          ...(b.marks.length ? [b.alarm] : []),
        ]),
  );
  pressable(b.element, () => ACTS.choose(b));
  pointing(b.element, new Set(b.nodes.map((n) => n.index)));
  return b.element;
}

/** Whether what a node is marked with has come to light. */
export const marked = (n) =>
  n.mark.startsWith("gradient")
    ? Object.is(SHOWN.channels[1][n.index], TOTALS[n.index])
    : SHOWN.position > COMPUTED[n.index];

/** What is wrong with a box, in a few words, or nothing yet. */
function alarm(b) {
  const now = b.marks.filter(marked);
  if (!now.length) return "";
  const [{ mark }] = now,
    words = { dead: "× off", saturated: "× saturated" }[mark];
  return b.folded
    ? `${words ?? "‼ " + mark}: ${now.length} of ${b.nodes.length}`
    : words
      ? `${words}: no gradient`
      : `‼ ${mark}`;
}

/** Shows the numbers of this position, and what the events of the last step did. */
export function paintGraph(step) {
  const last = step.at(-1),
    phase = last ? last.phase : "",
    [values, gradients, kept] = SHOWN.channels;
  const acting = new Set(step.map((e) => GRAPH.of.get(e.node))),
    changed = new Set(step.map((e) => GRAPH.of.get(e.target)));
  for (const b of GRAPH.boxes) {
    const { index, kind, op, name, path } = b.shown,
      x = values[index],
      dx = gradients[index];
    const mark = changed.has(b.key) ? ` changed ${phase}` : acting.has(b.key) ? " acting" : "",
      wrong = b.marks.length ? alarm(b) : "";
    const style = `box${b.folded ? " folded" : ""}${mark}${b.linked ? " linked" : ""}`;
    set(b.element, "class", style);
    const look = `${x} ${dx} ${kept[index]} ${wrong}`;
    if (b.look === look) continue;
    b.look = look;
    say(b.value, "▶" + text(x));
    say(b.gradient, kind === "constant" ? "" : "◀" + text(dx));
    say(b.alarm, wrong);
    set(b.value, "class", odd(x) ? "value odd" : "value");
    set(b.gradient, "class", odd(dx) ? "gradient odd" : "gradient");
    const what = b.folded ? `${GROUPS[+b.key.slice(1)].title}, ${b.nodes.length} nodes folded, the last: ` : "";
    const ending = kind === "constant" ? ", a constant" : `, gradient ${spoken(dx)}`;
    set(
      b.element,
      "aria-label",
      `${what}${name}${op ? " by " + op : ""}, value ${spoken(x)}${ending}${wrong && ", " + wrong.slice(2)}`,
    );
    say(
      b.tip,
      `${path || name}\nvalue ${precise(x)}\ngradient ${precise(dx)}` +
        (kept[index] === null ? "" : `\n.grad ${precise(kept[index])}`),
    );
  }
  paintWires(step);
}

const odd = (x) => x !== null && !Number.isFinite(x);

function paintWires(step) {
  const now = new Map();
  for (const e of step) {
    const n = NODES[e.node],
      slots = e.kind === "Send" ? [e.slot] : e.kind === "Compute" ? n.parents.keys() : [];
    for (const slot of slots) now.set(GRAPH.wireOf.get(n.first + slot), e.phase);
  }
  for (const w of GRAPH.wires) {
    const phase = now.get(w),
      done = SHOWN.position > w.done,
      sent = SHOWN.position > w.begun;
    const look = `edge${sent ? " sent" : done ? " done" : ""}${phase ? ` now ${phase}` : ""}`;
    if (w.look === look) continue;
    w.look = look;
    set(w.element, "class", look);
    const told = w.single && done && NODES[w.parent].kind !== "constant";
    say(w.local, told ? text(localOf(w.child, w.slot)) : phase === "forward" ? "▶" : "");
    say(w.sent, told && sent ? `◀ ${text(SENT[w.begun])}` : phase === "backward" ? "◀" : "");
  }
}

/** Keeps the box that changed in sight, moving only the drawing and never the page. */
export function follow(event) {
  const b = event && GRAPH.boxes.find((one) => one.key === GRAPH.of.get(event.target)),
    frame = GRAPH.svg.parentNode;
  if (!b || !GRAPH.scale) return;
  for (const [at, size, scroll, seen] of [
    [b.x, b.width, "scrollLeft", "clientWidth"],
    [b.y, b.height, "scrollTop", "clientHeight"],
  ]) {
    const middle = (at + 8) * GRAPH.scale,
      half = (size / 2) * GRAPH.scale,
      now = frame[scroll],
      most = frame[seen];
    if (middle - half < now || middle + half > now + most) frame[scroll] = middle - most / 2;
  }
}
