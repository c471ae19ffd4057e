// A step in one sentence of symbols and numbers, and in plain words.

import { $, make, say } from "../../shared/dom.js";
import { DATA, bracketed } from "../../shared/numbers.js";
import { asksSum } from "../common_mistakes.js";
import { GROUPS, NODES, ROOT, TOTALS, VALUES, gradientOf, localOf, sentence, text } from "../replay.js";
import { outcome } from "./ending.js";

const MOST_TOLD = 8; // sentences of one step that are written out

/** Writes an equation: parted before each =, so that it breaks there, with its last number marked. */
function write(words, mark = true) {
  const parts = words.split(" = "),
    last = mark && parts.length > 1 ? parts.pop().match(/^(\S+)([\s\S]*)$/) : null;
  const tokens = (/** @type {string} */ part) =>
    part
      .split(" ")
      .flatMap((word, k) => [k ? " " : "", word.length < 24 ? make("span", { class: "token" }, word) : word]);
  const spans = parts.map((part, k) => make("span", {}, ...tokens(k ? `= ${part}` : part)));
  if (last) spans.push(make("span", {}, "= ", make("mark", {}, last[1]), last[2]));
  $("equation").className = words.length > 110 ? "long" : "";
  $("equation").replaceChildren(...spans.flatMap((span, k) => (k ? [" ", span] : [span])));
}

/** Says what a step does.
 * @param {any[]} step its events, of a very long one the last @param {number} count how many there are
 * @param {{ended: boolean, elsewhere: boolean, asked: boolean, right: boolean, granularity: string}} state */
export function tell(step, count, { ended, elsewhere, asked, right, granularity }) {
  const last = step.at(-1),
    events = `${count} event${count === 1 ? "" : "s"}`;
  if (ended) {
    const { said, plain } = outcome();
    $("equation").replaceChildren(said[0] + " ", make("mark", {}, said[1]));
    say($("plain"), plain);
  } else if (!last) {
    write("Inputs, weights and targets are given");
    say(
      $("plain"),
      "Press → to take a step and ← to take it back; you can't break anything. The first computes forward.",
    );
  } else if (elsewhere) {
    write("Meanwhile, the other rows");
    say($("plain"), `${events} that do not concern this row: choose “all together” to see them.`);
  } else if (step.length > 1) {
    write(`${lead(step, granularity)}: ${events}`, false);
    say($("plain"), MEANINGS[last.phase]);
    say($("product-head"), "What happened in this step");
    const told = step.length > MOST_TOLD ? step.slice(0, MOST_TOLD - 1) : step,
      lines = told.map((e) => make("li", {}, sentence(e)));
    if (count > told.length) lines.push(make("li", {}, `… and ${count - told.length} more: show all sentences.`));
    $("told").replaceChildren(...lines);
  } else {
    const [clause] = sentence(last).split("; ");
    write(asked ? question(last, clause) : clause);
    if (asked) $("plain").replaceChildren(make("strong", {}, "What comes out? "), "Type it below, or show it.");
    else $("plain").replaceChildren(right ? make("strong", {}, "Right. ") : "", plainly(last));
  }
}

/** The sentence of an event with its answer hidden. */
function question(e, clause) {
  const sum = `${gradientOf(e.target)} = ${text(e.before)} + ${bracketed(text(e.sent))}`;
  return `${asksSum(e) ? sum : clause.split(" = ").slice(0, -1).join(" = ")} = ?`;
}

const MEANINGS = {
  forward: `Forward, numbers flow from what is given to ${ROOT.name}, the result.`,
  backward: `∂${ROOT.name}/∂w is a slope: if w grows by a tiny bit, ${ROOT.name} grows by that slope times the bit. The chain rule multiplies slopes along a path back, and adds up the paths.`,
  update: `${DATA.rate === null ? "" : "η is the learning rate: how far to go. "}Each weight moves against its gradient, so that ${ROOT.name} becomes smaller.`,
};

/** An event in plain words. */
function plainly(e) {
  const n = NODES[e.node],
    name = n.name, // with its layer: the same name stands in others
    to = NODES[e.target].name,
    L = ROOT.name;
  if (e.kind === "Seed") return `The backward pass begins here: if ${L} grows by a bit, ${L} grows by just that bit.`;
  if (e.kind === "Collect") return `What came by a list of numbers that several nodes share is added as one.`;
  if (e.kind === "Accumulate") return `The gradient is kept in ${to}.grad, where the optimizer finds it.`;
  if (e.kind === "Update") {
    const by = e.after - e.before;
    return by === 0
      ? `Its slope is 0: it stays.`
      : `It goes ${by > 0 ? "up" : "down"}, against its slope, so that ${L} becomes smaller. ${DATA.rate === null ? "" : "η is how far to go."}`;
  }
  if (e.kind === "Compute") {
    if (!n.pairs)
      return n.mark && n.mark.length < 10
        ? `Here its slope is 0: no gradient will pass.`
        : n === ROOT
          ? `This is ${L}, the result. All that follows asks: how does it change?`
          : entropy(n) || "One operation: a number from those that it is given.";
    const silent = n.parents.slice(n.pairs, 2 * n.pairs).filter((p) => VALUES[p] === 0);
    const names = silent.map((p) => NODES[p].name);
    const rest =
      names.length && names.length < n.pairs
        ? ` ${names.join(" and ")} ${names.length > 1 ? "are" : "is"} 0, so ${names.length > 1 ? "their weights have" : "its weight has"} no say here.`
        : "";
    return `Each input is multiplied by its weight, and the products are added up.${rest}`;
  }
  const way = (/** @type {number} */ slope) =>
      `${slope > 0 ? "would grow" : slope < 0 ? "would shrink" : slope === 0 ? "would not change" : "is lost"} (slope ${text(slope)})`,
    above = n === ROOT ? "" : `If ${name} grew, ${L} ${way(TOTALS[e.node])}. `,
    last =
      e.expected > 1 && e.arrival === e.expected
        ? ` That was the last part: all ${e.expected} add up to ${text(e.after)}.`
        : "";
  return `${above}If ${to} grew, ${name} ${way(localOf(n, e.slot))}.${last}`;
}

/** What y is, where softplus(z) − y · z begins. @param {any} n */
function entropy(n) {
  if (n.op !== "softplus") return "";
  for (const { op, parents } of NODES) {
    const [y, z] = op === "−" && parents[0] === n.index ? NODES[parents[1]].parents : [],
      of = NODES[parents[1]]?.op;
    if (of === "×" && z === n.parents[0])
      return `The cross-entropy begins: softplus(z) − target × z. The target here is ${text(VALUES[y])}.`;
  }
  return "";
}

/** What a step of many events is. */
function lead(step, granularity) {
  const last = step.at(-1),
    phase = last.phase[0].toUpperCase() + last.phase.slice(1);
  if (step[0].kind === "Accumulate") return "The gradients are kept";
  if (granularity === "phase") return phase + " pass, the whole of it";
  let group = NODES[last.node].group;
  if (granularity === "layer") while (group >= 0 && GROUPS[group].parent >= 0) group = GROUPS[group].parent;
  return `${phase}, ${granularity === "node" || group < 0 ? NODES[last.node].name : GROUPS[group].title}`;
}
