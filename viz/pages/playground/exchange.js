// What comes in and goes out, on request: the address, files, and texts to be copied.

import { plural } from "../live/charts.js";
import { MODEL, packed, unpacked } from "../live/model.js";
import { $, make } from "../shared/dom.js";
import { DATA, typedNumber } from "../shared/numbers.js";
import { program, saved, table, weights } from "./csv_and_weights.js";
import { refusal, reshape, shape } from "./structure.js";
import { VIEW, run } from "./training.js";

export const option = (/** @type {string | number} */ value, /** @type {string} */ words) =>
  make("option", { value }, words);
/** @param {string} name */
export const spaced = (name) => name.replaceAll("_", " ");

/** @param {string} name */
export function setLoss(name) {
  const { steps, epochs, at } = MODEL;
  MODEL.lossName = name;
  MODEL.begin();
  Object.assign(MODEL, { steps, epochs, at });
}

// ---------------------------------------------------------------------------------------------- the address
/** What a link has to say of what one sees: only what is not as it was given. */
export function address() {
  const start = new Map(DATA.parameters.map((/** @type {any[]} */ p, /** @type {number} */ k) => [k, p[2]])),
    moved = MODEL.edited || MODEL.theta.some((x, k) => x !== start.get(k));
  const said = {
    units: MODEL.edited ? shape().join("-") : "",
    act: MODEL.activation === DATA.activation ? "" : MODEL.activation,
    loss: MODEL.lossName === DATA.loss ? "" : MODEL.lossName,
    rate: MODEL.rate === DATA.rate ? "" : String(MODEL.rate),
    row: VIEW.row >= 0 && VIEW.row !== Math.min(1, MODEL.rows.length - 1) ? String(VIEW.row + 1) : "",
    file: MODEL.given ? String(MODEL.rows.length) : "",
    w: moved && MODEL.theta.length <= 1000 ? packed(MODEL.theta) : "",
  };
  return new URLSearchParams(Object.entries(said).filter(([, x]) => x)).toString();
}

/** The weights of a link; throws an Error where they are cut off. @param {string} words */
function carried(words) {
  try {
    return unpacked(words);
  } catch {
    throw new Error("its weights are cut off");
  }
}

/** Takes over what the address says, if it says anything; what does not fit is said. */
export function fromAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  MODEL.reset();
  VIEW.losses = [];
  try {
    const counts = said.get("units")?.split("-").map(Number),
      numbers = said.has("w") ? carried(said.get("w") ?? "") : null,
      file = said.get("file");
    if (counts) {
      const why = counts[0] !== MODEL.rows[0].length ? "it is of rows that are not here" : refusal(counts);
      if (why) throw new Error(why);
      reshape(counts);
    }
    if (numbers) {
      if (numbers.length !== MODEL.theta.length || !numbers.every(Number.isFinite))
        throw new Error("its weights are of another network");
      MODEL.theta = numbers;
    }
    const act = said.get("act"),
      loss = said.get("loss"),
      rate = typedNumber(said.get("rate") ?? ""),
      row = Number(said.get("row") ?? 0);
    if (act && act in DATA.programs) MODEL.activation = act;
    if (loss && loss in DATA.losses) setLoss(loss);
    if (rate >= 0 && rate < Infinity) MODEL.rate = rate;
    VIEW.fitting();
    VIEW.setRate(MODEL.rate);
    if (row >= 1 && row <= MODEL.rows.length) VIEW.look(row - 1);
    if (file)
      VIEW.refuse(
        `This link was made with ${plural(+file, "row")} from a file, which a link does not hold: these are the ${plural(MODEL.rows.length, "row")} of the page.`,
      );
  } catch (error) {
    MODEL.reset();
    VIEW.fitting();
    VIEW.setRate(MODEL.rate);
    VIEW.refuse(`The link does not fit: ${/** @type {Error} */ (error).message}.`);
  }
}

// ---------------------------------------------------------------------------------------------- files
/** Hands a text over: to the clipboard where there is one, and to the eye. @param {string} words @param {string} what */
async function copy(words, what) {
  $("text").value = words;
  $("text").hidden = false;
  $("text").select();
  try {
    await navigator.clipboard.writeText(words);
    VIEW.tell(`${what} copied`);
  } catch {
    VIEW.tell(`${what} is below, to be copied`);
  }
}

/** Reads a file that was chosen, and shows what came of it. @param {string} id @param {(file: File) => Promise<string>} take */
function fileAt(id, take) {
  $(id).addEventListener("change", async () => {
    const [file] = $(id).files;
    if (!file) return;
    try {
      run(false);
      const done = await take(file);
      VIEW.refuse("");
      VIEW.tell(done);
    } catch (error) {
      VIEW.refuse(`${file.name}: ${/** @type {Error} */ (error).message}`);
    }
    $(id).value = "";
  });
}

fileAt("csv", async (file) => {
  const { rows, targets } = table(await file.text()),
    counts = [rows[0].length, ...shape().slice(1)],
    classes = targets.every(([t]) => Number.isInteger(t) && t >= 0 && t < DATA.outputs);
  if (DATA.outputs > 1 && !classes) throw new Error(`the targets are to be classes from 0 to ${DATA.outputs - 1}.`);
  if (counts[0] !== MODEL.rows[0].length) {
    const why = refusal(counts);
    if (why) throw new Error(why);
  }
  const binary = targets.every(([t]) => t === 0 || t === 1),
    fits =
      DATA.outputs > 1 ? "softmax_cross_entropy" : binary ? "binary_cross_entropy_with_logits" : "mean_squared_error";
  if (!(fits in DATA.losses)) throw new Error(`its targets want ${spaced(fits)}, which this page was not given.`);
  MODEL.lossName = fits;
  const widened = counts[0] !== MODEL.rows[0].length;
  MODEL.give(rows, targets);
  MODEL.given = true;
  DATA.names = []; // of the classes of before
  if (widened) reshape(counts);
  VIEW.losses = [];
  VIEW.fitting();
  return `${plural(rows.length, "row")} read from ${file.name}: ${VIEW.summary()}`;
});
fileAt("open", async (file) => {
  MODEL.theta = weights(await file.arrayBuffer());
  MODEL.reshaped();
  VIEW.show();
  return `weights read from ${file.name}: ${VIEW.summary()}`;
});
$("save").addEventListener("click", () => {
  const link = make("a", { href: URL.createObjectURL(new Blob([saved()])), download: "weights.safetensors" });
  link.click();
  VIEW.tell("weights saved as weights.safetensors");
});
$("python").addEventListener("click", () =>
  DATA.python && MODEL.lossName !== "own"
    ? copy(program(), "the program")
    : VIEW.refuse(
        `Copy as Python writes an nn.MLP, its loss and its optimizer: ${DATA.python ? "this loss is" : "this model or its optimizer is"} your own, which only your program can make.`,
      ),
);
$("link").addEventListener("click", () => copy(`${location.href.split("#")[0]}#${address()}`, "the link"));
