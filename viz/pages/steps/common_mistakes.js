import { DATA } from "../shared/numbers.js";
import {
  ACTORS,
  AFTER,
  COMPUTED,
  COUNT,
  EXPECTED,
  FORMS,
  FORM_OF,
  NODES,
  ROOT,
  TARGETS,
  TOTALS,
  VALUES,
  localOf,
} from "./replay.js";

/** Whether the question is what all contributions add up to. @param {any} e */
export const asksSum = (e) => e.kind === "Send" && e.channel === 1 && e.arrival === e.expected && e.expected > 1;

/** The number to predict at an event, or null. @param {any} e */
export const answerTo = (e) =>
  e.kind === "Compute" || e.kind === "Update" || asksSum(e) ? e.after : e.kind === "Send" ? e.sent : null;

/** The mistakes that lead to another number than the right one, by name, with that number. @param {any} e @returns {[string, number][]} */
export function mistakesAt(e) {
  const right = answerTo(e),
    seen = [right];
  return candidates(e, right).filter(([, x]) => {
    const other = Number.isFinite(x) && !seen.some((y) => Math.abs(x - y) <= 0.01 * Math.max(Math.abs(x), Math.abs(y)));
    if (other) seen.push(x);
    return other;
  });
}

/** @param {any} e @param {number} right @returns {[string, number][]} */
function candidates(e, right) {
  const n = NODES[e.node];
  if (e.kind === "Compute") {
    const before =
      n.role === "dot"
        ? ["no bias", right - VALUES[n.parents[2 * n.pairs]]]
        : n.role === "unary"
          ? ["raw", VALUES[n.parents[0]]]
          : null;
    return /** @type {any} */ ([...(before ? [before] : []), ["sign", -right]]);
  }
  if (e.kind === "Update")
    return /** @type {any} */ ([
      ["uphill", e.before + (e.before - e.after)],
      ...(DATA.rate === null ? [] : [["no rate", e.before - TOTALS[e.node]]]),
    ]);
  if (asksSum(e))
    return [
      ["overwritten", e.sent],
      ["before", e.before],
      ["sign", -right],
    ];
  const upstream = TOTALS[e.node],
    local = localOf(n, e.slot),
    variables = n.parents.filter((p) => NODES[p].kind !== "constant");
  const wrong = [[n.role === "unary" && variables.length === 1 ? "activation" : "upstream", upstream]];
  if (EXPECTED[e.node] === 1) {
    // through an activation?
    const above = TARGETS.indexOf(e.node, COMPUTED[ROOT.index] + 2),
      by = NODES[ACTORS[above]];
    if (by.role === "unary") wrong.push(["activation", TOTALS[by.index] * local]);
  }
  const factor =
    n.role === "multiply"
      ? 1 - e.slot
      : n.role === "dot" && e.slot < 2 * n.pairs
        ? (e.slot + n.pairs) % (2 * n.pairs)
        : -1;
  const moved = factor < 0 ? -1 : updateOf(n.parents[factor]);
  if (moved >= 0) wrong.push(["updated", upstream * AFTER[moved]]);
  return /** @type {any} */ ([...wrong, ["local", local], ["sign", -right]]);
}

/** The event that moves a parameter, or −1. @param {number} node */
function updateOf(node) {
  for (let i = COUNT - 1; i >= 0 && FORMS[FORM_OF[i]].kind === "Update"; i--) if (ACTORS[i] === node) return i;
  return -1;
}

/** Whether an answer is right to about the digits that are shown. */
export const near = (answer, right) => answer === right || Math.abs(answer - right) <= 0.005 * Math.abs(right);

/** What is wrong with an answer that is not the right one, in a sentence. @param {any} e @param {number} answer */
export function slip(e, answer) {
  const mistake = mistakesAt(e).find(([, x]) => near(answer, x));
  return `Not yet: ${DATA.mistakes[mistake ? mistake[0] : ""]}.`;
}
