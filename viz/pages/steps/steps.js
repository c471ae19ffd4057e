// The controls: where one stands, how far a step goes, what is asked and told.

import { $, calm, make, say, set } from "../shared/dom.js";
import { DATA, between } from "../shared/numbers.js";
import {
  ACTS,
  COUNT,
  FORMS,
  FORM_OF,
  GROUPS,
  NODES,
  ROOT,
  SHOWN,
  STATE,
  concerns,
  eventAt,
  jump,
  precise,
  sentence,
  stopsOf,
  text,
} from "./replay.js";
import { GRAPH, OPEN, drawGraph, foldToFit, follow, paintGraph } from "./graph.js";
import { drawNetwork, paintNetwork } from "./network.js";
import { answerTo, ask, check, dismiss } from "./common_mistakes.js";
import { about } from "./details.js";

const on = (
  /** @type {string} */ id,
  /** @type {string} */ event,
  /** @type {(event: any) => void} */ act,
  options = {},
) => $(id).addEventListener(event, act, options);
const MEANINGS = {
  // for those who read such signs for the first time
  forward: `Forward, numbers flow from what is given to ${ROOT.name}, the result. Of a network, ${ROOT.name} is the loss: how wrong it is.`,
  backward: `∂${ROOT.name}/∂w is a slope: if w grows by a tiny bit, ${ROOT.name} grows by ∂${ROOT.name}/∂w times that bit; if it is negative, ${ROOT.name} shrinks. The chain rule multiplies slopes along a path back, and adds up the paths.`,
  update: `${DATA.rate === null ? "" : "η is the learning rate: how far to go. "}Each weight moves against its gradient, so that ${ROOT.name} becomes smaller.`,
};
const MOST_SHOWN = 400;
const MOST_TOLD = 8; // sentences of one step that are written out

/** The events of the step that led here; of a very long one the last. */
function lastStep() {
  const begin = Math.max(previous(), SHOWN.position - MOST_SHOWN);
  return Array.from({ length: SHOWN.position - begin }, (_, k) => eventAt(begin + k));
}

function go(position) {
  dismiss();
  jump(between(0, position, COUNT));
  show();
}
const next = () => STATE.stops[beyond(SHOWN.position)] ?? COUNT;
const previous = () => STATE.stops[beyond(SHOWN.position - 1) - 1] ?? 0;

/** The place of the first stop beyond a position. */
function beyond(position) {
  let low = 0,
    high = STATE.stops.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (STATE.stops[middle] > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

function onwards() {
  const i = SHOWN.position;
  if (
    $("predict").checked &&
    i < COUNT &&
    answerTo(eventAt(i)) !== null &&
    STATE.granularity === "edge" &&
    concerns(i, STATE.row)
  ) {
    if (STATE.asked !== i) ask(eventAt(i));
    else $("guess").focus();
  } else go(next());
}

// ---------------------------------------------------------------------------------------------- what is shown
function show() {
  const step = lastStep(),
    last = step.at(-1);
  follow(last); // which looks at the page, and so comes before all that changes it
  paintGraph(step);
  paintNetwork(step, STATE.linked);
  $("slider").value = SHOWN.position;
  $("slider").setAttribute("aria-valuetext", last ? sentence(last.index) : "the beginning");
  say($("at"), String(SHOWN.position));
  $("first").disabled = $("back").disabled = SHOWN.position === 0;
  $("step").disabled = $("last").disabled = SHOWN.position === COUNT;
  const phase = last ? last.phase : "";
  set($("explanation"), "class", phase);
  for (const chip of $("phases").children) {
    set(chip, "class", chip.dataset.phase + (chip.dataset.phase === phase ? " now" : ""));
    if (chip.dataset.phase === phase) set(chip, "aria-current", "step");
    else chip.removeAttribute("aria-current");
  }
  tell(step);
  say($("meaning"), MEANINGS[phase || "forward"]);
  about();
  const line = $("lines").children[SHOWN.position - 1];
  for (const old of $("lines").querySelectorAll(".now")) old.classList.remove("now");
  if (line) line.classList.add("now");
  clearTimeout(STATE.writing);
  STATE.writing = setTimeout(writeAddress, 150); // browsers ration it, and it costs as much as a step
}

function writeAddress() {
  try {
    history.replaceState(
      null,
      "",
      `#step=${SHOWN.position}&one=${STATE.granularity}` + (DATA.rows > 1 ? `&sample=${STATE.row + 1}` : ""),
    );
  } catch {
    /* a frame in a notebook has no address of its own */
  }
}

function tell(step) {
  const out = [],
    count = SHOWN.position - previous();
  const elsewhere = step.length > 0 && step.every((e) => !concerns(e.index, STATE.row));
  if (!step.length) out.push("The beginning: inputs, weights and targets are given. The first step computes forward.");
  if (elsewhere) out.push(`Meanwhile, the other examples: ${count} events.`);
  else if (step.length > 1) out.push(`${lead(step)}: ${count} events.`);
  const told = elsewhere ? [] : step.length > MOST_TOLD ? step.slice(0, MOST_TOLD - 1) : step;
  $("sentence").className = step.length > 1 ? "many" : "";
  $("sentence").replaceChildren(
    ...out.map((words) => make("p", { class: "lead" }, words)),
    ...told.map((e) => make("p", {}, sentence(e.index))),
    ...(told.length && told.length < step.length
      ? [make("p", {}, `… and ${count - told.length} more, in the transcript.`)]
      : []),
  );
  const moves = new Map();
  for (const e of step) {
    const key = e.channel + "." + e.target;
    moves.set(key, { e, before: moves.has(key) ? moves.get(key).before : e.before, after: e.after });
  }
  const list = [...moves.values()].slice(0, 24).map(({ e, before, after }) => {
    const what =
      ["", "∂" + ROOT.name + "/∂", "", "subtotal for "][e.channel] +
      NODES[e.target].name +
      (e.channel === 2 ? ".grad" : "");
    const item = make(
      "li",
      { title: `${precise(before)} → ${precise(after)}` },
      `${what}: ${text(before)} → ${text(after)}`,
    );
    if (e.channel === 1 && e.expected > 1 && e.arrival < e.expected)
      item.append(` (${e.arrival} of ${e.expected} contributions)`);
    return item;
  });
  if (moves.size > 24) list.push(make("li", {}, `and ${moves.size - 24} more`));
  $("changed").replaceChildren(...(list.length ? list : [make("li", {}, "nothing yet")]));
}

function lead(step) {
  const [first] = step,
    last = step.at(-1),
    phase = first.phase[0].toUpperCase() + first.phase.slice(1);
  if (first.kind === "Accumulate") return "The gradients are kept";
  let group = NODES[last.node].group;
  if (STATE.granularity === "phase") return phase + " pass, the whole of it";
  if (STATE.granularity === "layer") while (group >= 0 && GROUPS[group].parent >= 0) group = GROUPS[group].parent;
  return `${phase}, ${STATE.granularity === "node" || group < 0 ? NODES[last.node].name : GROUPS[group].title}`;
}

function choose(box) {
  STATE.chosen = box;
  if (box.folded) {
    OPEN.add(+box.key.slice(1));
    draw();
  } else about();
  link(new Set([box.shown.index]));
}

function link(nodes) {
  STATE.linked = nodes;
  for (const b of GRAPH.boxes) b.linked = b.nodes.some((n) => nodes.has(n.index));
  paintGraph(lastStep());
  paintNetwork(lastStep(), nodes);
}

function draw() {
  const room = GRAPH.svg.parentNode.clientWidth; // asked before all changes, or the page would be laid out twice
  drawNetwork(STATE.row);
  drawGraph(STATE.row, room);
  STATE.stops = stopsOf(STATE.granularity, STATE.row);
  show();
}

// ---------------------------------------------------------------------------------------------- controls
function play(going) {
  clearInterval(STATE.timer);
  STATE.timer = going
    ? setInterval(
        () => {
          if (SHOWN.position >= COUNT) play(false);
          else go(next());
        },
        calm.matches ? 1600 : 900,
      )
    : 0;
  say($("play"), going ? "Pause" : "Play");
  set($("play"), "aria-pressed", String(going));
}

const typing = (target) => target.matches("input:not([type=range]):not([type=checkbox]),select,textarea");
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
  const pressed = /** @type {Element} */ (event.target).matches("button,summary,input[type=checkbox],.box");
  const act = {
    ArrowRight: onwards,
    ArrowLeft: () => go(previous()),
    Home: () => go(0),
    End: () => go(COUNT),
    " ": pressed ? null : () => play(!STATE.timer),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  if (event.key !== " ") play(false);
  act();
});
on("first", "click", () => go(0));
on("back", "click", () => go(previous()));
on("play", "click", () => {
  if (SHOWN.position >= COUNT) go(0);
  play(!STATE.timer);
});
on("step", "click", onwards);
on("last", "click", () => go(COUNT));
on("slider", "input", () => {
  play(false);
  go(+$("slider").value);
});
on("granularity", "change", () => {
  STATE.granularity = $("granularity").value;
  STATE.stops = stopsOf(STATE.granularity, STATE.row);
  show();
});
on("sample", "change", () => {
  STATE.row = +$("sample").value - 1;
  STATE.chosen = null;
  foldToFit(STATE.row);
  draw();
});
on("predict", "change", () => {
  if (!$("predict").checked) dismiss();
});
on("question", "submit", (event) => {
  event.preventDefault();
  check();
});
on("reveal", "click", () => go(next()));
on("controls", "submit", (event) => event.preventDefault());
on("fold", "click", () => {
  OPEN.clear();
  draw();
});
on("unfold", "click", () => {
  const shut = [...new Set(GRAPH.boxes.filter((b) => b.folded).map((b) => +b.key.slice(1)))];
  if (NODES.length <= 600) shut.forEach((g) => OPEN.add(g));
  else if (shut.length) OPEN.add(shut[0]);
  draw();
});
on("find", "change", () => {
  const n = NODES.find((n) => n.name === $("find").value || n.path === $("find").value);
  if (!n) return;
  for (let g = n.group; g >= 0; g = GROUPS[g].parent) OPEN.add(g);
  draw();
  const box = GRAPH.boxes.find((b) => b.nodes.includes(n));
  if (box) {
    box.element.focus();
    choose(box);
    box.element.scrollIntoView({ block: "nearest", inline: "center" });
  }
});
addEventListener("hashchange", fromAddress);

function fromAddress() {
  const at = new URLSearchParams(location.hash.slice(1)),
    known = [...$("granularity").options].map((o) => o.value);
  if (known.includes(at.get("one"))) STATE.granularity = at.get("one");
  const sample = at.has("sample") ? +at.get("sample") : DATA.rows > 1 ? 1 : 0;
  STATE.row = DATA.rows > 1 && sample >= 1 && sample <= DATA.rows ? sample - 1 : -1;
  $("granularity").value = STATE.granularity;
  $("sample").value = String(STATE.row + 1);
  foldToFit(STATE.row);
  jump(between(0, Math.floor(+at.get("step")) || 0, COUNT));
  draw();
}

function begin() {
  $("title").textContent = document.title = DATA.title;
  $("slider").max = COUNT;
  say($("of"), String(COUNT));
  $("examples").hidden = DATA.rows === 1;
  for (let k = 0; k <= DATA.rows && k <= 1000; k++)
    $("sample").append(make("option", { value: k }, k ? `${k} of ${DATA.rows}` : "all together"));
  fromAddress();
  on(
    "find",
    "focus",
    () => {
      $("names").append(
        ...NODES.filter((n) => n.kind !== "constant")
          .slice(0, 3000)
          .map((n) => make("option", { value: n.name })),
      );
    },
    { once: true },
  );
  on("transcript", "toggle", () => {
    if (!$("lines").children.length) transcribe();
  });
  on("lines", "click", (event) => {
    const line = event.target.closest("li");
    if (line) go([...$("lines").children].indexOf(line) + 1);
  });
}

/** Writes every sentence down, a good many before each picture of the screen. */
function transcribe() {
  const begin = $("lines").children.length,
    phase = (i) => (i < 0 ? "" : FORMS[FORM_OF[i]].phase);
  for (let i = begin; i < Math.min(COUNT, begin + 1000); i++) {
    $("lines").append(
      make("li", phase(i) === phase(i - 1) ? {} : { class: "begin", "data-phase": phase(i) }, sentence(i)),
    );
  }
  if ($("lines").children.length < COUNT) requestAnimationFrame(transcribe);
  show();
}
Object.assign(ACTS, { choose, link, draw, go, next });
begin();
