// The film: moments of a training, each with its weights; what the network makes of them is computed here, by its own program.

import { FIELD } from "../live/boundary.js";
import { drawCurve, plural, sized, through } from "../live/charts.js";
import { $, make, roomIn, say, set, written } from "../shared/dom.js";
import { columns, fill, findings, widen } from "../live/map.js";
import { MODEL } from "../live/model.js";
import { Network } from "../shared/network.js";
import { DATA, between, doubles, fully, shortly } from "../shared/numbers.js";
import { player, remember } from "../shared/player.js";

const LIVE = DATA.moments !== undefined;
/** @type {number[]} */
const LOSSES = DATA.curve.map((/** @type {number | string} */ x) =>
  typeof x === "number" ? x : x === "nan" ? NaN : Infinity,
);
/** @type {number[]} */
const EPOCHS = LIVE ? DATA.epochs : LOSSES.map((_, k) => k);
const FILM = {
  at: 0,
  row: 0,
  end: 0,
  playing: false,
  norms: /** @type {number[][]} */ ([]),
  thetas: /** @type {Float64Array[]} */ ([]),
  columns: LIVE ? columns() : [],
  chosen: /** @type {any} */ ({ unit: null }),
};
const NETWORK = new Network($("network"), (unit) => {
  FILM.chosen = { unit: FILM.chosen.unit === unit ? null : unit };
  go(FILM.at);
});

/** The weights of each moment. @returns {Float64Array[]} */
function unpack() {
  const all = doubles(DATA.moments),
    size = DATA.parameters.length;
  return EPOCHS.map((_, k) => all.slice(k * size, (k + 1) * size));
}

/** The name of the stretch of the training that an epoch lies in. @param {number} epoch */
function phase(epoch) {
  const found =
    DATA.stretches.find((/** @type {[number, number, string]} */ [from, to]) => epoch >= from && epoch < to) ||
    DATA.stretches.at(-1);
  return found ? found[2] : "";
}

/** @type {Record<string, string>} */
const MEANINGS = {
  plateau: "the loss hardly falls",
  drop: "most of the fall, in a short time",
  convergence: "it settles",
  spike: "for a while the loss stands well above its lowest so far",
  rise: "the loss went up and did not come back",
};

/** The whole training in words; spikes are counted where they are many. */
function shape() {
  const spikes = DATA.stretches.filter((/** @type {[number, number, string]} */ [, , name]) => name === "spike").length,
    many = spikes > 3;
  /** @type {[number, number, string][]} */
  const parts = [];
  for (const [from, to, name] of DATA.stretches) {
    if (many && name === "spike") continue;
    const before = parts[parts.length - 1];
    if (before && before[2] === name) before[1] = to;
    else parts.push([from, to, name]);
  }
  return (
    parts.map(([from, to, name]) => `${name} ${from} to ${to}`).join(", ") + (many ? `, with ${spikes} spikes` : "")
  );
}

/** @param {number} at */
function go(at) {
  FILM.at = between(0, at, EPOCHS.length - 1);
  const epoch = EPOCHS[FILM.at];
  let loss = LOSSES[Math.min(epoch, LOSSES.length - 1)],
    list = LOSSES;
  if (LIVE) {
    MODEL.theta = FILM.thetas[FILM.at];
    loss = MODEL.loss([...MODEL.rows.keys()], true);
    const right = MODEL.right(),
      probe = MODEL.rows[FILM.row];
    say($("score"), right < 0 ? "—" : `${right} of ${MODEL.rows.length}`);
    fill(FILM.columns, probe, MODEL.forward(MODEL.row(), probe), loss);
    NETWORK.paint(FILM.chosen);
    FIELD.paint(probe);
    set(FIELD.canvas, "aria-label", `What the network answers after ${plural(epoch, "epoch")}`);
    drawNormCurves($("norms"), FILM.norms, FILM.at);
    const sizes = MODEL.norms().map((n, k) => `${MODEL.layers[k].name}: ${shortly(n)}`);
    set($("norms"), "aria-label", sizes.join(", "));
    say($("stuck"), FILM.playing ? "" : findings().join(" "));
    list = [...LOSSES, FILM.end];
  }
  drawCurve($("curve"), list, { at: epoch, stretches: DATA.stretches });
  set($("curve"), "aria-label", `loss ${shortly(loss)} at epoch ${epoch}; ${$("shape").textContent}`);
  say($("at"), String(epoch));
  say($("loss"), shortly(loss));
  set($("loss"), "title", fully(loss));
  say($("phase"), phase(epoch));
  say($("meaning"), `${MEANINGS[phase(epoch)]}.`);
  $("slider").value = String(FILM.at);
  set($("slider"), "aria-valuetext", `epoch ${epoch}, ${phase(epoch)}, loss ${shortly(loss)}`);
  $("first").disabled = $("back").disabled = FILM.at === 0;
  $("last").disabled = $("step").disabled = FILM.at === EPOCHS.length - 1;
  remember(`epoch=${epoch}`);
}

/** Each layer's gradient over the whole training, told apart by dashes and a number at the cursor.
 * @param {any} svg @param {number[][]} norms @param {number} at */
function drawNormCurves(svg, norms, at) {
  const names = 64,
    left = 44,
    top = 8,
    bottom = 86 + 10 * norms[0].length,
    right = sized(svg, bottom + 20) - names - 84;
  const logs = norms.map((list) => list.map((n) => (n > 0 ? Math.log10(n) : NaN))),
    flat = logs.flat().filter(Number.isFinite);
  const high = Math.ceil(flat.reduce((a, b) => Math.max(a, b), -3)),
    low = Math.floor(flat.reduce((a, b) => Math.min(a, b), high - 1)),
    last = EPOCHS[EPOCHS.length - 1] || 1;
  const x = (/** @type {number} */ k) => left + ((right - left) * EPOCHS[k]) / last,
    y = (/** @type {number} */ v) => top + ((bottom - top) * (high - v)) / (high - low);
  svg.replaceChildren(
    make("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    written(left - 5, top + 9, `1e${high}`, "note", "end"),
    written(left - 5, bottom, `1e${low}`, "note", "end"),
    written(left, bottom + 15, "0"),
    written(right, bottom + 15, `epoch ${last}`, "note", "end"),
    make("path", { class: "cursor", d: `M${x(at)} ${top}V${bottom}` }),
    ...MODEL.layers.flatMap((layer, k) => {
      const points = logs.map((list, n) => [x(n), y(list[k])]).filter(([, b]) => Number.isFinite(b)),
        line = top + 14 + 36 * k;
      return [
        make("path", { class: `norm l${k % 6}`, d: through(points) }),
        make("path", { class: `norm l${k % 6}`, d: `M${right + 12} ${line - 4}h40` }),
        written(right + 58, line, layer.name),
        make("text", { class: "gradient", x: right + 58, y: line + 16 }, `◄ ${shortly(norms[at][k])}`),
      ];
    }),
  );
}

const play = player({
  next: () => go(FILM.at + 1),
  back: () => go(FILM.at - 1),
  go,
  end: () => EPOCHS.length - 1,
  at: () => FILM.at,
  pace: () => Math.max(40, 12000 / EPOCHS.length),
  playing: (on) => {
    FILM.playing = on;
    set($("stretch"), "aria-live", on ? "off" : "polite");
    if (!on) go(FILM.at);
  },
});
$("slider").addEventListener("input", () => {
  play(false);
  go(+$("slider").value);
});
$("row").addEventListener("change", () => {
  FILM.row = +$("row").value;
  go(FILM.at);
});
$("controls").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
addEventListener("hashchange", fromAddress);

/** Shows the moment that the address names, or the one before it. */
function fromAddress() {
  const epoch = +(new URLSearchParams(location.hash.slice(1)).get("epoch") || 0);
  const found = EPOCHS.findLastIndex((e) => e <= epoch);
  go(Math.max(0, found));
}

/** Lays the network out for the room that there is, wide enough for the numbers of every moment. */
function place() {
  widen(FILM.columns);
  NETWORK.layOut(FILM.columns, roomIn($("network-part")));
}

function begin() {
  $("title").textContent = document.title = DATA.title;
  $("slider").max = EPOCHS.length - 1;
  say($("shape"), `Epochs: ${shape()}.${DATA.stopped ? ` It ended: ${DATA.stopped}.` : ""}`);
  say($("of"), String(EPOCHS[EPOCHS.length - 1]));
  for (const id of ["network-part", "field-part", "gradients", "right-part"]) $(id).hidden = !LIVE;
  set(document.querySelector("main"), "class", LIVE ? "" : "bare");
  if (LIVE) {
    FILM.thetas = unpack();
    FILM.row = Math.min(1, MODEL.rows.length - 1);
    FILM.norms = FILM.thetas.map((theta) => {
      MODEL.theta = theta;
      FILM.end = MODEL.loss([...MODEL.rows.keys()], true);
      return MODEL.norms();
    });
    const shown = MODEL.rows.slice(0, 2000);
    $("row").append(...shown.map((_, i) => make("option", { value: i }, `${i + 1} of ${MODEL.rows.length}`)));
    $("row").value = String(FILM.row);
    const two = MODEL.classes.length === 2 && DATA.outputs === 1,
      [low, high] = MODEL.classes.map(shortly);
    const marks = FIELD.flat
      ? "The curve is the output over the input, dots are the rows."
      : two
        ? `× wants ${high} (blue), ○ wants ${low} (orange).`
        : "The rows, over the first two inputs.";
    say($("key"), `${marks} ◎ is the row whose values are shown.`);
  }
  new ResizeObserver(() => {
    if (LIVE) place();
    go(FILM.at);
  }).observe(document.querySelector("main") ?? document.body);
  if (LIVE) place();
  fromAddress();
}
begin();
