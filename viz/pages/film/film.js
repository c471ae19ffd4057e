// The film: moments of a training, each with its weights; what the network makes of them is computed here, by its own program.

import { FIELD } from "../shared/boundary.js";
import { drawCurve, plural } from "../shared/charts.js";
import { $, calm, make, say, set } from "../shared/dom.js";
import { MODEL, ROWS } from "../shared/live_model.js";
import { NETWORK } from "../shared/live_network.js";
import { DATA, between, doubles, fully, shortly } from "../shared/numbers.js";

const LIVE = DATA.moments !== undefined;
/** @type {number[]} */
const LOSSES = DATA.curve.map((/** @type {number | string} */ x) =>
  typeof x === "number" ? x : x === "nan" ? NaN : Infinity,
);
/** @type {number[]} */
const EPOCHS = LIVE ? DATA.epochs : LOSSES.map((_, k) => k);
const FILM = {
  at: 0,
  timer: 0,
  row: 0,
  end: 0,
  norms: /** @type {number[][]} */ ([]),
  thetas: /** @type {Float64Array[]} */ ([]),
};

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
  const told = [];
  for (const [from, to, name] of DATA.stretches) {
    if (many && name === "spike") continue;
    const before = told[told.length - 1];
    if (before && before[2] === name) before[1] = to;
    else told.push([from, to, name]);
  }
  return (
    told.map(([from, to, name]) => `${name} ${from} to ${to}`).join(", ") + (many ? `, with ${spikes} spikes` : "")
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
    loss = MODEL.loss(
      ROWS.map((_, i) => i),
      true,
    );
    const right = MODEL.right(),
      probe = ROWS[FILM.row];
    say($("score"), right < 0 ? "" : `${right} of ${plural(ROWS.length, "row")} right`);
    NETWORK.paint(probe, MODEL.forward(MODEL.row(), probe), null);
    FIELD.paint(probe, !FIELD.flat);
    set(FIELD.canvas, "aria-label", `What the network answers after ${plural(epoch, "epoch")}`);
    drawNormCurves($("norms"), FILM.norms, FILM.at);
    set(
      $("norms"),
      "aria-label",
      MODEL.norms()
        .map((/** @type {number} */ n, /** @type {number} */ k) => `${DATA.layers[k].name}: ${shortly(n)}`)
        .join(", "),
    );
    list = [...LOSSES, FILM.end];
  }
  drawCurve($("curve"), list, { at: epoch, stretches: DATA.stretches });
  set($("curve"), "aria-label", `loss ${shortly(loss)} at epoch ${epoch}; ${$("shape").textContent}`);
  say($("at"), String(epoch));
  say($("loss"), shortly(loss));
  set($("loss"), "title", fully(loss));
  say($("phase"), phase(epoch));
  say($("meaning"), MEANINGS[phase(epoch)]);
  $("slider").value = String(FILM.at);
  set($("slider"), "aria-valuetext", `epoch ${epoch}, ${phase(epoch)}, loss ${shortly(loss)}`);
  $("first").disabled = $("back").disabled = FILM.at === 0;
  $("last").disabled = $("on").disabled = FILM.at === EPOCHS.length - 1;
  try {
    history.replaceState(null, "", `#epoch=${epoch}`);
  } catch {
    /* a frame in a notebook has no address of its own */
  }
}

/** @param {boolean} on */
function play(on) {
  clearInterval(FILM.timer);
  if (on && FILM.at === EPOCHS.length - 1) go(0);
  set($("state"), "aria-live", on ? "off" : "polite");
  FILM.timer = on
    ? setInterval(
        () => {
          if (FILM.at === EPOCHS.length - 1) play(false);
          else go(FILM.at + 1);
        },
        calm.matches ? 1000 : Math.max(40, 12000 / EPOCHS.length),
      )
    : 0;
  say($("play"), on ? "Pause" : "Play");
  set($("play"), "aria-pressed", String(on));
}

/** Each layer's gradient over the whole training, told apart by dashes and a number at the cursor.
 * @param {any} svg @param {number[][]} norms @param {number} at */
function drawNormCurves(svg, norms, at) {
  const width = 300,
    height = 150,
    left = 52,
    top = 8,
    bottom = 130,
    right = 290;
  const logs = norms.map((list) => list.map((n) => (n > 0 ? Math.log10(n) : NaN))),
    flat = logs.flat().filter(Number.isFinite);
  const high = Math.ceil(Math.max(-3, ...flat)),
    low = Math.floor(Math.min(high - 1, ...flat)),
    last = EPOCHS[EPOCHS.length - 1] || 1;
  const x = (/** @type {number} */ k) => left + ((right - left) * EPOCHS[k]) / last,
    y = (/** @type {number} */ v) => top + ((bottom - top) * (high - v)) / (high - low);
  const words = (/** @type {string} */ text, /** @type {number} */ a, /** @type {number} */ b, anchor = "end") =>
    make("text", { class: "tick", x: a, y: b, "text-anchor": anchor }, text);
  set(svg, "viewBox", `0 0 ${width} ${height + 18 * DATA.layers.length}`);
  svg.replaceChildren(
    make("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    words(`1e${high}`, left - 5, top + 9),
    words(`1e${low}`, left - 5, bottom),
    words("0", left, height - 4, "start"),
    words(`epoch ${last}`, right, height - 4),
    make("path", { class: "cursor", d: `M${x(at)} ${top}V${bottom}` }),
    ...DATA.layers.flatMap((/** @type {any} */ layer, /** @type {number} */ k) => {
      const points = logs.map((list, n) => [x(n), y(list[k])]).filter(([, b]) => Number.isFinite(b)),
        line = height + 14 + 18 * k;
      const d = points.map(([a, b], n) => `${n ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join("");
      return [
        make("path", { class: `norm l${k % 6}`, d }),
        make("path", { class: `norm l${k % 6}`, d: `M${left} ${line - 4}h50` }),
        words(layer.name, left + 56, line, "start"),
        make("text", { class: "gradient", x: right, y: line, "text-anchor": "end" }, "◀ " + shortly(norms[at][k])),
      ];
    }),
  );
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.altKey || event.ctrlKey || event.metaKey || target.matches("select")) return;
  const act = {
    ArrowRight: () => go(FILM.at + 1),
    ArrowLeft: () => go(FILM.at - 1),
    Home: () => go(0),
    End: () => go(EPOCHS.length - 1),
    " ": target.matches("button") ? null : () => play(!FILM.timer),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  if (event.key !== " ") play(false);
  act();
});
for (const [id, act] of /** @type {[string, () => void][]} */ ([
  ["first", () => go(0)],
  ["back", () => go(FILM.at - 1)],
  ["on", () => go(FILM.at + 1)],
  ["last", () => go(EPOCHS.length - 1)],
])) {
  $(id).addEventListener("click", () => {
    play(false);
    act();
  });
}
$("play").addEventListener("click", () => play(!FILM.timer));
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
  go(
    Math.max(
      0,
      EPOCHS.findLastIndex((e) => e <= epoch),
    ),
  );
}

function begin() {
  $("title").textContent = document.title = DATA.title;
  $("slider").max = EPOCHS.length - 1;
  say($("shape"), `Epochs: ${shape()}.${DATA.stopped ? ` It ended: ${DATA.stopped}.` : ""}`);
  say($("of"), String(EPOCHS[EPOCHS.length - 1]));
  for (const id of ["network-part", "field-part", "gradients", "rows"]) $(id).hidden = !LIVE;
  set(document.querySelector("main"), "class", LIVE ? "" : "bare");
  if (LIVE) {
    FILM.thetas = unpack();
    FILM.row = Math.min(1, ROWS.length - 1);
    const all = ROWS.map((_, i) => i);
    FILM.norms = FILM.thetas.map((theta) => {
      MODEL.theta = theta;
      FILM.end = MODEL.loss(all, true);
      return MODEL.norms();
    });
    $("row").append(...ROWS.slice(0, 2000).map((_, i) => make("option", { value: i }, `${i + 1} of ${ROWS.length}`)));
    $("row").value = String(FILM.row);
    const two = DATA.classes.length === 2 && DATA.outputs === 1;
    say(
      $("key"),
      (FIELD.flat
        ? "The curve is the output over the input, dots are the rows."
        : two
          ? `× rows that want ${shortly(DATA.classes[1])} (blue), ○ ${shortly(DATA.classes[0])} (orange).`
          : "The rows, over the first two inputs.") + " ◎ is the row whose values are shown.",
    );
    NETWORK.draw(null, () => {});
  }
  fromAddress();
}
begin();
