// Figure 3.2: the cache as tiles that can be pulled out, and the gradients that go with them.

import { make, pressable, ruler, set, written } from "../../../shared/dom.js";
import { compact, fewer, sub } from "../../../shared/numbers.js";
import { cover } from "../../plot.js";

const HIGH = 48; // of a tile
const GAP = 8;
const told = (/** @type {string} */ name) =>
  name === "a" ? "ŷ" : name.replace(/\d/g, (digit) => sub(+digit)).replace("d_", "");

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { theta, row, cache, needs } = it.about,
    svg = make("svg", { role: "group", "aria-label": "the cache, and the gradients that are made with it" }),
    tiles = /** @type {Map<string, any>} */ (new Map());
  it.drawing.append(svg);
  for (const name of cache) {
    const tile = make("g", { role: "button", tabindex: 0 });
    pressable(tile, () => it.set({ pulled: it.state.pulled === name ? "none" : name }));
    tiles.set(name, tile);
  }
  /** Fills a tile: a name, and a number or that there is none. @param {any} tile @param {number} column of 4 @param {number} y
   * @param {string[]} words @param {boolean} gone */
  const fill = (tile, column, y, words, gone) => {
    const wide = Math.floor((it.width + GAP) / 4),
      x = column * wide,
      text = (/** @type {number} */ down, /** @type {string} */ style, /** @type {string} */ word) =>
        written(x + (wide - GAP) / 2, y + down, word, style, "middle");
    tile.replaceChildren(
      make("rect", { x, y, width: wide - GAP, height: HIGH, rx: 8 }),
      text(18, "note", words[0]),
      text(38, gone ? "odd" : words[2], gone ? words[3] : words[1]),
    );
  };
  return {
    numbers({ pulled }) {
      const found = it.run("network", theta, row),
        values = [...row, ...found.z, ...found.a, found.logit[0], found.prediction[0]],
        lost = Object.values(needs).filter((needed) => needed.includes(pulled)).length;
      return {
        ...Object.fromEntries(cache.map((/** @type {string} */ name, /** @type {number} */ k) => [name, values[k]])),
        ...Object.fromEntries(Object.keys(needs).map((name, k) => [name, found.slopes[k]])),
        lost,
      };
    },
    draw({ pulled }, n) {
      const number = (/** @type {number} */ x) => (it.width > 500 ? fewer(x, 4) : compact(x)),
        result = make("g", { class: "result" }),
        lines = /** @type {any[]} */ ([]);
      let y = 0;
      const head = (/** @type {string} */ words) => {
        const rule = ruler(12, 400),
          parts = rule(words) > it.width ? words.split(": ") : [words];
        for (const part of parts) {
          lines.push(make("text", { class: "note", x: 0, y: y + 13 }, part));
          y += 18;
        }
        y += 4;
      };
      const places = [
        ["x1", "x2"],
        ["z1", "z2", "z3", "z"],
        ["a1", "a2", "a3", "a"],
      ];
      head("► the cache: press a value to pull it out, or to put it back");
      for (const line of places) {
        for (const [column, name] of line.entries()) {
          const tile = tiles.get(name),
            out = name === pulled;
          fill(tile, column, y, [told(name), `► ${number(n[name])}`, "value", "× out"], out);
          set(tile, "class", out ? "unit lost" : "unit forward");
          set(tile, "aria-pressed", String(out));
          set(tile, "aria-label", `${told(name)}, ${out ? "pulled out" : number(n[name])}`);
        }
        y += HIGH + GAP;
      }
      y += 12;
      head("◄ the 13 gradients: δ = ŷ − y at the output, δᵢ at unit i needs zᵢ");
      const from = y;
      for (const [name] of Object.entries(needs)) {
        const [kind, i, k] = name.slice(2),
          out = needs[name].includes(pulled),
          tile = make("g", { class: out ? "unit lost" : "unit backward" }),
          made =
            {
              w: `w${sub(+i)}${sub(+k)}: δ${sub(+i)} · x${sub(+k)}`,
              b: `b${sub(+i)}: δ${sub(+i)}`,
              v: `v${sub(+i)}: δ · a${sub(+i)}`,
              c: "c: δ",
            }[kind] ?? "",
          column = kind === "w" ? +k - 1 : kind === "b" ? 2 : 3,
          line = kind === "c" ? 3 : +i - 1;
        fill(tile, column, from + line * (HIGH + GAP), [made, `◄ ${number(n[name])}`, "gradient", "× lost"], out);
        result.append(tile);
      }
      set(svg, "width", it.width);
      set(svg, "height", from + 4 * (HIGH + GAP));
      svg.replaceChildren(...lines, ...tiles.values(), result, cover(it.width / 2, from + 1.5 * (HIGH + GAP)));
    },
    answer({ pulled }, n) {
      const out = cache.includes(pulled) ? pulled : "none",
        name = told(out),
        why =
          {
            none: "The cache is whole: every gradient can be computed.",
            a: "The error at the output is the prediction minus the answer, and every other gradient is made from that error.",
            z: "The output’s sum is kept, and not needed: with cross-entropy the error is ŷ − y, and asks for no slope of the sigmoid.",
          }[/** @type {"a"} */ (out)] ??
          (out[0] === "x"
            ? `The three weights that start at ${name} need it, and nothing else does.`
            : out[0] === "a"
              ? `Only the weight from ${name} to the output is multiplied by it.`
              : `The slope of the curve at ${name} is in the error of its unit, and so in two weights and a bias. (A tanh could do without: its slope is 1 − a², too. A GELU could not.)`);

      return it.words`${n.lost} of 13 are lost. ${why}`;
    },
  };
};
