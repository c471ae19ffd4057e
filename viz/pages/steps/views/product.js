// The numbers of one step: the product in boxes, each with its shape, and the parts that add up, as bars that begin where the
// last one ended.

import { $, make, ruler, say, set } from "../../shared/dom.js";
import { DATA, WRITTEN, between, bracketed, fewer, fully, shortly } from "../../shared/numbers.js";
import { asksSum } from "../common_mistakes.js";
import { bare, rowName } from "./map.js";
import { DASH, NODES, TOTALS, VALUES, gradientOf, localOf, phraseOf, precise, text } from "../replay.js";

const MANY = 8; // parts that are shown one by one

/** @typedef {{kind: string, title: string, number: number | null, note?: string} | string} Box a box, or the sign between two */

/** The boxes of an event, the result last; `sum` asks for what all parts add up to. @param {any} e @returns {Box[]} */
function boxesOf(e, sum = false) {
  const n = NODES[e.node],
    name = n.name,
    box = (kind, title, number, note = "") => ({ kind, title, number, note }),
    to = gradientOf(e.target);
  if (sum)
    return [
      box("gradient", "so far", e.before),
      "+",
      box("sent", "◁ the last part", e.sent),
      "=",
      box("gradient", "◄ the sum", e.after, to),
    ];
  if (e.kind === "Send") {
    const last =
      e.expected > 1
        ? box("sent", "◁ sent on", e.sent, `part ${e.arrival} of ${e.expected}`)
        : box("sent", "◄ gradient", e.sent, to);
    return [
      box("gradient", "◄ upstream", TOTALS[e.node], gradientOf(e.node)),
      box("local", "× local slope", localOf(n, e.slot), phraseOf(n, e.slot)),
      "=",
      last,
    ];
  }
  if (e.kind === "Seed") return [box("gradient", "◄ gradient", e.after, to)];
  if (e.kind === "Collect")
    return [
      box("gradient", "so far", e.before ?? 0),
      "+",
      box("sent", "◁ subtotal", e.sent),
      "=",
      box("gradient", "◄ sum", e.after, to),
    ];
  if (e.kind === "Accumulate") {
    const kept = box("gradient", "◄ kept", e.after, `${name}.grad`);
    return e.before === null
      ? [kept]
      : [box("", "kept before", e.before), "+", box("gradient", "◄ gradient", e.sent), "=", kept];
  }
  if (e.kind === "Update") {
    const slope = TOTALS[e.node],
      steps = e.form.includes("{rate}");
    const by = box(
      "local",
      steps ? "η × ◄ gradient" : "a step",
      e.before - e.after,
      steps ? `${text(DATA.rate)} × ${bracketed(text(slope))}` : "",
    );
    return [box("value", "now", e.before, name), "−", by, "=", box("next", "◆ next", e.after, name)];
  }
  const result = box("result", "► result", e.after, name);
  if (n.pairs) {
    const bias = VALUES[n.parents[2 * n.pairs]];
    return [
      box("value", "► products", e.after - bias, "added up"),
      "+",
      box("value", "bias", bias, NODES[n.parents[2 * n.pairs]].name),
      "=",
      result,
    ];
  }
  const operands = n.parents.length <= 3 ? n.parents : n.parents.slice(0, 2);
  const more = n.parents.length > operands.length ? [`${n.op} …`] : [];
  const among = operands.flatMap((p, k) => [...(k ? [n.op] : []), box("value", "►", VALUES[p], NODES[p].name)]);
  return [...(operands.length === 1 ? [n.op] : []), ...among, ...more, "=", result];
}

/** What a step is, in a few words. */
function heading(e, sum) {
  if (sum || e.kind === "Collect") return "This step: a sum";
  if (e.kind === "Send") return "This step: one multiplication";
  if (e.kind === "Update") return "This step: against the gradient";
  return e.kind === "Compute" && NODES[e.node].pairs ? `This step: what ${NODES[e.node].name} adds up` : "This step";
}

/** Shows an event in boxes; where it is asked for, the result is the box to type into.  All have the same digits, as many
 * as there is room for. @param {any} e */
export function showProduct(e, asked = false) {
  const sum = asked && asksSum(e),
    boxes = boxesOf(e, sum);
  say($("product-head"), heading(e, sum));
  const numbers = [];
  const drawn = boxes.map((b, k) => {
    if (typeof b === "string") return make("b", {}, b);
    const ask = asked && k === boxes.length - 1,
      place = make("span", { class: "number" });
    if (ask)
      place.append(
        make("input", { id: "guess", inputmode: "decimal", "aria-label": "your prediction", placeholder: "?" }),
      );
    else if (b.number === null) say(place, DASH);
    else numbers.push([place, b.number]);
    return make(
      "div",
      { class: b.kind, title: ask ? "" : precise(b.number) },
      make("small", {}, b.title),
      place,
      ask ? "yours" : b.note,
    );
  });
  $("product").replaceChildren(...drawn);
  const rule = ruler(parseFloat(getComputedStyle($("product")).fontSize), 400),
    small = ruler(14, 400),
    [from, sign, third] = /** @type {any[]} */ (boxes),
    end = /** @type {any} */ (boxes.at(-1)),
    moves = (sign === "+" || sign === "−") && !Object.is(from.number, end.number),
    tells = (/** @type {(x: number) => string} */ f) => !moves || f(from.number) !== f(end.number);
  set($("product"), "class", "product");
  const rooms = numbers.map(([place]) => place.clientWidth),
    broken = e.kind === "Update" && third.note.split(" ").some((/** @type {string} */ word) => small(word) > rooms[1]),
    short = WRITTEN.find((f) => tells(f) && numbers.every(([, x], k) => rule(f(x)) <= rooms[k])),
    tall = broken || (moves && !short),
    form = tall ? LONG.find(tells) : (short ?? WRITTEN.at(-1));
  if (tall) set($("product"), "class", "product tall");
  for (const [place, x] of numbers) say(place, form(x));
}

const LONG = [shortly, (x) => shortest(x, 7), (x) => shortest(x, 10), fully];
const shortest = (/** @type {number} */ x, /** @type {number} */ digits) => fully(+x.toPrecision(digits));

// ------------------------------------------------------------------------------------------------ what adds up
/** The parts that add up at an event, or none: {label, number, state}. @param {any} e */
function partsOf(e, asked) {
  const n = NODES[e.node];
  if (e.kind === "Compute" && n.pairs) {
    const parts = Array.from({ length: n.pairs }, (_, k) => {
      const [w, x] = [VALUES[n.parents[k]], VALUES[n.parents[n.pairs + k]]],
        name = bare(NODES[n.parents[k]].name);
      return { label: `${name}: ${fewer(w, 3)} × ${bracketed(fewer(x, 3))}`, number: w * x, state: "done" };
    });
    const bias = NODES[n.parents[2 * n.pairs]];
    if (bias.kind !== "constant" || bias.value)
      parts.push({ label: bare(bias.name), number: bias.value, state: "done" });
    return {
      head: "weight × input, one line each",
      parts,
      total: asked ? null : e.after,
      last: bare(n.name),
      glyph: "►",
      forward: true,
    };
  }
  if (e.kind !== "Send" || e.expected < 2 || e.channel !== 1) return null;
  const { events } = NODES[e.target];
  if (events.some(({ kind, channel }) => kind === "Collect" || channel === 3)) return null; // subtotals have their own sums
  const all = events.filter(({ kind }) => kind === "Send"),
    rows = new Set(all.map(({ node }) => NODES[node].row)),
    apart = rows.size === all.length && !rows.has(-1);
  const parts = all.map(({ node, index, sent }) => {
    const by = NODES[node],
      state = index < e.index ? "done" : index > e.index ? "coming" : asked ? "asked" : "now";
    return { label: apart ? `row ${rowName(by.row)}` : `from ${by.name}`, number: sent, state };
  });
  const known = asksSum(e) && asked ? null : asked ? e.before : e.after;
  return {
    head: `Adding up ${gradientOf(e.target)}: ${all.length} parts`,
    parts,
    total: known,
    last: e.arrival === e.expected && !asked ? "the sum" : "so far",
    glyph: "◁",
    forward: false,
  };
}

/** Shows what adds up at an event, as bars; nothing where nothing does. @param {any} e */
export function showSums(e, asked = false) {
  const sums = e && partsOf(e, asked);
  $("sums-card").hidden = !sums;
  if (!sums) return;
  say($("sums-head"), sums.head);
  const { parts, glyph, total, last, forward } = sums,
    at = Math.max(
      0,
      parts.findIndex((p) => p.state === "now" || p.state === "asked"),
    ),
    from = parts.length > MANY ? between(0, at - 3, parts.length - 4) : 0,
    shown = parts.length > MANY ? parts.slice(from, from + 4) : parts;
  let sum = 0;
  const ends = parts.map((p) => {
      sum += p.number;
      return sum;
    }),
    finite = [0, ...ends].filter(Number.isFinite),
    track = scale(Math.min(...finite), Math.max(...finite)),
    row = (style, label, bar, number) =>
      make("tr", { class: style }, make("td", {}, label), bar, make("td", {}, number));
  const lines = shown.map(({ label, number, state }, k) => {
    const start = ends[from + k - 1] ?? 0,
      on = state === "done" || state === "now",
      kind = forward ? (number < 0 ? "minus" : "plus") : number < 0 ? "hollow" : "",
      told = { coming: "…", asked: "?" }[state] ?? fewer(number, 3);
    return row(state, label, track(on ? [start, start + number] : [], kind), `${glyph} ${told}`);
  });
  if (shown.length < parts.length) lines.push(row("coming", `and ${parts.length - shown.length} more`, track([]), ""));
  const result = forward ? "value" : last === "so far" ? "" : "gradient",
    words = total === null ? "?" : text(total),
    style = forward ? "sum" : total < 0 ? "hollow" : "";
  lines.push(
    row(
      "total",
      last,
      track(total === null ? [] : [0, total], style),
      `${{ value: "► ", gradient: "◄ " }[result] ?? ""}${words}`,
    ),
  );
  $("sums").replaceChildren(...lines);
  set($("sums"), "class", forward ? "forward" : "backward");
}

/** Bars between two numbers: returns what draws one from a to b, with the line of 0 and a joint to what follows. */
const scale = (low, high) => {
  const place = (x) => (98 * (x - low)) / (high - low || 1);
  return (/** @type {number[]} */ [a, b], style = "") => {
    const cell = make("td", { class: "track" }),
      put = (kind, left, width) => {
        const piece = make("i", { class: kind });
        piece.style.left = `${left}%`;
        if (width !== undefined) piece.style.width = `${width}%`;
        cell.append(piece);
      };
    put("zero", place(0));
    if (Number.isFinite(a) && Number.isFinite(b)) {
      put(`bar ${style}`, place(Math.min(a, b)), Math.abs(place(b) - place(a)));
      put("joint", place(b));
    }
    return cell;
  };
};
