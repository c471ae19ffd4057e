// The controls: where one stands, how far a step goes, what is asked and told.

const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const STATE = { row: -1, granularity: "edge", stops: [0], chosen: null, linked: new Set(), timer: 0, asked: null, from: 0 };
const TOLD = 8;  // sentences of one step that are written out

/** The events of the step that led here. */
function lastStep() {
  const stop = STATE.stops.findLast((s) => s < SHOWN.position) || 0;
  return EVENTS.slice(Math.max(stop, SHOWN.position - 400), SHOWN.position);
}

function go(position) {
  dismiss();
  jump(Math.max(0, Math.min(EVENTS.length, position)));
  show();
}
const next = () => STATE.stops.find((s) => s > SHOWN.position) ?? EVENTS.length;
const previous = () => STATE.stops.findLast((s) => s < SHOWN.position) ?? 0;

function onwards() {
  const event = EVENTS[SHOWN.position];
  if ($("predict").checked && event && event.answer >= 0 && STATE.granularity === "edge" && concerns(event, STATE.row)) {
    if (STATE.asked !== event) ask(event); else $("guess").focus();
  } else go(next());
}

// ---------------------------------------------------------------------------------------------- what is shown
function show() {
  const step = lastStep(), event = step.at(-1);
  paintGraph(step);
  follow(event);
  paintNetwork(step, STATE.linked);
  $("slider").value = SHOWN.position;
  $("slider").setAttribute("aria-valuetext", event ? event.sentence : "the beginning");
  say($("at"), String(SHOWN.position));
  $("first").disabled = $("back").disabled = SHOWN.position === 0;
  $("step").disabled = $("last").disabled = SHOWN.position === EVENTS.length;
  const phase = event ? event.phase : "";
  set($("telling"), "class", phase);
  for (const chip of $("phases").children) {
    set(chip, "class", chip.dataset.phase + (chip.dataset.phase === phase ? " now" : ""));
    if (chip.dataset.phase === phase) set(chip, "aria-current", "step"); else chip.removeAttribute("aria-current");
  }
  tell(step);
  about();
  const line = $("lines").children[SHOWN.position - 1];
  for (const old of $("lines").querySelectorAll(".now")) old.classList.remove("now");
  if (line) line.classList.add("now");
  try {
    history.replaceState(null, "", `#step=${SHOWN.position}&one=${STATE.granularity}` + (DATA.rows > 1 ? `&sample=${STATE.row + 1}` : ""));
  } catch { /* a frame in a notebook has no address of its own */ }
}

function tell(step) {
  const out = [];
  const elsewhere = step.length > 0 && step.every((e) => !concerns(e, STATE.row));
  if (!step.length) out.push("The beginning: inputs, weights and targets are given. The first step computes forward.");
  if (elsewhere) out.push(`Meanwhile, the other examples: ${step.length} events.`);
  else if (step.length > 1) out.push(`${lead(step)}: ${step.length} events.`);
  const told = elsewhere ? [] : step.length > TOLD ? step.slice(0, TOLD - 1) : step;
  $("sentence").className = step.length > 1 ? "many" : "";
  $("sentence").replaceChildren(...out.map((words) => make("p", { class: "lead" }, words)), ...told.map((e) => make("p", {}, e.sentence)),
    ...(told.length && told.length < step.length ? [make("p", {}, `… and ${step.length - told.length} more, in the transcript.`)] : []));
  const moves = new Map();
  for (const e of step) {
    const key = e.shelf + "." + e.target;
    moves.set(key, { e, before: moves.has(key) ? moves.get(key).before : e.before, after: e.after });
  }
  const list = [...moves.values()].slice(0, 24).map(({ e, before, after }) => {
    const what = ["", "∂" + NODES.at(-1).name + "/∂", "", "subtotal for "][e.shelf] + NODES[e.target].name + (e.shelf === 2 ? ".grad" : "");
    const item = make("li", { title: `${precise(before)} → ${precise(after)}` }, `${what}: ${text(before)} → ${text(after)}`);
    if (e.shelf === 1 && e.expected > 1 && e.arrival < e.expected) item.append(` (${e.arrival} of ${e.expected} contributions)`);
    return item;
  });
  if (moves.size > 24) list.push(make("li", {}, `and ${moves.size - 24} more`));
  $("changed").replaceChildren(...(list.length ? list : [make("li", {}, "nothing yet")]));
}

function lead(step) {
  const [first] = step, last = step.at(-1), phase = first.phase[0].toUpperCase() + first.phase.slice(1);
  if (first.kind === "Accumulate") return "The gradients are kept";
  let group = NODES[last.node].home;
  if (STATE.granularity === "phase") return phase + " pass, the whole of it";
  if (STATE.granularity === "layer") while (group >= 0 && GROUPS[group].parent >= 0) group = GROUPS[group].parent;
  return `${phase}, ${STATE.granularity === "node" || group < 0 ? NODES[last.node].name : GROUPS[group].title}`;
}

/** Looks closer at a node: its formula, its exact numbers, and every contribution to its gradient so far. */
function about() {
  const b = STATE.chosen;
  if (!b) return;
  const n = b.shown, lines = [[n.path && n.path !== n.name ? `${n.name} is ${n.path}` : n.name, "lead"]];
  const [value, gradient, kept] = SHOWN.shelves.map((shelf) => shelf[n.index]);
  lines.push([`value ${precise(value)}`, "value"], [`gradient ∂${NODES.at(-1).name}/∂${n.name} = ${precise(gradient)}`, "gradient"]);
  if (kept >= 0) lines.push([`.grad = ${precise(kept)}`, "gradient"]);
  const before = EVENTS.filter((e) => e.target === n.index && e.index < SHOWN.position);
  for (const e of before.slice(0, 40)) lines.push([e.sentence, ""]);
  if (before.length > 40) lines.push([`and ${before.length - 40} more`, ""]);
  $("about").replaceChildren(...lines.map(([words, style]) => make("p", { class: style }, words)));
  if (before.length && EVENTS.findLast((e) => e.kind === "Send" && e.target === n.index)?.index < SHOWN.position) tellPaths(n);
  if (b.folded || n.home >= 0) {
    const group = b.folded ? +b.key.slice(1) : n.home, button = make("button", { type: "button" }, `${b.folded ? "Unfold" : "Fold"} ${clip(GROUPS[group].title, 40)}`);
    button.addEventListener("click", () => { if (b.folded) OPEN.add(group); else OPEN.delete(group); draw(); });
    $("about").append(button);
  }
}

/** Lists the largest of the paths that a gradient came by; pointing at one shows it, pressing it unfolds the graph along it. */
function tellPaths(n) {
  const [count, ...ways] = DATA.paths[n.index];
  $("about").append(make("p", { class: "lead" }, `Its gradient came by ${count} path${count === "1" ? "" : "s"}` + (+count <= ways.length ? ":" : ", the largest:")));
  for (const [product, ...way] of ways) {
    const nodes = [n.index], factors = [];
    for (let [event, rank] = way; event >= 0; [, event = -1, rank] = DATA.paths[nodes[0]][rank + 1] ?? []) {
      const { node, slot } = EVENTS[event];
      nodes.unshift(node);
      factors.unshift(`(${text(NODES[node].local[slot])})`);
    }
    const few = (list) => list.length > 9 ? [...list.slice(0, 4), "…", ...list.slice(-4)] : list, those = new Set(nodes);
    const button = make("button", { type: "button", class: "way" },
      `${few(nodes.map((i) => NODES[i].name)).join(" → ")}: ${few(factors).join("")} = ${text(product)}`);
    for (const type of ["mouseenter", "focus"]) button.addEventListener(type, () => link(those));
    for (const type of ["mouseleave", "blur"]) button.addEventListener(type, () => link(new Set()));
    button.addEventListener("click", () => {
      for (const i of nodes) for (let g = NODES[i].home; g >= 0; g = GROUPS[g].parent) OPEN.add(g);
      draw();
      $("about").querySelectorAll(".way")[ways.findIndex(([, event, rank]) => event === way[0] && rank === way[1])].focus();
    });
    $("about").append(button);
  }
}

function choose(box) {
  STATE.chosen = box;
  if (box.folded) { OPEN.add(+box.key.slice(1)); draw(); } else about();
  link(new Set([box.shown.index]));
}

function link(nodes) {
  STATE.linked = nodes;
  for (const b of GRAPH.boxes) b.linked = b.nodes.some((n) => nodes.has(n.index));
  paintGraph(lastStep());
  paintNetwork(lastStep(), nodes);
}

function draw() {
  drawNetwork(STATE.row, choose, link);
  drawGraph(STATE.row, choose);
  for (const b of GRAPH.boxes) {
    const nodes = new Set(b.nodes.map((n) => n.index));
    for (const [on, off] of [["mouseenter", "mouseleave"], ["focus", "blur"]]) {
      b.element.addEventListener(on, () => link(nodes));
      b.element.addEventListener(off, () => link(new Set()));
    }
  }
  STATE.stops = stopsOf(STATE.granularity, STATE.row);
  show();
}

// ---------------------------------------------------------------------------------------------- predict first
function ask(event) {
  STATE.asked = event;
  const [left, middle] = event.sentence.split(";")[0].split(" = ");
  $("asked").textContent = event.sum ? `All ${event.expected} contributions to ∂${NODES.at(-1).name}/∂${NODES[event.target].name} are in with this one: ` +
    `so far ${text(event.before)}, and now ${left.split(" receives ").at(-1)} = ${text(event.sent)}. Their sum? ` : `${left}${middle ? " = " + middle : ""} = ? `;
  $("verdict").textContent = "";
  $("guess").value = "";
  $("question").hidden = false;
  $("guess").focus();
}

function dismiss() {
  STATE.asked = null;
  if (!$("question").hidden) { $("question").hidden = true; $("step").focus(); }
}

/** Whether an answer is right to about the digits that are shown. */
function near(answer, place) {
  const right = +exact(place);
  return answer === right || Math.abs(answer - right) <= 0.005 * Math.abs(right);
}

function check() {
  const event = STATE.asked, typed = $("guess").value.trim().replaceAll("−", "-").replace(",", "."), answer = typed === "" ? NaN : +typed;
  const spelled = exact(event.answer), special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
  if (near(answer, event.answer) || (typed in special && spelled === typed)) {
    go(next());
    $("sentence").prepend(make("p", { class: "lead" }, "Right."));
  } else if (Number.isNaN(answer)) {
    $("verdict").textContent = "Type a number, for example −0.62.";
  } else {
    const slip = event.slips.find(([, place]) => near(answer, place));
    $("verdict").textContent = slip ? `Not yet: ${DATA.slips[slip[0]]}.` : "Not yet. Look at the numbers that flow in, and try again.";
    $("guess").select();
  }
}

// ---------------------------------------------------------------------------------------------- controls
function play(on) {
  clearInterval(STATE.timer);
  STATE.timer = on ? setInterval(() => {
    if (SHOWN.position >= EVENTS.length) play(false); else { go(next()); }
  }, calm.matches ? 1600 : 900) : 0;
  $("play").textContent = on ? "Pause" : "Play";
  set($("play"), "aria-pressed", String(on));
}

const typing = (target) => target.matches("input:not([type=range]):not([type=checkbox]),select,textarea");
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
  const pressed = /** @type {Element} */ (event.target).matches("button,summary,input[type=checkbox],.box");
  const act = { ArrowRight: onwards, ArrowLeft: () => go(previous()), Home: () => go(0), End: () => go(EVENTS.length),
    " ": pressed ? null : () => play(!STATE.timer) }[event.key];
  if (!act) return;
  event.preventDefault();
  if (event.key !== " ") play(false);
  act();
});
$("first").addEventListener("click", () => go(0));
$("back").addEventListener("click", () => go(previous()));
$("play").addEventListener("click", () => { if (SHOWN.position >= EVENTS.length) go(0); play(!STATE.timer); });
$("step").addEventListener("click", onwards);
$("last").addEventListener("click", () => go(EVENTS.length));
$("slider").addEventListener("input", () => { play(false); go(+$("slider").value); });
$("granularity").addEventListener("change", () => { STATE.granularity = $("granularity").value; STATE.stops = stopsOf(STATE.granularity, STATE.row); show(); });
$("sample").addEventListener("change", () => { STATE.row = +$("sample").value - 1; STATE.chosen = null; foldToFit(STATE.row); draw(); });
$("predict").addEventListener("change", () => { if (!$("predict").checked) dismiss(); });
$("question").addEventListener("submit", (event) => { event.preventDefault(); check(); });
$("reveal").addEventListener("click", () => go(next()));
$("controls").addEventListener("submit", (event) => event.preventDefault());
$("fold").addEventListener("click", () => { OPEN.clear(); draw(); });
$("unfold").addEventListener("click", () => {
  const shut = [...new Set(GRAPH.boxes.filter((b) => b.folded).map((b) => +b.key.slice(1)))];
  if (NODES.length <= 600) shut.forEach((g) => OPEN.add(g)); else if (shut.length) OPEN.add(shut[0]);
  draw();
});
$("find").addEventListener("change", () => {
  const n = NODES.find((n) => n.name === $("find").value || n.path === $("find").value);
  if (!n) return;
  for (let g = n.home; g >= 0; g = GROUPS[g].parent) OPEN.add(g);
  draw();
  const box = GRAPH.boxes.find((b) => b.nodes.includes(n));
  if (box) { box.element.focus(); choose(box); box.element.scrollIntoView({ block: "nearest", inline: "center" }); }
});
addEventListener("hashchange", fromAddress);

function fromAddress() {
  const at = new URLSearchParams(location.hash.slice(1)), known = [...$("granularity").options].map((o) => o.value);
  if (known.includes(at.get("one"))) STATE.granularity = at.get("one");
  const sample = at.has("sample") ? +at.get("sample") : DATA.rows > 1 ? 1 : 0;
  STATE.row = DATA.rows > 1 && sample >= 1 && sample <= DATA.rows ? sample - 1 : -1;
  $("granularity").value = STATE.granularity;
  $("sample").value = String(STATE.row + 1);
  foldToFit(STATE.row);
  jump(Math.max(0, Math.min(EVENTS.length, Math.floor(+at.get("step")) || 0)));
  draw();
}

function begin() {
  $("title").textContent = document.title = DATA.title;
  $("slider").max = EVENTS.length;
  say($("of"), String(EVENTS.length));
  $("examples").hidden = DATA.rows === 1;
  for (let k = 0; k <= DATA.rows && k <= 1000; k++) $("sample").append(make("option", { value: k }, k ? `${k} of ${DATA.rows}` : "all together"));
  $("names").append(...NODES.filter((n) => n.kind !== "constant").slice(0, 3000).map((n) => make("option", { value: n.name })));
  fromAddress();
  $("transcript").addEventListener("toggle", () => {
    if ($("lines").children.length) return;
    $("lines").append(...EVENTS.map((e, i) => {
      const line = make("li", i && EVENTS[i - 1].phase === e.phase ? {} : { class: "begin", "data-phase": e.phase }, e.sentence);
      line.addEventListener("click", () => go(i + 1));
      return line;
    }));
    show();
  });
}
begin();
