// Details of one node: what it is, what came to it and by which paths, and what is wrong with it.

import { $, button, clip, make, pointable } from "../../shared/dom.js";
import { DATA, doubles } from "../../shared/numbers.js";
import { COMPUTED, EVENTS, EXPECTED, GROUPS, NODES, ROOT, SHOWN } from "../replay.js";
import { gradientOf, localOf, marked, precise, sentence, text } from "../replay.js";
import { OPEN } from "./graph.js";

/** Shows what there is to know of the chosen box.
 * @param {any} b @param {() => void} draw draws the graph anew, as it is unfolded @param {(nodes: Set<number>) => void} link shows nodes */
export function about(b, draw, link) {
  const n = b.shown,
    lines = [[n.path && n.path !== n.name ? `${n.name} is ${n.path}` : n.name, "lead"]];
  const [value, gradient, kept] = SHOWN.channels.map((channel) => channel[n.index]);
  lines.push(
    [`value ${precise(value)}`, "value"],
    [`gradient ${gradientOf(n.index)} = ${precise(gradient)}`, "gradient"],
  );
  if (kept !== null) lines.push([`.grad = ${precise(kept)}`, "gradient"]);
  if (n.mark && marked(n)) lines.push([trouble(n), "alarm"]);
  if (n !== ROOT && n.kind !== "constant" && !EXPECTED[n.index] && SHOWN.position > COMPUTED[ROOT.index] + 1) {
    lines.push([
      `No gradient comes here from ${ROOT.name}: every way back is cut, as by a detach or a branch not taken.`,
      "alarm",
    ]);
  }
  const before = n.events.filter((e) => e.index < SHOWN.position);
  for (const e of before.slice(0, 40)) lines.push([sentence(e), ""]);
  if (before.length > 40) lines.push([`and ${before.length - 40} more`, ""]);
  $("about").replaceChildren(...lines.map(([words, style]) => make("p", { class: style }, words)));
  if (n.events.findLast((e) => e.slot >= 0)?.index < SHOWN.position) tellPaths(n, draw, link);
  if (b.folded || n.group >= 0) {
    const group = b.folded ? +b.key.slice(1) : n.group,
      turn = () => {
        if (b.folded) OPEN.add(group);
        else OPEN.delete(group);
        draw();
      };
    $("about").append(button(`${b.folded ? "Unfold" : "Fold"} ${clip(GROUPS[group].title, 40)}`, turn));
  }
}

/** What is wrong with a node, and what follows from it. */
function trouble(n) {
  if (n.mark.includes("born")) return `‼ ${n.mark}: nothing that it was computed from was such a number yet.`;
  if (n.mark.includes("lost")) return `‼ ${n.mark}, of those that its inputs had.`;
  const copies = NODES.filter((m) => m.path && m.path === n.path && m.op === n.op),
    off = copies.filter((m) => m.mark === n.mark).length;
  const often =
    copies.length < 2
      ? ""
      : off === copies.length
        ? ` It is so in all ${off} examples: this unit cannot learn.`
        : ` It is so in ${off} of ${copies.length} examples.`;
  return `× ${n.mark === "dead" ? "off" : "saturated"}: its local derivative is 0 here, so no gradient passes.${often}`;
}

/** The largest of the paths that a gradient came by, as [product, last event, rank before it]. */
function pathsTo(node) {
  if (!PATHS.length) {
    const products = doubles(DATA.paths.at(-1));
    let next = 0;
    for (const [, ...steps] of DATA.paths.slice(0, -1))
      PATHS.push(
        Array.from({ length: steps.length / 2 }, (_, k) => [products[next++], steps[2 * k], steps[2 * k + 1]]),
      );
  }
  return PATHS[node];
}
const PATHS = [];

/** Lists the largest paths of a gradient; pointing shows one, pressing unfolds the graph along it. */
function tellPaths(n, draw, link) {
  const [count] = DATA.paths[n.index],
    paths = pathsTo(n.index);
  const head = `Its gradient came by ${count} path${count === "1" ? "" : "s"}${+count <= paths.length ? ":" : ", the largest:"}`;
  $("about").append(make("p", { class: "lead" }, head));
  for (const [product, ...last] of paths) {
    const nodes = [n.index],
      factors = [];
    for (let [i, rank] = last; i !== undefined; [, i, rank] = pathsTo(nodes[0])[rank] ?? []) {
      const { node, slot } = EVENTS[i];
      nodes.unshift(node);
      factors.unshift(`(${text(localOf(NODES[node], slot))})`);
    }
    const few = (list) => (list.length > 9 ? [...list.slice(0, 4), "…", ...list.slice(-4)] : list);
    const told = `${few(nodes.map((i) => NODES[i].name)).join(" → ")}: ${few(factors).join("")} = ${text(product)}`,
      unfold = () => {
        for (const i of nodes) for (let g = NODES[i].group; g >= 0; g = GROUPS[g].parent) OPEN.add(g);
        draw();
        $("about")
          .querySelectorAll(".path")
          [paths.findIndex(([, i, rank]) => i === last[0] && rank === last[1])].focus();
      },
      path = button(told, unfold, { class: "path" });
    pointable(
      path,
      () => link(new Set(nodes)),
      () => link(new Set()),
    );
    $("about").append(path);
  }
}
