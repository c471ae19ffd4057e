// The scalar graph as boxes and wires.  Nodes fold into neurons, layers and runs; a box shows its own value and gradient.

const OPEN = new Set();  // the groups that are unfolded
const READABLE = 60;
const GRAPH = { svg: /** @type {any} */ (document.getElementById("graph")), boxes: [], wires: [], of: new Map() };

/** The box that shows a node: the outermost group around it that is not open, else the node. */
function boxOf(node) {
  let key = "n" + node.index;
  for (let g = node.home; g >= 0; g = GROUPS[g].parent) if (!OPEN.has(g)) key = "g" + g;
  return key;
}

/** Nodes that are drawn for an example: its own and everybody's, but for a bias of 0 that a sum does not have. */
function visible(row) {
  const used = new Set([NODES.length - 1]);
  for (const n of NODES) {
    n.parents.forEach((p, slot) => {
      const absent = n.pairs && slot === 2 * n.pairs && NODES[p].kind === "constant" && text(NODES[p].value) === "0";
      if (!absent && (row < 0 || n.row < 0 || n.row === row)) used.add(p);
    });
  }
  return NODES.filter((n) => used.has(n.index) && (row < 0 || n.row < 0 || n.row === row));
}

function foldToFit(row) {
  const nodes = visible(row), count = () => new Set(nodes.map(boxOf)).size;
  OPEN.clear();
  GROUPS.forEach((g) => OPEN.add(g.index));
  for (const kind of ["run", "neuron", "layer", "part", "inputs"]) {
    if (count() <= READABLE) return;
    GROUPS.filter((g) => g.kind === kind).forEach((g) => OPEN.delete(g.index));
  }
}

function drawGraph(row, choose) {
  const members = groupBy(visible(row), boxOf);
  const boxes = [...members].map(([key, nodes]) => {
    const folded = key[0] === "g", inner = nodes.filter((n) => n.parents.length), shown = (inner.length ? inner : nodes).at(-1);
    const group = folded ? GROUPS[+key.slice(1)] : null, title = clip(folded && group.kind !== "neuron" ? group.title : shown.name, 16);
    const plain = shown.kind === "constant" && shown.name === text(shown.value);  // a number that says itself
    return { key, nodes, folded, shown, title, plain, order: shown.index, width: plain ? 46 : 136, height: plain ? 22 : 46, x: 0, y: 0 };
  });
  const seen = new Set(members.keys()), wires = [], joined = new Map();
  GRAPH.of = new Map();
  for (const [key, nodes] of members) for (const n of nodes) GRAPH.of.set(n.index, key);
  for (const n of visible(row)) {
    n.parents.forEach((p, slot) => {
      const tail = GRAPH.of.get(p), head = GRAPH.of.get(n.index);
      if (!seen.has(tail) || tail === head) return;
      const single = tail[0] === "n" && head[0] === "n", name = tail + head + (single ? "." + slot : "");
      if (!joined.has(name)) {
        joined.set(name, { tail, head, edges: [], single, points: [] });
        wires.push(joined.get(name));
      }
      joined.get(name).edges.push({ child: n.index, slot, parent: p });
    });
  }
  const size = arrange(boxes, wires), svg = GRAPH.svg;
  svg.replaceChildren();
  set(svg, "class", wires.length > 90 ? "dense" : "");
  set(svg, "viewBox", `-8 -8 ${size.width + 16} ${size.height + 16}`);
  const scale = Math.max(0.62, Math.min(1.25, (svg.parentNode.clientWidth - 4) / (size.width + 16)));
  set(svg, "width", ((size.width + 16) * scale).toFixed(0));
  set(svg, "height", ((size.height + 16) * scale).toFixed(0));
  const into = groupBy(wires, (w) => w.head), out = groupBy(wires, (w) => w.tail);
  for (const w of wires) {
    const crowded = into.get(w.head).length > out.get(w.tail).length;  // wires that meet are told apart where they begin
    const twin = w.points.length === 3, [[a, b], [c, d]] = crowded || twin ? w.points : w.points.slice(-2);
    const t = twin ? 1 : crowded ? 0.3 : out.get(w.tail).length > 1 ? 0.7 : 0.5;
    const x = (a + (c - a) * t).toFixed(1), y = b + (d - b) * (t === 1 ? 1 : t < 0.5 ? 0.22 : t > 0.5 ? 0.78 : 0.5);
    w.local = make("text", { "text-anchor": "middle", x, y: (y - 3).toFixed(1) });
    w.sent = make("text", { "text-anchor": "middle", x, y: (y + 10).toFixed(1) });
    w.element = make("g", { class: "edge" }, make("path", { d: smooth(w.points) }), w.local, w.sent);
    svg.append(w.element);
  }
  for (const b of boxes) svg.append(drawBox(b, choose));
  GRAPH.boxes = boxes;
  GRAPH.wires = wires;
}

function drawBox(b, choose) {
  const left = -b.width / 2, top = -b.height / 2, op = b.folded ? `${b.nodes.length} nodes` : b.shown.pairs ? "w·x + b" : b.shown.op;
  b.value = make("text", { class: "value", x: left + 4, y: 13 });
  b.gradient = make("text", { class: "gradient", x: 1, y: 13 });
  b.tip = make("title");
  b.element = make("g", { class: "box", tabindex: 0, role: "button", transform: `translate(${b.x.toFixed(1)} ${b.y.toFixed(1)})`, "data-key": b.key },
    b.tip, make("rect", { class: "frame", x: left, y: top, width: b.width, height: b.height, rx: 6 }),
    ...(b.plain ? [make("text", { "text-anchor": "middle", y: 4 }, b.title)] : [
      make("rect", { class: "head", x: left + 2, y: -21, width: b.width - 4, height: 18, rx: 4 }),
      make("text", { class: "name", x: left + 6, y: -7 }, b.title),
      make("text", { class: "op", x: b.width / 2 - 6, y: -7, "text-anchor": "end" }, clip(op, 9)), b.value, b.gradient]));
  b.element.addEventListener("click", () => choose(b));
  b.element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") choose(b);
  });
  return b.element;
}

/** Shows the numbers of this position, and what the events of the last step did. */
function paintGraph(step) {
  const last = step.at(-1), phase = last ? last.phase : "";
  const acting = new Set(step.map((e) => GRAPH.of.get(e.node))), changed = new Set(step.map((e) => GRAPH.of.get(e.target)));
  for (const b of GRAPH.boxes) {
    const mark = changed.has(b.key) ? ` changed ${phase}` : acting.has(b.key) ? " acting" : "";
    const style = `box${b.folded ? " folded" : ""}${mark}${b.linked ? " linked" : ""}`;
    const look = SHOWN.shelves.map((shelf) => shelf[b.shown.index]).join() + style;
    if (b.look === look) continue;
    b.look = look;
    const [value, gradient, kept] = SHOWN.shelves.map((shelf) => text(shelf[b.shown.index]));
    say(b.value, "▶" + value);
    say(b.gradient, b.shown.kind === "constant" ? "" : "◀" + gradient);
    set(b.value, "class", /nan|inf/.test(value) ? "value odd" : "value");
    set(b.gradient, "class", /nan|inf/.test(gradient) ? "gradient odd" : "gradient");
    set(b.element, "class", style);
    const what = b.folded ? `${GROUPS[+b.key.slice(1)].title}, ${b.nodes.length} nodes folded, the last: ` : "";
    const [x, dx] = [spoken(SHOWN.shelves[0][b.shown.index]), spoken(SHOWN.shelves[1][b.shown.index])];
    const ending = b.shown.kind === "constant" ? ", a constant" : `, gradient ${dx}`;
    set(b.element, "aria-label", `${what}${b.shown.name}${b.shown.op ? " by " + b.shown.op : ""}, value ${x}${ending}`);
    say(b.tip, `${b.shown.path || b.shown.name}\nvalue ${precise(SHOWN.shelves[0][b.shown.index])}\ngradient ${precise(SHOWN.shelves[1][b.shown.index])}` + (kept === DASH ? "" : `\n.grad ${precise(SHOWN.shelves[2][b.shown.index])}`));
  }
  for (const w of GRAPH.wires) {
    const done = w.edges.every((e) => SHOWN.shelves[0][e.child] >= 0), sent = w.edges.filter((e) => SHOWN.sent.has(e.child + "." + e.slot));
    const now = step.find((e) => e.kind === "Send" ? w.edges.some((x) => x.child === e.node && x.slot === e.slot) :
      e.kind === "Compute" && w.edges.some((x) => x.child === e.node));
    set(w.element, "class", `edge${sent.length ? " sent" : done ? " done" : ""}${now ? ` now ${now.phase}` : ""}`);
    const [edge] = w.edges, told = w.single && done && NODES[edge.parent].kind !== "constant";
    say(w.local, told ? text(NODES[edge.child].local[edge.slot]) : now && now.phase === "forward" ? "▶" : "");
    say(w.sent, told && sent.length ? `◀ ${text(SHOWN.sent.get(edge.child + "." + edge.slot))}` : now && now.phase === "backward" ? "◀" : "");
  }
}

/** Keeps the box that changed in sight, moving only the drawing and never the page. */
function follow(event) {
  const b = event && GRAPH.boxes.find((one) => one.key === GRAPH.of.get(event.target));
  const frame = GRAPH.svg.parentNode;
  if (!b || (frame.scrollWidth <= frame.clientWidth && frame.scrollHeight <= frame.clientHeight)) return;
  const box = b.element.getBoundingClientRect(), seen = frame.getBoundingClientRect();
  if (box.left < seen.left || box.right > seen.right) frame.scrollLeft += box.left - seen.left - (seen.width - box.width) / 2;
  if (box.top < seen.top || box.bottom > seen.bottom) frame.scrollTop += box.top - seen.top - (seen.height - box.height) / 2;
}
