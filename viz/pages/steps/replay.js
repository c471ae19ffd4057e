// The recorded pass: what each node shows after any number of events.  Numbers were all recorded; they are only put and taken back.
// An event's sentence is filled in from the forms that Python's own sentences have, when it is asked for.

import { DATA, bracketed, doubles, fully, shortly } from "../shared/numbers.js";

/** @typedef {{index: number, name: string, path: string, group: number, row: number, kind: string, op: string, role: string, parents: number[],
 *   pairs: number, phrases: string | string[], forms: string[], value: number, mark: string, first: number, locals: number,
 *   events: Event[]}} Spot `events` are those that change its numbers, in order
 * @typedef {{index: number, kind: string, phase: string, form: string, node: number, target: number, slot: number, channel: number,
 *   before: number | null, after: number, sent: number, arrival: number, expected: number}} Event what happens at `node`
 * changes a number of `target`: its value (channel 0), its gradient of this pass (1), its .grad (2), or a subtotal that is not
 * shown (3); before may be a dash, null */

/** @type {Float64Array} */
const LOCALS = doubles(DATA.locals);
export const VALUES = doubles(DATA.values);
/** @type {Spot[]} */
export const NODES = [];
let edges = 0,
  locals = 0;
for (const [name, where, group, row, kind, parents = [], phrases = ""] of DATA.nodes) {
  const [op, role, ...forms] = kind < 0 ? ["", ""] : DATA.operations[kind],
    index = NODES.length,
    weighted = role === "dot";
  const path = typeof where === "number" ? NODES[where].path : where; // as of the same part at work on another example
  NODES.push({
    index,
    name,
    path,
    group,
    row,
    kind: kind === -2 ? "constant" : kind < 0 ? "leaf" : "inner",
    op,
    role,
    parents,
    phrases,
    forms,
    pairs: weighted ? parents.length >> 1 : 0,
    value: VALUES[index],
    mark: DATA.marks[index] || "",
    first: edges,
    locals: weighted ? -1 : locals,
    events: [],
  });
  edges += parents.length;
  if (!weighted) locals += parents.length;
}
export const ROOT = NODES[NODES.length - 1];
export const GROUPS = DATA.groups.map(([title, kind, parent], index) => ({ index, title, kind, parent }));

/** @type {Event[]} */
export const EVENTS = [];
export const EXPECTED = new Int32Array(NODES.length);
export const TOTALS = new Float64Array(NODES.length);
export const COMPUTED = new Int32Array(NODES.length).fill(-1); // by which event a node was computed
export const CARRIED = new Int32Array(edges).fill(-1); // by which an edge carried

{
  // what Python does not repeat
  const after = doubles(DATA.after),
    sent = doubles(DATA.sent),
    subtotals = new Map(DATA.subtotals), // the events that are about a subtotal, with what it came through
    latest = [Array.from(VALUES), [], [], {}];
  let sends = 0,
    later = 0;
  DATA.actors.forEach((node, index) => {
    const [kind, phase, form] = DATA.forms[DATA.events.charCodeAt(index) - 97],
      n = NODES[node],
      alone = !form.includes("{after}"),
      part = kind === "Send" && subtotals.has(index),
      channel = part ? 3 : ({ Compute: 0, Update: 0, Accumulate: 2 }[kind] ?? 1),
      e = {
        index,
        kind,
        phase,
        form,
        node,
        target: node,
        slot: -1,
        channel,
        before: null,
        after: 0,
        sent: 0,
        arrival: 0,
        expected: 0,
      };
    if (kind === "Compute") e.after = n.value;
    else if (kind === "Accumulate") e.after = e.sent = TOTALS[node];
    else if (!alone) e.after = after[later++];
    if (kind === "Send") {
      e.slot = DATA.slots[sends];
      e.sent = sent[sends++];
      if (alone) e.after = e.sent;
      e.target = n.parents[e.slot];
      e.arrival = ++EXPECTED[e.target];
      CARRIED[n.first + e.slot] = index;
    } else if (kind === "Compute") COMPUTED[node] = index;
    const subtotal = `${e.target} ${subtotals.get(index)}`,
      place = part ? subtotal : e.target;
    if (kind === "Collect") e.sent = latest[3][subtotal];
    if (kind !== "Compute") e.before = latest[channel][place] ?? null;
    latest[channel][place] = e.after;
    if (channel === 1) TOTALS[e.target] = e.after;
    NODES[e.target].events.push(e);
    EVENTS.push(e);
  });
  for (const e of EVENTS) e.expected = EXPECTED[e.target];
}
export const COUNT = EVENTS.length;

/** The local derivative of a node with respect to one of its operands. @param {Spot} n @param {number} slot @returns {number} */
export function localOf(n, slot) {
  if (n.locals >= 0) return LOCALS[n.locals + slot];
  return slot < 2 * n.pairs ? VALUES[n.parents[(slot + n.pairs) % (2 * n.pairs)]] : 1;
}

/** The same in words, as its rule states it. @param {Spot} n @param {number} slot @returns {string} */
export function phraseOf(n, slot) {
  if (n.locals >= 0) return typeof n.phrases === "string" ? n.phrases : n.phrases[slot];
  const name = slot < 2 * n.pairs ? NODES[n.parents[(slot + n.pairs) % (2 * n.pairs)]].name : "1";
  return bracketed(name);
}

/** @param {number} i a node */
export const gradientOf = (i) => `∂${ROOT.name}/∂${NODES[i].name}`;

/** How a node is computed: in symbols, in figures where these differ, and the result. @param {Spot} n */
function computation(n) {
  const names = n.parents.map((p) => NODES[p].name),
    figures = n.parents.map((p) => text(VALUES[p]));
  const filled = (/** @type {string} */ form, /** @type {string[]} */ texts) =>
    form.replace(/\{(\d+)\}|\[(\d+)\]/g, (_, k, inBrackets) => (k ? texts[k] : bracketed(texts[inBrackets])));
  return [...new Set([n.name, filled(n.forms[0], names), filled(n.forms.at(-1), figures), text(n.value)])].join(" = ");
}

/** @type {Record<string, (e: any) => string>} */
const WORDS = {
  formula: (e) => computation(NODES[e.node]),
  name: (e) => NODES[e.target].name,
  to: (e) => gradientOf(e.target),
  at: (e) => gradientOf(e.node),
  by: (e) => phraseOf(NODES[e.node], e.slot),
  upstream: (e) => text(TOTALS[e.node]),
  local: (e) => text(localOf(NODES[e.node], e.slot)),
  sent: (e) => text(e.sent),
  added: (e) => bracketed(text(e.sent)),
  before: (e) => text(e.before),
  after: (e) => text(e.after),
  moved: (e) => text(e.after - e.before),
  gradient: (e) => text(TOTALS[e.node]),
  rate: () => text(DATA.rate),
  arrival: (e) => String(e.arrival),
  expected: (e) => String(e.expected),
};

/** An event in one sentence of symbols and numbers. @param {Event} e */
export const sentence = (e) => e.form.replace(/\{(\w+)\}/g, (_, word) => WORDS[word](e));

export const DASH = "—";
export const text = (/** @type {number | null} */ x) => (x === null ? DASH : shortly(x));
export const precise = (/** @type {number | null} */ x) => (x === null ? DASH : fully(x));
export const spoken = (/** @type {number | null} */ x) => (x === null ? "none yet" : shortly(x));

/** What is shown at the current position: for each node its value, its gradient of this pass, its .grad; null where a dash belongs. */
export const SHOWN = {
  position: 0,
  /** @type {(number | null)[][]} */
  channels: [NODES.map((n) => (n.kind === "inner" ? null : n.value)), NODES.map(() => null), NODES.map(() => null)],
};

/** @param {number} position stands after so many events */
export function jump(position) {
  const put = ({ channel, target }, x) => {
    if (channel < 3) SHOWN.channels[channel][target] = x;
  };
  for (; SHOWN.position < position; SHOWN.position++) put(EVENTS[SHOWN.position], EVENTS[SHOWN.position].after);
  for (; SHOWN.position > position; SHOWN.position--)
    put(EVENTS[SHOWN.position - 1], EVENTS[SHOWN.position - 1].before);
}

/** Whether an event belongs to the example that is looked at (−1: all), or to all of them. @param {Event} e @param {number} row */
export const concerns = (e, row) => row < 0 || NODES[e.node].row < 0 || NODES[e.node].row === row;

/** The positions at which stepping stops; what other examples do in between is one step. @param {string} granularity @param {number} row */
export function stopsOf(granularity, row) {
  const level = ["edge", "node", "neuron", "layer", "phase"].indexOf(granularity),
    stops = [0];
  for (let i = 1; i <= COUNT; i++) {
    const mine = concerns(EVENTS[i - 1], row);
    if (i === COUNT || (mine && +DATA.ends[i - 1] >= level) || mine !== concerns(EVENTS[i], row)) stops.push(i);
  }
  return stops;
}

/** Whether what a node is marked with has come to light. @param {Spot} n */
export const marked = (n) =>
  n.mark.startsWith("gradient")
    ? Object.is(SHOWN.channels[1][n.index], TOTALS[n.index])
    : SHOWN.position > COMPUTED[n.index];

/** How many events there are before a parameter has moved. */
export const UPDATED = EVENTS.findIndex((e) => e.kind === "Update") + 1 || Infinity;
/** What every node would be after the update, where Python could tell. */
export const LATER = DATA.later ? doubles(DATA.later) : null;
