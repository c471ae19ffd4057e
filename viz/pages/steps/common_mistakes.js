import { DATA } from "../shared/numbers.js";
import { COMPUTED, EXPECTED, NODES, ROOT, TOTALS, VALUES, localOf } from "./replay.js";

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
    const before = {
      dot: ["no bias", right - VALUES[n.parents[2 * n.pairs]]],
      unary: ["raw", VALUES[n.parents[0]]],
    }[n.role];
    return /** @type {any} */ ([...(before ? [before] : []), ["sign", -right]]);
  }
  if (e.kind === "Update")
    return [
      ["uphill", e.before + (e.before - e.after)],
      ["no rate", DATA.rate === null ? NaN : e.before - TOTALS[e.node]],
    ];
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
    const by = NODES[n.events.find((other) => other.index >= COMPUTED[ROOT.index] + 2).node];
    if (by.role === "unary") wrong.push(["activation", TOTALS[by.index] * local]);
  }
  const factor =
    n.role === "multiply"
      ? 1 - e.slot
      : n.role === "dot" && e.slot < 2 * n.pairs
        ? (e.slot + n.pairs) % (2 * n.pairs)
        : -1;
  const moved = NODES[n.parents[factor]]?.events.findLast(({ kind }) => kind === "Update");
  if (moved) wrong.push(["updated", upstream * moved.after]);
  return /** @type {any} */ ([...wrong, ["local", local], ["sign", -right]]);
}

/** Whether an answer is right to about the digits that are shown. */
export const near = (answer, right) => answer === right || Math.abs(answer - right) <= 0.005 * Math.abs(right);

/** What is wrong with an answer that is not the right one, in a sentence. @param {any} e @param {number} answer */
export function slip(e, answer) {
  const mistake = mistakesAt(e).find(([, x]) => near(answer, x));
  return `Not yet: ${DATA.mistakes[mistake ? mistake[0] : ""]}.`;
}
