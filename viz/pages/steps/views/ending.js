// What became of it: the loss after the update beside what the slopes foretold, what each row says now, how each weight moved.

import { $, clip, make } from "../../shared/dom.js";
import { fewer, shortly } from "../../shared/numbers.js";
import { rowName, unitsOf } from "./map.js";
import { COUNT, EVENTS, LATER, NODES, ROOT, TOTALS, UPDATED, VALUES } from "../replay.js";

const signed = (x) => (x > 0 ? "+" : "") + fewer(x, 3);
const card = (head, ...inside) => make("section", { class: "card" }, make("h2", {}, head), ...inside);
const line = (cells, tag = "td") => make("tr", {}, ...cells.map((text) => make(tag, {}, text)));
const words = (style, text) => make("p", { class: style }, text);

/** What the update did, in one sentence and in plain words. */
export function outcome() {
  const [before, after] = [ROOT.value, LATER[ROOT.index]],
    name = ROOT.name,
    moved = COUNT - UPDATED + 1;
  const plain =
    after < before
      ? `It was ${shortly(before)}. ${moved === 1 ? "One number moved against its gradient" : `${moved} numbers moved against their gradients`}, once. That is all that learning is: the rest is doing it again.`
      : `It was ${shortly(before)}, and did not fall: the step was too long for the slopes, or there was no way down. Try a smaller learning rate.`;
  return { said: [`${name} is now`, shortly(after)], plain };
}

/** Shows the end of the story. @param {number} rows */
export function showEnding(rows) {
  const moves = EVENTS.slice(UPDATED - 1);
  $("end").replaceChildren(truth(moves), says(rows), paths(moves));
}

function truth(moves) {
  const lost = LATER[ROOT.index] - ROOT.value,
    foretold = moves.reduce((sum, e) => sum + (e.after - e.before) * TOTALS[e.target], 0),
    off = Math.abs(lost - foretold) / Math.abs(foretold);
  const verdict =
    off < 0.1 ? `They agree to ${fewer(100 * (1 - off), 3)} %.` : "They differ: over so long a step the slopes change.";
  return card(
    "Did the gradient tell the truth?",
    words("big", signed(lost)),
    words("small quiet", `what became of ${ROOT.name}`),
    words("big update", signed(foretold)),
    words("small quiet", "what the slopes foretold: Σ move × gradient"),
    words("", `${verdict} A longer step makes the promise worse.`),
  );
}

/** What the outputs of each row were and are, and whether they went where the slope of the loss asked. */
function says(rows) {
  const lines = [];
  for (let row = 0; row < Math.min(rows, 12); row++) {
    const units = [...unitsOf(row).values()];
    for (const { out } of units.filter((u) => !units.some((v) => v.from.includes(u.out.index)))) {
      const [was, is] = [VALUES[out.index], LATER[out.index]],
        helped = (is - was) * TOTALS[out.index] < 0;
      const cells = [
        rows > 1 ? `row ${rowName(row)}` : out.name,
        shortly(was),
        shortly(is),
        TOTALS[out.index] < 0 ? "up" : "down",
        helped ? "▲ yes" : "▽ no",
      ];
      lines.push(line(cells));
    }
  }
  if (!lines.length) {
    const before = NODES.filter((n) => n.kind === "inner").slice(-12);
    lines.push(...before.map((n) => line([n.name, shortly(n.value), shortly(LATER[n.index])])));
  }
  const heads =
    lines[0]?.children.length === 5 ? ["", "said before", "says now", "was to go", "did it?"] : ["", "before", "now"];
  const more = rows > 12 ? [words("small quiet", `and ${rows - 12} more rows`)] : [];
  return card(
    "What it says now",
    make("table", {}, line(heads, "th"), ...lines),
    ...more,
    words("small quiet", "Rows share their weights: a step that serves the sum may not serve each of them."),
  );
}

/** How each parameter moved, from ○ to ●, by the same scale. */
function paths(moves) {
  const far = Math.max(1e-300, ...moves.map((e) => Math.abs(e.after - e.before)).filter(Number.isFinite)),
    few = moves.slice(0, 60);
  const lines = few.map(({ target, before, after }) => {
    const by = after - before,
      end = 50 + (35 * by) / far || 50,
      [line, from, to] = [make("i"), make("b"), make("b")],
      word = (text, style = "") => make("span", { class: style }, text);
    line.style.left = `${Math.min(50, end)}%`;
    line.style.width = `${Math.abs(end - 50)}%`;
    from.style.left = "50%";
    to.style.left = `${end}%`;
    const name = clip(NODES[target].name, 10);
    return make(
      "div",
      {},
      word(name),
      word(fewer(before, 3), "quiet"),
      make("span", { class: "track" }, line, from, to),
      word(signed(by), "update"),
    );
  });
  const box = card("How each number moved: ○ before, ● after", make("div", { id: "moves" }, ...lines));
  if (moves.length > few.length) box.append(words("small quiet", `and ${moves.length - few.length} more`));
  box.classList.add("wide");
  return box;
}
