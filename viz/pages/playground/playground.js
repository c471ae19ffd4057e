// The page: what is shown of the model, what is looked at, and the controls.

import { FIELD } from "../live/boundary.js";
import { drawCurve, drawNorms, plural } from "../live/charts.js";
import { $, make, roomIn, say, set } from "../shared/dom.js";
import { columns, fill, layerName, findings, unitName, widen } from "../live/map.js";
import { MODEL, wanted } from "../live/model.js";
import { Network } from "../shared/network.js";
import { DATA, fewer, fully, shortly, typedNumber } from "../shared/numbers.js";
import { keys, remember } from "../shared/player.js";
import { edges } from "./unit_table.js";
import { address, fromAddress, option, setLoss, spaced } from "./exchange.js";
import { axes, called, legend } from "./field.js";
import { refusal, reshape, shape, steppers } from "./structure.js";
import { VIEW, advance, epoch, run } from "./training.js";

const MAP = {
  network: new Network($("network"), (unit) => choose(find(unit))),
  columns: columns(),
};
const EDGES = edges({ change, choose, typed });

/** Where a unit stands. @param {any} unit */
function find(unit) {
  const layer = MAP.columns.findIndex(({ units }) => units.includes(unit));
  return { layer, unit: MAP.columns[layer].units.indexOf(unit), input: 0 };
}

// ---------------------------------------------------------------------------------------------- what is shown
/** Shows the model as it is now. @param {boolean} whole false while it runs: then only what moves much is shown */
function show(whole = true) {
  VIEW.dirty = false;
  MODEL.loss(MODEL.next(), true);
  const loss = MODEL.whole(),
    right = MODEL.right(),
    answered = right < 0 ? "—" : `${right} of ${MODEL.rows.length}`;
  say($("counted"), String(MODEL.epochs));
  say($("counted-name"), MODEL.batch < MODEL.rows.length ? `epoch, ${plural(MODEL.steps, "step")}` : "epoch");
  say($("loss"), shortly(loss));
  set($("loss"), "title", fully(loss));
  say($("score"), answered);
  const run = MODEL.forward(MODEL.row(), VIEW.probe),
    outputs = [...run.outputs];
  fill(MAP.columns, VIEW.probe, run, loss);
  const { layer, unit, input } = VIEW.chosen;
  MAP.network.paint({ unit: MAP.columns[layer]?.units[unit] ?? null, input });
  FIELD.paint(VIEW.probe, whole && $("says").checked ? SMALL : []);
  set(FIELD.canvas, "aria-label", `What the network answers over its inputs: loss ${shortly(loss)}, ${answered} right`);
  drawCurve($("curve"), [...VIEW.losses, loss], { unit: "step" });
  const since = plural(VIEW.losses.length, "step");
  set($("curve"), "aria-label", `loss, from ${shortly(VIEW.losses[0] ?? loss)} to ${shortly(loss)} after ${since}`);
  if (!whole) return;
  const hoped =
    VIEW.row < 0 ? "" : `, wanted ${[...MODEL.targets[VIEW.row]].map(DATA.names.length ? called : shortly).join(", ")}`;
  const given = VIEW.probe.length > 4 ? "" : `: x = (${[...VIEW.probe].map((x) => fewer(x, 3)).join(", ")})`;
  say($("verdict"), `${given}${hoped}, says ${outputs.map(shortly).join(", ")}${answer(outputs)}`);
  say($("stuck"), findings().join(" "));
  EDGES.paint();
  if (!$("more-part").hidden) {
    const norms = MODEL.norms();
    drawNorms($("norms"), norms);
    set($("norms"), "aria-label", norms.map((n, k) => `${MODEL.layers[k].name}: ${shortly(n)}`).join(", "));
  }
  if ($("all").open) numbers();
  if (!VIEW.running) remember(address());
}

/** What the outputs mean where there are classes, and whether that is right. @param {number[]} outputs */
function answer(outputs) {
  const { classes, level } = MODEL,
    place = outputs.length > 1 ? outputs.indexOf(Math.max(...outputs)) : +(outputs[0] >= level);
  if (outputs.length === 1 ? classes.length !== 2 : !classes.length) return "";
  const ok = VIEW.row < 0 ? "" : place === wanted(VIEW.row) ? " ✓ right" : " ✗ wrong",
    why = outputs.length > 1 ? "" : ` (${place ? "at or above" : "below"} ${shortly(level)})`;
  return `: ${called(outputs.length > 1 ? place : classes[place])}${why}${ok}`;
}

function numbers() {
  const lines = $("numbers");
  if (lines.dataset.shape !== String(shape())) {
    lines.dataset.shape = String(shape());
    lines.replaceChildren(
      ...MODEL.parameters.map(([name, path]) =>
        make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, path), make("td"), make("td")),
      ),
    );
  }
  [...lines.children].forEach((line, k) => {
    say(line.children[2], fully(MODEL.theta[k]));
    say(line.children[3], fully(MODEL.gradient[k]));
  });
}

/** Tells those who listen what was done. @param {string} words */
const tell = (words) => say($("announcement"), words);
/** Says aloud why something is not done, until the next thing is. @param {string} words */
const refuse = (words) => say($("alert"), words);
const summary = () =>
  `epoch ${MODEL.epochs}, ${plural(MODEL.steps, "step")}: loss ${$("loss").textContent}, ${$("score").textContent} right`;

/** Shows once before the next picture of the screen, however often it is asked for. */
function soon() {
  if (VIEW.dirty) return;
  VIEW.dirty = true;
  requestAnimationFrame(() => {
    if (VIEW.dirty) show();
  });
}

// ---------------------------------------------------------------------------------------------- changes by hand
/** @param {{layer: number, unit: number, input: number}} what @param {number} x */
function change(what, x) {
  if (!Number.isFinite(x)) return;
  refuse("");
  if (what.layer === 0) {
    VIEW.probe[what.unit] = x;
    VIEW.row = -1;
    $("row").value = "-1";
  } else MODEL.theta[placeOf(what)] = x;
  soon();
}

/** The place of a weight, or of the bias after the last. @param {{layer: number, unit: number, input: number}} what */
function placeOf({ layer, unit, input }) {
  const { weights, biases } = MODEL.layers[layer - 1];
  return weights[unit][input] ?? biases[unit];
}

/** @param {{layer: number, unit: number, input: number}} what */
function choose(what) {
  VIEW.chosen = what.layer > MODEL.layers.length ? { layer: MODEL.layers.length, unit: 0, input: 0 } : what;
  soon();
}

/** A number that was typed; what is none is refused aloud. @param {any} input @param {string} what @param {number} now */
function typed(input, what, now, fits = (/** @type {number} */ _x) => true) {
  const x = typedNumber(input.value),
    good = Number.isFinite(x) && fits(x);
  set(input, "aria-invalid", String(!good));
  refuse(good ? "" : `“${input.value}” is no ${what}: it stays ${shortly(now)}.`);
  if (!good) {
    input.select();
    input.addEventListener(
      "blur",
      () => {
        input.value = shortly(now);
        set(input, "aria-invalid", "false");
      },
      { once: true },
    );
  }
  return good ? x : NaN;
}

/** @param {number} i */
function look(i) {
  VIEW.row = i;
  if (i >= 0) VIEW.probe = Float64Array.from(MODEL.rows[i]);
  $("row").value = String(i);
  soon();
}

/** @param {number} rate */
function setRate(rate) {
  MODEL.rate = rate;
  $("rate").value = String(Math.log10(rate));
  set($("rate"), "aria-valuetext", shortly(rate));
  if (document.activeElement !== $("rate-number")) $("rate-number").value = shortly(rate);
  soon();
}

function reset() {
  run(false);
  MODEL.reset();
  VIEW.losses = [];
  refuse("");
  fitting();
  setRate(MODEL.rate);
  tell(`back at the beginning: ${summary()}`);
}

/** Changes the number of units of each layer, unless that cannot be; says why not. @param {number[]} counts */
function build(counts) {
  const why = refusal(counts);
  refuse(why);
  if (why) return;
  run(false);
  reshape(counts);
  VIEW.losses = [];
  fitting();
  tell(`now ${counts.join(", ")} units: ${summary()}`);
}

// ---------------------------------------------------------------------------------------------- what fits the model
/** @type {{layer: number, unit: number, canvas: HTMLCanvasElement}[]} */
let SMALL = [];

/** Makes whatever depends on the shape of the model or on the rows, and shows it. */
function fitting() {
  MAP.columns = columns();
  const { chosen } = VIEW,
    layer = MODEL.layers[chosen.layer - 1];
  if (!layer || chosen.unit >= layer.biases.length || chosen.input > layer.weights[0].length) VIEW.chosen = steepest();
  const rows = MODEL.rows.length,
    batches = [...new Set([rows, ...(MODEL.rows.length === DATA.rows.length ? DATA.batches : []), 1])];
  $("batch").replaceChildren(
    ...batches.map((n) => option(n, n === rows ? `all ${plural(n, "row")}` : plural(n, "row"))),
  );
  $("batch").value = String(MODEL.batch);
  const shown = MODEL.rows.slice(0, 2000).map((_, i) => option(i, `${i + 1} of ${rows}`));
  $("row").replaceChildren(option(-1, "your own"), ...shown);
  $("activation").value = MODEL.activation;
  $("loss-choice").value = MODEL.lossName;
  say($("loss-name"), MODEL.lossName === "own" ? "loss" : spaced(MODEL.lossName));
  SMALL = MODEL.layers.flatMap(({ biases }, k) =>
    biases.slice(0, 16).map((_, j) => ({ layer: k, unit: j, canvas: make("canvas", { width: 44, height: 44 }) })),
  );
  $("small").replaceChildren(
    ...SMALL.map(({ layer: k, unit, canvas }) =>
      make("figure", {}, canvas, `${layerName(k + 1)} ${unitName(k + 1, unit)}`),
    ),
  );
  axes();
  steppers(build);
  legend();
  place();
  look(Math.min(1, rows - 1));
  show();
}

/** The weight whose slope is the steepest. */
function steepest() {
  MODEL.loss(MODEL.next(), true);
  let found = { layer: 1, unit: 0, input: 0 },
    most = -1;
  MODEL.layers.forEach(({ weights }, k) => {
    weights.forEach((list, unit) => {
      list.forEach((at, input) => {
        const g = Math.abs(MODEL.gradient[at]);
        if (g > most) [most, found] = [g, { layer: k + 1, unit, input }];
      });
    });
  });
  return found;
}

/** Lays the network out anew for the room that there is. */
function place() {
  widen(MAP.columns);
  const room = roomIn($("network-part"));
  MAP.network.layOut(MAP.columns, room, room > 500 ? 240 : 0);
}

// ---------------------------------------------------------------------------------------------- controls
$("reset").addEventListener("click", reset);
for (const [id, act] of /** @type {[string, () => void][]} */ ([
  ["step", advance],
  ["epoch", epoch],
]))
  $(id).addEventListener("click", () => {
    if (VIEW.running) run(false);
    refuse("");
    act();
    show();
    tell(summary());
  });
$("run").addEventListener("click", () => run(!VIEW.running));
$("controls").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
$("rate").addEventListener("input", () => setRate(+(10 ** +$("rate").value).toPrecision(3)));
$("rate-number").addEventListener("change", () => {
  const rate = typed($("rate-number"), "learning rate", MODEL.rate, (x) => x >= 0);
  if (rate >= 0) setRate(rate);
});
$("activation").addEventListener("change", () => {
  MODEL.activation = $("activation").value;
  show();
  tell(`${MODEL.activation}: ${summary()}`);
});
$("loss-choice").addEventListener("change", () => {
  setLoss($("loss-choice").value);
  VIEW.losses = [];
  fitting();
  tell(`${spaced(MODEL.lossName)}: ${summary()}`);
});
$("batch").addEventListener("change", () => {
  MODEL.batch = +$("batch").value;
  MODEL.at = 0;
  show();
});
$("row").addEventListener("change", () => look(+$("row").value));
$("more").addEventListener("click", () => {
  const open = $("more-part").hidden;
  $("more-part").hidden = !open;
  set($("more"), "aria-expanded", String(open));
  $("controls").classList.toggle("open", open);
  say($("more"), open ? "Less" : "More…");
  show();
  if (open) $("more-part").scrollIntoView({ block: "nearest" });
});
for (const id of ["says", "all"]) $(id).addEventListener(id === "all" ? "toggle" : "change", () => show());
keys({ " ": () => run(!VIEW.running) });

function begin() {
  $("title").textContent = document.title = DATA.title;
  const named = (/** @type {string} */ name) => option(name, name === "own" ? "as given" : spaced(name));
  $("activation").append(...Object.keys(DATA.programs).map(named));
  const losses = Object.keys(DATA.losses).filter((name) => !name.includes("."));
  $("loss-choice").append(...(DATA.loss === "own" ? ["own", ...losses] : losses).map(named));
  $("save").disabled = $("open").disabled = !DATA.plain;
  Object.assign(VIEW, { show, tell, refuse, summary, fitting, look, setRate });
  VIEW.chosen = steepest();
  new ResizeObserver(() => {
    if (roomIn($("network-part")) === MAP.network.width) return;
    place();
    soon();
  }).observe($("network-part"));
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
begin();
