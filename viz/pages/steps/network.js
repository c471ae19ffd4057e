// The same numbers as a network: neurons in columns, weights as lines whose width is their size and whose dashes are a minus.

import { clear, clip, make, say, set } from "../shared/dom.js";
import { groupBy } from "./layout.js";
import { ACTS, GROUPS, NODES, ROOT, SHOWN, precise, spoken, text } from "./replay.js";
import { marked, middle, pointing, pressable, visible } from "./graph.js";

const NETWORK = { svg: /** @type {any} */ (document.getElementById("network")), units: [], lines: [], labels: [] };

/** Finds the neurons among the nodes: a sum of weights × inputs that a module named, and what is computed from it there. */
function unitsOf(row) {
  const units = new Map();
  for (const n of visible(Math.max(0, row))) {
    if (n.group < 0 || GROUPS[n.group].kind !== "neuron" || !n.parents.length) continue;
    if (n.pairs && !units.has(n.group)) {
      units.set(n.group, {
        z: n,
        out: n,
        nodes: new Set([n.index, ...n.parents.slice(0, n.pairs), n.parents[2 * n.pairs]]),
        weights: n.parents.slice(0, n.pairs),
        inputs: n.parents.slice(n.pairs, 2 * n.pairs),
        bias: n.parents[2 * n.pairs],
      });
    } else if (units.has(n.group)) {
      units.get(n.group).out = n;
      units.get(n.group).nodes.add(n.index);
    }
  }
  return [...units.values()];
}

export function drawNetwork(row) {
  const units = unitsOf(row),
    svg = NETWORK.svg,
    made = new Map(units.map((u) => [u.out.index, u]));
  svg.replaceChildren();
  NETWORK.units = [];
  NETWORK.lines = [];
  NETWORK.labels = [];
  document.getElementById("network-part").hidden = units.length === 0;
  if (!units.length) return;
  for (const u of units) u.column = 1 + Math.max(0, ...u.inputs.map((i) => (made.has(i) ? made.get(i).column : 0)));
  const inputs = [...new Set(units.flatMap((u) => u.inputs.filter((i) => !made.has(i))))].map((i) => ({
    out: NODES[i],
    z: null,
    nodes: new Set([i]),
    weights: [],
    inputs: [],
    bias: -1,
    column: 0,
  }));
  inputs.forEach((u) => made.set(u.out.index, u));
  const root = ROOT,
    last = Math.max(...units.map((u) => u.column));
  const loss = {
    out: root,
    z: null,
    nodes: new Set([root.index]),
    weights: [],
    inputs: [],
    bias: -1,
    column: last + 1,
  };
  NETWORK.units = [...inputs, ...units, ...(made.has(root.index) ? [] : [loss])];
  const columns = groupBy(NETWORK.units, (u) => u.column),
    tallest = Math.max(...[...columns.values()].map((c) => c.length));
  const small = tallest > 5,
    high = small ? 23 : 118,
    wide = small ? 66 : 84,
    across = small ? 150 : 250;
  for (const [column, list] of columns)
    list.forEach((u, i) => {
      u.x = column * across;
      u.y = (i - (list.length - 1) / 2) * high;
    });
  const height = tallest * high,
    width = Math.max(...columns.keys()) * across + wide;
  set(svg, "viewBox", `${-wide / 2 - 4} ${-height / 2 - 4} ${width + 8} ${height + 8}`);
  set(svg, "width", Math.min(1.3 * width, 900).toFixed(0));
  const sizes = units.flatMap((u) => u.weights).map((w) => Math.abs(NODES[w].value) || 0);
  NETWORK.most = Math.max(1e-300, ...sizes);
  for (const u of units) {
    u.inputs.forEach((input, k) => {
      const from = made.get(input),
        a = [from.x + wide / 2, from.y],
        b = [u.x - wide / 2, u.y + (small ? 0 : (k - (u.inputs.length - 1) / 2) * 12)];
      addLine(u, u.weights[k], a, b, !small);
    });
  }
  if (!made.has(root.index))
    for (const u of units.filter((u) => u.column === last))
      addLine(loss, -1, [u.x + wide / 2, u.y], [loss.x - wide / 2, loss.y], false);
  for (const u of NETWORK.units) addUnit(u, wide, small);
}

function addLine(to, weight, a, b, labeled) {
  const path = make("path", { d: `M${a[0]} ${a[1].toFixed(1)}L${b[0]} ${b[1].toFixed(1)}` }),
    tip = make("title");
  const line = { weight, to, path, tip, value: null, gradient: null, element: make("g", { class: "edge" }, tip, path) };
  if (labeled) {
    const room = clear(NETWORK.labels, 76, 24),
      places = [0.25, 0.75, 0.34, 0.66, 0.5, 0.42, 0.58].map((t) => a.map((p, i) => p + (b[i] - p) * t));
    const place = places.find((p) => room(p) > 1) ?? places.reduce((best, p) => (room(p) > room(best) ? p : best));
    const x = place[0].toFixed(1),
      y = place[1];
    NETWORK.labels.push(place);
    line.value = middle("halo value", x, (y - 3).toFixed(1));
    line.gradient = middle("halo gradient", x, (y + 10).toFixed(1));
    line.element.append(line.value, line.gradient);
  }
  NETWORK.lines.push(line);
  NETWORK.svg.append(line.element);
}

function addUnit(u, wide, small) {
  const tall = small ? 20 : 62,
    top = -tall / 2;
  u.title = middle("name", 0, small ? 4 : top + 15, clip(u.out.name, small ? 8 : 11));
  u.value = middle("value", 0, top + 33);
  u.gradient = middle("gradient", 0, top + 50);
  u.alarm = small ? make("text", { class: "alarm", x: 4 - wide / 2, y: 4 }) : middle("alarm halo", 0, top - 5);
  u.off = small ? "×" : "× off";
  u.biasText = middle("halo", 0, tall / 2 + 14);
  u.tip = make("title");
  u.element = make(
    "g",
    { class: "box", tabindex: 0, role: "button", transform: `translate(${u.x} ${u.y.toFixed(1)})` },
    u.tip,
    make("rect", { class: "frame", x: -wide / 2, y: top, width: wide, height: tall, rx: u.column ? tall / 2.6 : 4 }),
    u.title,
    u.alarm,
  );
  if (!small) u.element.append(u.value, u.gradient, u.biasText);
  pressable(u.element, () => ACTS.choose({ shown: u.out, folded: false, nodes: [u.out] }));
  pointing(u.element, u.nodes);
  NETWORK.svg.append(u.element);
}

export function paintNetwork(step, linked) {
  const last = step.at(-1),
    phase = last ? last.phase : "",
    [values, gradients] = SHOWN.channels;
  const acting = new Set(step.map((e) => e.node)),
    changed = new Set(step.map((e) => e.target));
  const any = (nodes, those) => [...nodes].some((i) => those.has(i));
  for (const u of NETWORK.units) {
    const i = u.out.index,
      z = u.z ? u.z.index : i,
      own = new Set([i, z]),
      wrong = u.out.mark === "dead" && marked(u.out);
    const mark = any(own, changed)
      ? ` changed ${phase}`
      : u.bias >= 0 && changed.has(u.bias)
        ? ` acting ${phase}`
        : any(own, acting)
          ? " acting"
          : "";
    const style = "box" + mark + (any(u.nodes, linked) ? " linked" : "");
    set(u.element, "class", style);
    const look = `${values[i]} ${gradients[z]} ${gradients[i]} ${values[u.bias]} ${gradients[u.bias]} ${wrong}`;
    if (u.look === look) continue;
    u.look = look;
    say(u.value, "▶ " + text(values[i]));
    say(u.gradient, u.out.kind === "constant" ? "" : (u.z && u.z !== u.out ? "◀ δ " : "◀ ") + text(gradients[z]));
    say(u.alarm, wrong ? u.off : "");
    const delta = u.z
      ? `, gradient of its sum ${spoken(gradients[z])}`
      : u.out.kind === "constant"
        ? ""
        : `, gradient ${spoken(gradients[i])}`;
    const bias = u.bias >= 0 ? `, bias ${text(values[u.bias])}, gradient of the bias ${spoken(gradients[u.bias])}` : "";
    const role = u.z ? "neuron" : u.column ? "result" : "input";
    set(
      u.element,
      "aria-label",
      `${role} ${u.out.name}, value ${spoken(values[i])}${delta}${bias}${wrong ? ", off: no gradient" : ""}`,
    );
    say(
      u.tip,
      `${u.out.path || u.out.name}\nvalue ${precise(values[i])}\ngradient of its sum ${precise(gradients[z])}`,
    );
    if (u.bias >= 0) say(u.biasText, `${NODES[u.bias].name} ${text(values[u.bias])}  ◀ ${text(gradients[u.bias])}`);
  }
  for (const l of NETWORK.lines) {
    if (l.weight < 0) continue;
    const w = NODES[l.weight],
      size = values[l.weight];
    const now = changed.has(l.weight) || (phase === "forward" && acting.has(l.to.z.index));
    const style = `edge ${size < 0 ? "minus" : "plus"}${now ? " now " + phase : ""}${linked.has(l.weight) ? " now" : ""}`;
    const look = `${values[l.weight]} ${gradients[l.weight]} ${style}`;
    if (l.look === look) continue;
    l.look = look;
    l.path.style.strokeWidth = (1 + 3.5 * Math.min(1, Math.abs(size) / NETWORK.most || 0)).toFixed(2);
    set(l.element, "class", style);
    say(l.tip, `${w.path || w.name}\nvalue ${precise(values[l.weight])}\ngradient ${precise(gradients[l.weight])}`);
    if (l.value) {
      say(l.value, `${w.name} ${text(values[l.weight])}`);
      say(l.gradient, `◀ ${text(gradients[l.weight])}`);
    }
  }
}
