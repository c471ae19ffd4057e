// The controls: where one stands, how far a step goes, what is looked at, what is asked and told.

import { $, make, say, set } from "../shared/dom.js";
import { DATA, between, typedNumber } from "../shared/numbers.js";
import { player, remember } from "../shared/player.js";
import { answerTo, near, slip } from "./common_mistakes.js";
import { around } from "./views/around.js";
import { about } from "./views/details.js";
import { showEnding } from "./views/ending.js";
import { Graph, OPEN, boxOf, foldToFit, visible } from "./views/graph.js";
import { PassMap, rowName, tellingRow } from "./views/map.js";
import { showProduct, showSums } from "./views/product.js";
import { showRail, slider } from "./views/rail.js";
import { tell } from "./views/sentence.js";
import { COUNT, EVENTS, GROUPS, LATER, NODES, SHOWN, TOTALS, concerns, jump, sentence, stopsOf } from "./replay.js";

const STATE = {
  row: -1,
  granularity: "edge",
  stops: [0],
  chosen: null,
  linked: new Set(),
  asked: -1,
  ended: false,
  right: false,
};
const END = COUNT + (LATER ? 1 : 0); // beyond the last event stands what became of it
const MOST_SHOWN = 400; // events of one step that are looked at

const MAP = new PassMap((node) => choose({ shown: node, folded: false, nodes: [node] }));
const AROUND = new Graph($("around"), choose, link);
const WHOLE = new Graph($("graph"), choose, link);
const on = (id, event, act, options = {}) => $(id).addEventListener(event, act, options);

// ------------------------------------------------------------------------------------------ where one stands
const position = () => (STATE.ended ? END : SHOWN.position);
const next = () => (SHOWN.position >= COUNT ? END : STATE.stops[beyond(SHOWN.position)]);
const previous = () => (STATE.ended ? COUNT : (STATE.stops[beyond(SHOWN.position - 1) - 1] ?? 0));

/** The place of the first stop beyond a position. */
function beyond(position) {
  let [low, high] = [0, STATE.stops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (STATE.stops[middle] > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Stands after so many events; one place beyond the last is the end. */
export function go(place) {
  STATE.asked = -1;
  STATE.right = false;
  STATE.ended = place > COUNT;
  jump(between(0, place, COUNT));
  show();
}

/** One step on, or the question before it. */
function onwards() {
  const i = SHOWN.position,
    e = $("predict").checked && STATE.granularity === "edge" && EVENTS[i],
    asks = e && concerns(e, STATE.row) && answerTo(e) !== null;
  if (!asks) return go(next());
  if (STATE.asked !== i) {
    STATE.asked = i;
    show();
  }
  $("guess").focus();
}

/** The events of the step that led here; of a very long one the last. */
function lastStep() {
  if (STATE.asked >= 0) return [EVENTS[STATE.asked]];
  return EVENTS.slice(Math.max(STATE.ended ? COUNT : previous(), SHOWN.position - MOST_SHOWN), SHOWN.position);
}

// ------------------------------------------------------------------------------------------ what is shown
function show() {
  const step = lastStep(),
    last = step.at(-1),
    asked = STATE.asked >= 0,
    elsewhere = step.length > 0 && step.every((e) => !concerns(e, STATE.row)),
    mine = elsewhere ? undefined : last;
  const phase = STATE.ended ? "update" : last ? last.phase : "",
    view = $("view").value,
    alone = $("map-card").hidden ? " bare" : "",
    chosen = STATE.chosen ? " chosen" : "";
  document.body.dataset.phase = phase;
  document.body.className = `${STATE.ended && view === "step" ? "end" : view}${alone}${chosen}`;
  const { ended, right, granularity } = STATE;
  tell(step, SHOWN.position - previous(), { ended, elsewhere, asked, right, granularity });
  showRail(phase, position(), END);
  $("end").hidden = !STATE.ended || view !== "step";
  $("product-card").hidden = !mine;
  const many = step.length > 1;
  $("question").hidden = many;
  $("told").hidden = !many;
  if (mine && !many) showProduct(mine, asked);
  $("answer").hidden = !asked;
  say($("verdict"), "");
  if (view === "step") {
    showSums(many ? undefined : mine, asked);
    MAP.paint(mine);
    around(AROUND, mine, STATE.row);
  }
  if (view === "graph") {
    WHOLE.follow(last);
    WHOLE.paint(step, STATE.linked);
  }
  if (!$("end").hidden) showEnding(DATA.rows);
  if (STATE.chosen) about(STATE.chosen, draw, link);
  $("first").disabled = $("back").disabled = position() === 0;
  $("step").disabled = $("last").disabled = position() === END;
  say($("at"), String(position()));
  for (const old of $("lines").querySelectorAll(".now")) old.classList.remove("now");
  $("lines").children[SHOWN.position - 1]?.classList.add("now");
  const predict = $("predict").checked ? "&predict=1" : "";
  remember(`step=${position()}&one=${STATE.granularity}` + (DATA.rows > 1 ? `&sample=${STATE.row + 1}` : "") + predict);
}

function choose(box) {
  STATE.chosen = box;
  if (box.folded) {
    OPEN.add(+box.key.slice(1));
    draw();
  }
  $("details").hidden = false;
  show();
  link(new Set([box.shown.index]));
}

function link(nodes) {
  STATE.linked = nodes;
  const step = lastStep();
  if ($("view").value === "graph") WHOLE.paint(step, nodes);
}

/** Draws what depends on the row, on the width and on what is folded. */
function draw() {
  document.body.className = $("view").value; // what it hides has no width
  if ($("view").value === "step") MAP.draw(STATE.row);
  if ($("view").value === "graph") WHOLE.draw(visible(STATE.row), boxOf, 1e6);
  STATE.stops = stopsOf(STATE.granularity, STATE.row);
  show();
}

// ------------------------------------------------------------------------------------------ the controls
player({
  next: onwards,
  back: () => go(previous()),
  go,
  end: () => END,
  at: position,
  pace: () => 900,
  more: {
    p: () => $("predict").click(),
    "[": () => granularity(-1),
    "]": () => granularity(1),
    ...Object.fromEntries(Array.from({ length: Math.min(9, DATA.rows) }, (_, k) => [String(k + 1), () => look(k)])),
  },
});

function granularity(by) {
  const choice = $("granularity");
  choice.selectedIndex = between(0, choice.selectedIndex + by, choice.options.length - 1);
  choice.dispatchEvent(new Event("change"));
}

function look(row) {
  STATE.row = row;
  STATE.chosen = null;
  $("details").hidden = true;
  $("sample").value = String(row + 1);
  foldToFit(row);
  draw();
}

on("granularity", "change", () => {
  STATE.granularity = $("granularity").value;
  STATE.stops = stopsOf(STATE.granularity, STATE.row);
  show();
});
on("sample", "change", () => look(+$("sample").value - 1));
on("view", "change", () => {
  const view = $("view").value;
  $("graph-card").hidden = view !== "graph";
  $("transcript").hidden = view !== "transcript";
  if (view === "transcript" && !$("lines").children.length) transcribe();
  draw();
});
on("predict", "change", () => {
  if (STATE.asked >= 0) go(SHOWN.position);
});
on("question", "submit", (event) => {
  event.preventDefault();
  if (STATE.asked >= 0) check();
});
on("reveal", "click", () => {
  go(next());
  $("step").focus();
});
on("options", "submit", (event) => event.preventDefault());
on("more", "click", () => {
  set($("more"), "aria-expanded", String($("options").classList.toggle("open")));
});
on("fold", "click", () => {
  OPEN.clear();
  draw();
});
on("unfold", "click", () => {
  const shut = [...new Set(WHOLE.boxes.filter((b) => b.folded).map((b) => +b.key.slice(1)))];
  for (const g of NODES.length <= 600 ? shut : shut.slice(0, 1)) OPEN.add(g);
  draw();
});
on("find", "change", () => {
  const n = NODES.find((n) => n.name === $("find").value || n.path === $("find").value);
  if (!n) return;
  for (let g = n.group; g >= 0; g = GROUPS[g].parent) OPEN.add(g);
  draw();
  const box = WHOLE.boxes.find((b) => b.nodes.includes(n));
  if (box) {
    box.element.focus();
    choose(box);
    box.element.scrollIntoView({ block: "nearest", inline: "center" });
  }
});
on(
  "find",
  "focus",
  () => {
    const named = NODES.filter((n) => n.kind !== "constant").slice(0, 3000);
    $("names").append(...named.map((n) => make("option", { value: n.name })));
  },
  { once: true },
);
on("lines", "click", (event) => {
  const line = event.target.closest("li");
  if (line) go([...$("lines").children].indexOf(line) + 1);
});

/** Compares what was typed with the answer. */
function check() {
  const e = EVENTS[STATE.asked],
    typed = $("guess").value.trim().replaceAll("−", "-"),
    right = answerTo(e),
    [over, under = 1, ...more] = typed.replace(/[()]/g, "").split("/").map(typedNumber), // slopes are written (1 / 4)
    answer = { nan: NaN, inf: Infinity, "-inf": -Infinity }[typed] ?? (more.length ? NaN : over / under);
  if (typed === "nan" ? Number.isNaN(right) : near(answer, right)) {
    go(next());
    STATE.right = true;
    show();
    $("step").focus();
  } else {
    say($("verdict"), Number.isNaN(answer) ? "Type a number, for example −0.62." : slip(e, answer));
    $("guess").select();
  }
}

/** Writes every sentence down, a good many before each picture of the screen. */
function transcribe() {
  const begin = $("lines").children.length;
  for (const e of EVENTS.slice(begin, begin + 1000)) {
    const first = e.phase !== EVENTS[e.index - 1]?.phase;
    $("lines").append(make("li", first ? { class: "begin", "data-phase": e.phase } : {}, sentence(e)));
  }
  if ($("lines").children.length < COUNT) requestAnimationFrame(transcribe);
  show();
}

function fromAddress() {
  const at = new URLSearchParams(location.hash.slice(1)),
    one = at.get("one");
  if ([...$("granularity").options].some((o) => o.value === one)) STATE.granularity = one;
  const sample = at.has("sample") ? +at.get("sample") : DATA.rows > 1 ? tellingRow(DATA.rows, TOTALS) + 1 : 0;
  $("granularity").value = STATE.granularity;
  if (at.has("predict")) $("predict").checked = at.get("predict") === "1";
  const place = between(0, Math.floor(+at.get("step")) || 0, END);
  STATE.ended = place > COUNT;
  jump(Math.min(place, COUNT));
  look(DATA.rows > 1 && sample >= 1 && sample <= DATA.rows ? sample - 1 : -1);
}

function begin() {
  slider((place) => go(STATE.stops[beyond(place - 1)] ?? END));
  $("title").textContent = document.title = DATA.title;
  say($("of"), String(END));
  $("rows").hidden = DATA.rows === 1;
  for (let k = 0; k <= DATA.rows && k <= 1000; k++)
    $("sample").append(make("option", { value: k }, k ? rowName(k - 1) : "all together"));
  addEventListener("hashchange", fromAddress);
  let width = innerWidth;
  new ResizeObserver(() => {
    if (innerWidth !== width) draw();
    width = innerWidth;
  }).observe(document.body);
  fromAddress();
}
begin();
