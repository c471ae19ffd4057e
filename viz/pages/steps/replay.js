// The recorded pass: what each node shows after any number of events.  Numbers were all recorded; they are only put and taken back.
// An event is known by its place.  Its sentence is filled in from the forms that Python's own sentences have, when it is asked for.

import { DATA, bracketed, doubles, fully, shortly } from "../shared/numbers.js";

/** @typedef {{index: number, name: string, path: string, group: number, row: number, kind: string, op: string, role: string, parents: number[],
 *   pairs: number, phrases: string | string[], forms: string[], value: number, mark: string, first: number, locals: number}} Spot */

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
  });
  edges += parents.length;
  if (!weighted) locals += parents.length;
}
export const ROOT = NODES[NODES.length - 1];
export const GROUPS = DATA.groups.map(([title, kind, parent], index) => ({ index, title, kind, parent }));

// Columns, an entry for each event.
export const COUNT = DATA.events.length;
/** @type {{kind: string, phase: string, form: string, channel: number}[]} */
export const FORMS = DATA.forms.map(([kind, phase, form]) => ({
  kind,
  phase,
  form,
  channel: { Compute: 0, Update: 0, Accumulate: 2 }[kind] ?? 1,
}));
export const FORM_OF = Uint8Array.from({ length: COUNT }, (_, i) => DATA.events.charCodeAt(i) - 97);
export const ACTORS = Int32Array.from(DATA.actors);
export const TARGETS = new Int32Array(COUNT);
export const SLOTS = new Int32Array(COUNT).fill(-1);
const ARRIVALS = new Int32Array(COUNT);
export const BEFORE = new Float64Array(COUNT);
export const AFTER = new Float64Array(COUNT);
export const SENT = new Float64Array(COUNT);
const SUBTOTALS = new Map(DATA.subtotals); // the events that are about a subtotal, with what it came through
const NEW = new Uint8Array(COUNT); // events before which a dash is shown
export const EXPECTED = new Int32Array(NODES.length);
export const TOTALS = new Float64Array(NODES.length);
export const COMPUTED = new Int32Array(NODES.length).fill(-1); // by which event a node was computed
export const CARRIED = new Int32Array(edges).fill(-1); // by which an edge carried

{
  // what Python does not repeat
  const after = doubles(DATA.after),
    sent = doubles(DATA.sent),
    latest = [Array.from(VALUES), [], []],
    subtotals = new Map();
  let sends = 0,
    later = 0;
  for (let i = 0; i < COUNT; i++) {
    const { kind, channel, form } = FORMS[FORM_OF[i]],
      n = NODES[ACTORS[i]],
      alone = !form.includes("{after}");
    let target = n.index,
      x = kind === "Compute" ? n.value : kind === "Accumulate" ? TOTALS[target] : alone ? 0 : after[later++];
    if (kind === "Send") {
      SLOTS[i] = DATA.slots[sends];
      SENT[i] = sent[sends++];
      if (alone) x += SENT[i];
      target = n.parents[SLOTS[i]];
      ARRIVALS[i] = ++EXPECTED[target];
      CARRIED[n.first + SLOTS[i]] = i;
    } else if (kind === "Compute") COMPUTED[target] = i;
    const subtotal = SUBTOTALS.has(i) && target + " " + SUBTOTALS.get(i);
    const known =
      kind === "Compute" ? undefined : kind === "Send" && subtotal ? subtotals.get(subtotal) : latest[channel][target];
    TARGETS[i] = target;
    AFTER[i] = x;
    BEFORE[i] = known ?? 0;
    NEW[i] = +(known === undefined);
    if (kind === "Collect") SENT[i] = subtotals.get(subtotal);
    if (kind === "Accumulate") SENT[i] = TOTALS[target];
    if (kind === "Send" && subtotal) subtotals.set(subtotal, x);
    else latest[channel][target] = x;
    if (channel === 1 && !(kind === "Send" && subtotal)) TOTALS[target] = x;
  }
}

/** Where an event changes a number: value, gradient of this pass, .grad, or a subtotal that is not shown. @param {number} i */
export const channelOf = (i) => (SLOTS[i] >= 0 && SUBTOTALS.has(i) ? 3 : FORMS[FORM_OF[i]].channel);

/** An event with its numbers; null is a dash. @param {number} i @returns {any} */
export const eventAt = (i) => ({
  index: i,
  kind: FORMS[FORM_OF[i]].kind,
  phase: FORMS[FORM_OF[i]].phase,
  node: ACTORS[i],
  target: TARGETS[i],
  slot: SLOTS[i],
  channel: channelOf(i),
  before: NEW[i] ? null : BEFORE[i],
  after: AFTER[i],
  sent: SENT[i],
  arrival: ARRIVALS[i],
  expected: EXPECTED[TARGETS[i]],
});

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

/** An event in one sentence of symbols and numbers. @param {number} i */
export function sentence(i) {
  const e = eventAt(i);
  return FORMS[FORM_OF[i]].form.replace(/\{(\w+)\}/g, (_, word) => WORDS[word](e));
}

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
  while (SHOWN.position < position) put(SHOWN.position++, true);
  while (SHOWN.position > position) put(--SHOWN.position, false);
}

/** @param {number} i @param {boolean} onwards */
function put(i, onwards) {
  const channel = channelOf(i);
  if (channel < 3) SHOWN.channels[channel][TARGETS[i]] = onwards ? AFTER[i] : NEW[i] ? null : BEFORE[i];
}

/** Whether an event belongs to the example that is looked at (−1: all), or to all of them. @param {number} i @param {number} row */
export const concerns = (i, row) => row < 0 || NODES[ACTORS[i]].row < 0 || NODES[ACTORS[i]].row === row;

/** The positions at which stepping stops; what other examples do in between is one step. @param {string} granularity @param {number} row */
export function stopsOf(granularity, row) {
  const level = ["edge", "node", "neuron", "layer", "phase"].indexOf(granularity),
    stops = [0];
  for (let i = 1; i <= COUNT; i++) {
    const mine = concerns(i - 1, row);
    if (i === COUNT || (mine && +DATA.ends[i - 1] >= level) || mine !== concerns(i, row)) stops.push(i);
  }
  return stops;
}

/** The events that change a node's numbers, in order. @param {number} node @returns {number[]} */
export function eventsOf(node) {
  const found = [];
  for (let i = TARGETS.indexOf(node); i >= 0; i = TARGETS.indexOf(node, i + 1)) found.push(i);
  return found;
}

/** Whether what a node is marked with has come to light. @param {Spot} n */
export const marked = (n) =>
  n.mark.startsWith("gradient")
    ? Object.is(SHOWN.channels[1][n.index], TOTALS[n.index])
    : SHOWN.position > COMPUTED[n.index];

/** How many events there are before a parameter has moved. */
export const UPDATED = FORM_OF.findIndex((k) => FORMS[k].kind === "Update") + 1 || Infinity;
/** What every node would be after the update, where Python could tell. */
export const LATER = DATA.later ? doubles(DATA.later) : null;
