// The table of a unit: all the numbers of what leads to it, with a slider for each; and the step of the one that is chosen.

import { $, button, make, say, set } from "../shared/dom.js";
import { layerName, unitName } from "../live/map.js";
import { MODEL } from "../live/model.js";
import { DATA, fewer, shortly } from "../shared/numbers.js";
import { VIEW } from "./training.js";

/** @typedef {{layer: number, unit: number, input: number}} What */

/** Writes with as many digits as there is room for: 4, 3 or 2. @param {any} element @param {(digits: number) => string} words */
function fitted(element, words) {
  for (const digits of [4, 3, 2]) {
    say(element, words(digits));
    if (element.scrollWidth <= element.clientWidth) return;
  }
}

/** @param {{change: (what: What, x: number) => void, choose: (what: What) => void,
 *   typed: (input: any, what: string, now: number) => number}} page
 * Returns what paints the table. */
export function edges({ change, choose, typed }) {
  let shown = "",
    lines = /** @type {any[]} */ ([]);
  const now = make("input", { id: "value", inputmode: "decimal", autocomplete: "off" }),
    box = (
      /** @type {string} */ style,
      /** @type {string} */ title,
      /** @type {any} */ inside = make("span", { class: "number" }),
    ) => make("div", { class: style }, make("small", {}, title), inside);
  const boxes = {
    now: box("value", "now", now),
    step: box("local", "η × ◄ gradient"),
    next: box("next", "◆ after the next step"),
  };
  $("boxes").append(boxes.now, make("b", {}, "−"), boxes.step, make("b", {}, "="), boxes.next);
  now.addEventListener("change", () => {
    const x = typed(now, "number", number(VIEW.chosen));
    if (Number.isFinite(x)) change(VIEW.chosen, x);
  });

  /** @param {What} what */
  const number = (what) => (what.layer ? MODEL.theta[place(what)] : VIEW.probe[what.unit]);
  /** @param {What} what */
  const place = ({ layer, unit, input }) => {
    const { weights, biases } = MODEL.layers[layer - 1];
    return weights[unit][input] ?? biases[unit];
  };
  /** What leads to a unit: its inputs and its bias; an input is led to by nothing. @param {What} what @returns {What[]} */
  const leading = ({ layer, unit }) =>
    layer
      ? [...MODEL.layers[layer - 1].weights[unit], MODEL.layers[layer - 1].biases[unit]]
          .map((at, input) => ({ at, layer, unit, input }))
          .filter(({ at }) => at >= 0)
          .slice(0, 40)
      : [{ layer, unit, input: 0 }];
  /** @param {What} what */
  const called = ({ layer, unit, input }) =>
    !layer
      ? unitName(0, unit)
      : input < MODEL.layers[layer - 1].weights[unit].length
        ? unitName(layer - 1, input)
        : "bias";

  function build() {
    const { chosen } = VIEW,
      head = ["from", "", "weight", "◄ gradient", "◆ next"].map((x, k) =>
        make("th", { scope: "col", class: ["", "grow", "", "backward", "update"][k] }, x),
      );
    lines = leading(chosen).map((what) => {
      const name = button(called(what), () => choose(what)),
        most = Math.max(4, Math.ceil(2 * Math.abs(number(what))) || 4),
        slider = make("input", {
          type: "range",
          min: -most,
          max: most,
          step: 0.01,
          "aria-label": `weight from ${called(what)}`,
        });
      slider.addEventListener("focus", () => choose(what));
      slider.addEventListener("input", () => change(what, +slider.value));
      const [weight, slope, next] = ["", "backward", "update"].map((style) => make("td", { class: style }));
      const line = make("tr", {}, make("td", {}, name), make("td", { class: "grow" }, slider), weight, slope, next);
      return { what, line, slider, weight, slope, next, button: name };
    });
    const wide = make(
      "table",
      {},
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...lines.map((l) => l.line)),
    );
    $("edges").replaceChildren(wide);
    for (const [k, { button }] of lines.entries())
      button.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        const to = { ArrowDown: k + 1, ArrowUp: k - 1 }[event.key];
        if (to === undefined || !lines[to]) return;
        event.preventDefault();
        lines[to].button.focus();
        choose(lines[to].what);
      });
  }

  function paint() {
    const { chosen } = VIEW,
      { layer, unit } = chosen,
      key = [layer, unit, MODEL.parameters.length, VIEW.probe.length].join();
    if (key !== shown) {
      shown = key;
      build();
    }
    const who = layer ? `unit ${unit + 1} of ${layerName(layer)}` : `input ${unit + 1}`;
    say(
      $("chosen"),
      `Chosen: ${who}. ${layer ? "Its weights, and where the next step takes them" : "It changes what the units say, not what is learned"}`,
    );
    const digits = innerWidth < 480 ? 3 : 4;
    for (const { what, line, slider, weight, slope, next, button } of lines) {
      const x = number(what),
        on = what.input === chosen.input;
      set(line, "class", on ? "marked" : "");
      set(button, "aria-pressed", String(on));
      if (document.activeElement !== slider || Math.abs(+slider.value - x) > 0.02) slider.value = String(x);
      set(slider, "aria-valuetext", shortly(x));
      say(weight, fewer(x, digits));
      say(slope, layer ? fewer(MODEL.gradient[place(what)], digits) : "");
      say(next, layer ? fewer(MODEL.ahead(place(what)), digits) : "");
    }
    const x = number(chosen);
    if (document.activeElement !== now) now.value = shortly(x);
    set(now, "aria-label", `value of ${layer ? `the weight from ${called(chosen)}` : called(chosen)}`);
    for (const part of [$("boxes").children[1], boxes.step, $("boxes").children[3], boxes.next]) part.hidden = !layer;
    if (!layer) return;
    const at = place(chosen),
      plain = DATA.optimizer === "SGD" && !DATA.memories.length;
    say(boxes.step.children[0], plain ? "η × ◄ gradient" : `a step of ${DATA.optimizer}`);
    fitted(boxes.step.children[1], (digits) =>
      plain
        ? `${fewer(MODEL.rate, digits)} × ${fewer(MODEL.gradient[at], digits)}`
        : fewer(x - MODEL.ahead(at), digits),
    );
    fitted(boxes.next.children[1], (digits) => fewer(MODEL.ahead(at), digits));
  }
  return { paint };
}
