// The recorded pass as a network: which nodes are units, and what an event is about among them.

import { $, clip, narrow, roomIn, say } from "../../shared/dom.js";
import { DATA } from "../../shared/numbers.js";
import { Network } from "../../shared/network.js";
import { visible } from "./graph.js";
import { GROUPS, NODES, ROOT, SHOWN, UPDATED, VALUES, marked, text } from "../replay.js";

/** A name in its place: the head of the column says the layer, and the choice of rows the row. @param {string} name */
export const bare = (name) => name.replace(/⁽[⁰¹²³⁴-⁹]+⁾/, "").replace(/\[\d+\]$/, "");

/** Finds the units among the nodes: a sum of weights × inputs that a module named, and what is computed from it there.
 * A unit keeps its sum `z`, what comes `out` of it, and the nodes of its weights and of its bias.  There are none where a
 * picture of them would be false: where a unit takes what something else has made of units, or is at work twice, or where
 * one that no other takes stands before the last column. @param {number} row */
export function unitsOf(row) {
  const units = new Map(),
    behind = new Set(); // what is computed from a unit
  for (const n of visible(Math.max(0, row))) {
    if (n.parents.some((i) => behind.has(i))) behind.add(n.index);
    if (n.group < 0 || GROUPS[n.group].kind !== "neuron" || !n.parents.length) continue;
    if (n.pairs && units.has(n.group)) return new Map(); // it is at work twice
    if (n.pairs) {
      behind.add(n.index);
      const [weights, from] = [n.parents.slice(0, n.pairs), n.parents.slice(n.pairs, 2 * n.pairs)];
      units.set(n.group, { z: n, out: n, weights, from, bias: n.parents[2 * n.pairs] });
    } else if (units.has(n.group)) units.get(n.group).out = n;
  }
  const made = new Map([...units.values()].map((u) => [u.out.index, u]));
  for (const u of made.values()) u.column = 1 + Math.max(0, ...u.from.map((i) => made.get(i)?.column ?? 0));
  const all = [...made.values()],
    last = Math.max(...all.map((u) => u.column)),
    taken = new Set(all.flatMap((u) => u.from)),
    strange = all.some((u) => u.from.some((i) => behind.has(i) && !made.has(i))),
    early = all.some((u) => u.column < last && !taken.has(u.out.index));
  return strange || early ? new Map() : made;
}

/** A row of the data by its number, with what is given of it where that is short. @param {number} row */
export function rowName(row) {
  const inputs = [...new Set([...unitsOf(row).values()].filter((u) => u.column === 1).flatMap((u) => u.from))];
  return (
    `${row + 1}` + (inputs.length && inputs.length < 4 ? ` (${inputs.map((i) => text(VALUES[i])).join(", ")})` : "")
  );
}

/** The row that tells most: a large slope at the output, and few inputs of 0, whose products say nothing. */
export function tellingRow(rows, totals) {
  let [best, most] = [0, -1];
  for (let row = 0; row < Math.min(rows, 200); row++) {
    const units = [...unitsOf(row).values()],
      given = units.filter((u) => u.column === 1).flatMap((u) => u.from),
      slope = Math.max(
        0,
        ...units
          .filter((u) => !units.some((v) => v.from.includes(u.out.index)))
          .map((u) => Math.abs(totals[u.z.index])),
      );
    const score = (slope * given.filter((i) => VALUES[i] !== 0).length) / Math.max(1, given.length);
    if (score > most) [best, most] = [row, score];
  }
  return best;
}

/** All numbers that a node will show, or those of its value alone. */
const everOf = (node, alone = false) => [
  VALUES[node],
  ...NODES[node].events.filter((e) => !alone || e.channel === 0).map((e) => e.after),
];

export class PassMap {
  constructor(choose) {
    this.network = new Network(
      $("map"),
      (/** @type {any} */ unit) => choose(unit.node),
      (unit) => {
        this.pointed = unit;
        this.network.paint({
          unit: unit?.inputs.some((i) => i.weight !== null) ? unit : null,
          ...(unit ? {} : this.chosen),
        });
      },
    );
    this.columns = [];
    this.pointed = null;
    this.chosen = { unit: null };
    this.row = -1;
  }

  /** Draws the network of a row, of all rows the one that was drawn before; or nothing where there is none. @param {number} row */
  draw(row) {
    if (DATA.rows > 1) this.row = row < 0 ? Math.max(0, this.row) : row;
    const made = unitsOf(this.row),
      card = $("map-card");
    card.hidden = made.size === 0;
    this.columns = [];
    if (!made.size) return;
    const last = Math.max(...[...made.values()].map((u) => u.column)),
      of = new Map();
    const unit = (node, sum, more = {}) => {
      const u = /** @type {any} */ ({
        node,
        sum,
        name: clip(bare(node.name), 8),
        told: node.path || node.name,
        value: null,
        inputs: [],
        ...more,
      });
      u.gradient = node.kind === "constant" ? undefined : null;
      u.ever = everOf(node.index);
      if (node.mark === "dead") u.off = false;
      of.set(node.index, u);
      return u;
    };
    const given = [...new Set([...made.values()].flatMap((u) => u.from.filter((i) => !made.has(i))))];
    this.columns.push({ head: "inputs", short: "in", units: given.map((i) => unit(NODES[i], i)) });
    for (let c = 1; c <= last; c++) {
      const mine = [...made.values()].filter((u) => u.column === c),
        head = c === last ? "output" : last === 2 ? "hidden" : `hidden ${c}`;
      const units = mine.map((u) => unit(u.out, u.z.index, { weights: u.weights, bias: u.bias }));
      this.columns.push({ head, short: c === last ? "out" : `h${c}`, units });
    }
    for (const u of made.values())
      of.get(u.out.index).inputs = u.from.map((i, k) => ({
        unit: of.get(i),
        weight: VALUES[u.weights[k]],
        ever: everOf(u.weights[k], true),
        node: u.weights[k],
      }));
    if (!made.has(ROOT.index)) {
      const inputs = this.columns[last].units.map((u) => ({ unit: u, weight: null }));
      this.columns.push({ head: "loss", short: "loss", close: true, units: [unit(ROOT, ROOT.index, { inputs })] });
    }
    this.network.layOut(this.columns, roomIn(card), narrow() ? 0 : 190);
  }

  /** Shows the numbers of this moment, and what the last event is about, in the row that it is about. @param {any} e */
  paint(e) {
    if (!this.columns.length) return;
    const row = e ? Math.max(NODES[e.node].row, NODES[e.target].row) : -1;
    if (row >= 0 && row !== this.row) this.draw(row);
    const [values, gradients] = SHOWN.channels,
      stale = SHOWN.position >= UPDATED;
    this.chosen = { unit: null };
    for (const u of this.columns.flatMap((c) => c.units)) {
      const { node, sum, weights = [], bias } = u;
      u.value = values[node.index];
      if (u.gradient !== undefined) u.gradient = gradients[node.index];
      if (u.off !== undefined) u.off = marked(node);
      u.stale = stale && node.parents.length > 0;
      for (const input of u.inputs) if (input.weight !== null) input.weight = values[input.node] ?? NaN;
      const own = [node.index, sum],
        acts = e && (own.includes(e.node) || weights.includes(e.target) || bias === e.target);
      u.mark = acts || (e?.kind === "Send" && own.includes(e.target)) ? e.phase : "";
      if (!acts || !weights.length) continue;
      const sent = e.kind === "Send" && e.node === sum && e.slot < 2 * weights.length;
      this.chosen = { unit: u, input: sent ? e.slot % weights.length : weights.indexOf(e.target) };
    }
    this.network.paint(this.pointed ? { unit: this.pointed } : this.chosen);
    say(
      $("map-head"),
      `The network${this.row < 0 ? "" : ` at row ${rowName(this.row)}`}${stale ? "; what is slanted is from before the update" : ""}`,
    );
  }
}
