// The operations around a step: what it is about, what is given beside that, and what comes of it.

import { $, narrow, roomIn, say } from "../../shared/dom.js";
import { NODES } from "../replay.js";
import { given, visible } from "./graph.js";
import { bare } from "./map.js";

const SMALL = 9; // nodes of a graph that is shown whole

/** Draws them, or the whole of a small graph. @param {import("./graph.js").Graph} graph @param {any} e @param {number} row */
export function around(graph, e, row) {
  const card = $("around-card"),
    all = visible(row),
    phone = narrow();
  card.hidden = !e && all.length > SMALL;
  if (card.hidden || (phone && !$("map-card").hidden)) return;
  const [nodes, left] = all.length <= SMALL ? [all, []] : neighbors(e, row, !phone);
  if (WIDTH.at !== innerWidth) Object.assign(WIDTH, { at: innerWidth, room: roomIn(card) - 8 });
  graph.draw(nodes, (n) => "n" + n.index, WIDTH.room);
  graph.paint(e ? [e] : [], new Set());
  const names = left.map((p) => bare(NODES[p].name));
  say(
    $("more-around"),
    names.length ? `and ${names.length} more: ${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}` : "",
  );
}

/** How wide the card is while the window is so wide: to ask at each step costs as much as the step. */
const WIDTH = { at: 0, room: 0 };

/** The nodes one edge away from an event, and the operands that are left out. @returns {[any[], number[]]} */
function neighbors(e, row, wide) {
  const n = NODES[e.node],
    operands = [...new Set(given(n))],
    target = e.kind === "Send" ? e.target : operands[0],
    paired = e.kind === "Send" && e.slot < 2 * n.pairs,
    partner = n.pairs
      ? n.parents[paired ? (e.slot + n.pairs) % (2 * n.pairs) : n.pairs]
      : operands.find((p) => p !== target);
  const few = operands.filter((p) => p === target || p === partner || operands.length === 3),
    users = wide ? NODES.filter((m) => m.parents.includes(n.index) && (row < 0 || m.row < 0 || m.row === row)) : [];
  const nodes = [...few.map((p) => NODES[p]), n, ...users.slice(0, few.length ? 1 : 3)];
  return [nodes, operands.filter((p) => !few.includes(p))];
}
