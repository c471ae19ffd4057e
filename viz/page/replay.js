// The recorded pass: what each node shows after any number of events.  Nothing is computed here, only put and taken back.
// Numbers are places in DATA.exact and DATA.text (as Python printed them), -1 where a dash belongs.

const DATA = JSON.parse(document.getElementById("data").textContent);
const DASH = "—";
const text = (/** @type {number} */ place) => place < 0 ? DASH : DATA.text[place];
const precise = (/** @type {number} */ place) => place < 0 ? DASH : String(DATA.exact[place]).replace(/^-/, "−");
const spoken = (/** @type {number} */ place) => place < 0 ? "none yet" : DATA.text[place];
const exact = (/** @type {number} */ place) => place < 0 ? DASH : String(DATA.exact[place]);

const NODES = DATA.nodes.map(([name, path, kind, op, parents, local, pairs, home, row, value], index) =>
  ({ index, name, path, kind, op, parents, local, pairs, home, row, value }));
const EVENTS = DATA.events.map(([kind, phase, node, target, slot, shelf, through, before, after, sent, arrival, expected, answer, sum, slips, sentence], index) =>
  ({ index, kind, phase, node, target, slot, shelf, through, before, after, sent, arrival, expected, answer, sum, slips, sentence }));
const GROUPS = DATA.groups.map(([title, kind, parent], index) => ({ index, title, kind, parent }));

/** What is shown at the current position: a place of a number for each node, and what each edge has sent. */
const SHOWN = {
  position: 0,
  shelves: [NODES.map((n) => n.value), NODES.map(() => -1), NODES.map(() => -1)],  // value, gradient of this pass, .grad
  sent: new Map(),
};

/** @param {number} position stands after so many events */
function jump(position) {
  while (SHOWN.position < position) put(EVENTS[SHOWN.position++], true);
  while (SHOWN.position > position) put(EVENTS[--SHOWN.position], false);
}

function put(event, onwards) {
  if (event.shelf < 3) SHOWN.shelves[event.shelf][event.target] = onwards ? event.after : event.before;
  if (event.slot >= 0) {
    if (onwards) SHOWN.sent.set(event.node + "." + event.slot, event.sent); else SHOWN.sent.delete(event.node + "." + event.slot);
  }
}

/** Whether an event belongs to the example that is looked at (−1: all), or to all of them. */
const concerns = (event, row) => row < 0 || NODES[event.node].row < 0 || NODES[event.node].row === row;

/** The positions at which stepping stops; what other examples do in between is one step. */
function stopsOf(granularity, row) {
  const all = granularity === "edge" ? EVENTS.map((_, i) => i + 1) : DATA.stops[granularity];
  const stops = new Set(all.filter((i) => concerns(EVENTS[i - 1], row)));
  EVENTS.forEach((e, i) => {
    if (i + 1 === EVENTS.length || concerns(e, row) !== concerns(EVENTS[i + 1], row)) stops.add(i + 1);
  });
  return [0, ...[...stops].sort((a, b) => a - b)];
}
