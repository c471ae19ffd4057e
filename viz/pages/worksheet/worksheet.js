// A worksheet: a worked example, then the same lines with blanks.  Which numbers are right, and which come from what mistake,
// was computed beforehand: here a number is only looked up.

import { $, button, make, say } from "../shared/dom.js";
import { DATA, typedNumber } from "../shared/numbers.js";
import { orderKey, orderPart } from "./order.js";

/** A line: its phase, texts and the places of numbers that are left out, and the place of the one asked for, or −1.
 * @typedef {{phase: string, told: (string | number)[], asks: number}} Line
 * @typedef {{text: string, right: number[], near: number[], wrong: [string, number, number, string[]][]}} Blank */

const HEADS = /** @type {Record<string, string>} */ ({
  forward: `Forward: from the inputs to ${DATA.root}`,
  backward: `Backward: from ${DATA.root} to what is learned`,
  update: `Update: one step downhill, η = ${DATA.rate}`,
});
const BLANKS = /** @type {Blank[]} */ (DATA.blanks);
const STATE = { right: 0, first: 0, left: BLANKS.length + 1, carries: BLANKS.map(() => /** @type {any[]} */ ([])) };
const FIELDS = /** @type {any[]} */ ([]);

// ------------------------------------------------------------------------------------------ lines
/** The lines of a pass, phase by phase; `between` stands before the backward one. @param {Line[]} lines
 * @param {Node | null} between @returns {Node[]} */
function passOf(lines, between) {
  const parts = [];
  for (const phase of new Set(lines.map((line) => line.phase))) {
    const own = lines.filter((line) => line.phase === phase).map(lineOf);
    if (phase === "backward" && between) parts.push(between);
    parts.push(
      make("div", { class: `phase ${phase}` }, make("h3", {}, HEADS[phase]), make("ol", { class: "lines" }, ...own)),
    );
  }
  return parts;
}

/** @param {Line} line @returns {Node} */
function lineOf({ told, asks }) {
  const element = make("li", { class: asks < 0 ? "line" : "line open" });
  if (asks >= 0) element.append(make("span", { class: "place" }, String(asks + 1)));
  let side = make("span", { class: "side" });
  element.append(side);
  for (const part of told) {
    if (typeof part === "number") {
      side.append(part === asks ? blankOf(element, part, String(told[0])) : carryOf(part));
      continue;
    }
    const [first, ...rest] = part.split(/(?= [=←] )/); // a line wraps where its next side begins
    side.append(first);
    for (const words of rest) {
      side = make("span", { class: "side" }, words.replace(/^ /, "\u00a0"));
      element.append(side);
    }
  }
  return element;
}

/** A number that was asked for before, and is needed here. @param {number} place */
function carryOf(place) {
  const carry = make("span", { class: "carry" }, "\u2003");
  STATE.carries[place].push(carry);
  return carry;
}

// ------------------------------------------------------------------------------------------ blanks
/** @param {any} line @param {number} place @param {string} name @returns {Node} */
function blankOf(line, place, name) {
  if (DATA.form !== "page") return make("span", { class: "gap" });
  const blank = BLANKS[place],
    label = `${place + 1}: ${name.split(" = ")[0]}`;
  const field = make("input", { type: "text", autocomplete: "off", "aria-label": label, size: 8 }),
    said = make("div", { class: "said", role: "status" });
  let tries = 0,
    judged = "";
  const close = (/** @type {string} */ kind) => {
    line.classList.add(kind);
    field.value = blank.text;
    field.disabled = true;
    for (const carry of STATE.carries[place]) {
      say(carry, blank.text);
      carry.classList.add("known");
    }
    score(kind === "right", tries === 1);
  };
  const check = () => {
    if (field.disabled || field.value.trim() === judged) return;
    judged = field.value.trim();
    said.replaceChildren();
    if (judged === "") return;
    const typed = typedNumber(judged);
    tries++;
    if (isWithin(blank.right, typed)) return close("right");
    const reveal = () => {
      said.replaceChildren();
      close("shown");
      next(place);
    };
    said.append(make("span", {}, answerTo(blank, typed)), button("Show me", reveal));
  };
  field.addEventListener("change", check);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    check();
    if (field.disabled) next(place);
  });
  FIELDS[place] = field;
  queueMicrotask(() => line.append(said));
  return field;
}

const isWithin = (/** @type {number[]} */ [low, high], /** @type {number} */ x) => low <= x && x <= high;

/** What is said of a number that is not right. @param {Blank} blank @param {number} typed */
export function answerTo(blank, typed) {
  if (!Number.isFinite(typed)) return "Type a number, for example −0.62.";
  const taken = blank.wrong.filter(([, low, high]) => isWithin([low, high], typed)),
    far = (/** @type {Blank["wrong"][0]} */ [, low, high]) => Math.abs(typed - (low + high) / 2),
    mistakes = taken.sort((a, b) => far(a) - far(b))[0]?.[3] ?? [];
  if (!mistakes.length && isWithin(blank.near, typed)) return DATA.nearly;
  return `Not yet: ${mistakes.map((name) => DATA.mistakes[name]).join("; or ") || DATA.mistakes[""]}.`;
}

/** Goes to the next blank that is open. @param {number} place */
function next(place) {
  FIELDS.find((field, k) => k > place && !field.disabled)?.focus();
}

/** Counts what has been answered. @param {boolean} right @param {boolean} first */
function score(right, first) {
  STATE.right += +right;
  STATE.first += +(right && first);
  STATE.left--;
  showScore();
}

function showScore() {
  const all = BLANKS.length + 1,
    done = STATE.left ? "" : " · finished";
  for (const id of ["score", "result"])
    say($(id), `${STATE.right} of ${all} right${STATE.right ? `, ${STATE.first} at the first try` : ""}${done}`);
}

// ------------------------------------------------------------------------------------------ the page
/** @param {string} id @param {[string, string][]} given */
function showGiven(id, given) {
  $(id).append(...given.map(([name, x]) => make("span", {}, `${name} = ${x}`)));
}

/** The answers, each with the numbers that mistakes lead to. */
function showKey() {
  for (const { asks, told } of /** @type {Line[]} */ (DATA.steps)) {
    if (asks < 0) continue;
    const { text, wrong } = BLANKS[asks],
      known = wrong.map(([x, , , names]) => `${x} ${names.join(" or ")}`).join(" · ");
    $("key").append(
      make("li", {}, `${String(told[0]).split(/ [=←] /)[0]} = `, make("b", {}, text), make("small", {}, known)),
    );
  }
  orderKey();
  const met = new Set(BLANKS.flatMap(({ wrong }) => wrong.flatMap(([, , , names]) => names)));
  for (const [name, meaning] of Object.entries(DATA.mistakes))
    if (met.has(name)) $("meanings").append(make("dt", {}, name), make("dd", {}, meaning));
}

say($("title"), DATA.title);
say($("level"), DATA.level);
showGiven("example-given", DATA.example.given);
showGiven("given", DATA.given);
$("example").append(...passOf(DATA.example.steps, null));
$("exercise").append(
  ...passOf(
    DATA.steps,
    orderPart(() => score(true, true)),
  ),
);
$("sheet").hidden = DATA.form === "answers";
$("answers").hidden = DATA.form === "page";
document.body.classList.toggle("alone", DATA.form === "answers");
if (DATA.form === "page") showScore();
else showKey();
