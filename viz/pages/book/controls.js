// What a reader moves in a figure, made from the list that its Python file gives: sliders, choices, steps.

import { button, calm, make, say, set } from "../shared/dom.js";
import { between, shortly } from "../shared/numbers.js";

/** @typedef {{kind: string, label: string, start: any, low: number, high: number, step: number, powers: boolean, least: number,
 *   most: number, options: Record<string, string>}} Control
 * @typedef {{element: HTMLElement, show: (state: Record<string, any>) => void}} Shown
 * @typedef {Shown & {parts: Record<string, HTMLElement>}} Controls `parts` are the elements by name */

/** The state in which a figure is first seen. @param {Record<string, Control>} list */
export const startOf = (list) => Object.fromEntries(Object.entries(list).map(([name, { start }]) => [name, start]));

/** What an address says of a control, or undefined where that is nothing it can be. @param {Control} control @param {string} text */
export function parsed(control, text) {
  const x = +text,
    { kind, low, high, least, most, options, start } = control;
  if (kind === "Choice") return Object.hasOwn(options, text) ? text : undefined;
  if (kind === "Drawn" && typeof start === "string") return text.length <= 200 ? text : undefined;
  if (text === "" || !Number.isFinite(x)) return undefined;
  if (kind === "Steps") return Math.round(between(least, x, most));
  return kind === "Slider" ? between(low, x, high) : x;
}

/** Makes the controls of a figure. @param {any} figure @returns {Controls} */
export function controls(figure) {
  const list = Object.entries(/** @type {Record<string, Control>} */ (figure.about.controls)),
    made = list
      .filter(([, { kind }]) => MAKERS[kind])
      .map(([name, control]) => /** @type {[string, Shown]} */ ([name, MAKERS[control.kind](figure, name, control)]));
  return {
    element: make("div", { class: "controls" }, ...made.map(([, { element }]) => element)),
    parts: Object.fromEntries(made.map(([name, { element }]) => [name, element])),
    show: (state) => {
      for (const [, one] of made) one.show(state);
    },
  };
}

/** @type {Record<string, (figure: any, name: string, control: Control) => Shown>} */
const MAKERS = { Slider: slider, Choice: choice, Steps: steps };

/** @param {any} figure @param {string} name @param {Control} control @returns {Shown} */
function slider(figure, name, { label, low, high, step, powers }) {
  const id = `${figure.element.id}-${name}`,
    scale = powers ? Math.log10 : (/** @type {number} */ x) => x,
    range = make("input", { type: "range", id, min: scale(low), max: scale(high), step: powers ? "any" : step }),
    value = make("output", { for: id });
  range.addEventListener("input", () => {
    const x = powers ? between(low, +(10 ** +range.value).toPrecision(3), high) : +range.value;
    figure.set({ [name]: x });
  });
  return {
    element: make("div", { class: "slider" }, make("label", { for: id }, label), range, value),
    show: (state) => {
      range.value = String(scale(state[name]));
      set(range, "aria-valuetext", shortly(state[name]));
      say(value, shortly(state[name]));
    },
  };
}

/** @param {any} figure @param {string} name @param {Control} control @returns {Shown} */
function choice(figure, name, { label, options }) {
  const buttons = Object.entries(options).map(([key, words]) =>
    button(words, () => figure.set({ [name]: key }), { "data-key": key }),
  );
  return {
    element: make("div", { class: "choice", role: "group", "aria-label": label }, make("span", {}, label), ...buttons),
    show: (state) => {
      for (const one of buttons) set(one, "aria-pressed", String(one.dataset.key === state[name]));
    },
  };
}

const PACE = 600; // milliseconds from one step to the next while it plays

/** @param {any} figure @param {string} name @param {Control} control @returns {Shown} */
function steps(figure, name, { label, least, most }) {
  let timer = 0;
  const id = `${figure.element.id}-${name}`,
    at = () => /** @type {number} */ (figure.state[name]),
    go = (/** @type {number} */ place) => figure.set({ [name]: between(least, place, most) }),
    stride = () => Math.ceil(most / (calm.matches ? 50 : 500)), // many steps are played several at a time
    play = (/** @type {boolean} */ on) => {
      clearInterval(timer);
      if (on && at() >= most) go(least);
      timer = on ? setInterval(tick, Math.max(PACE / Math.max(1, most / 20), calm.matches ? 1000 : 30)) : 0;
      say(player, on ? "Pause" : "Play");
    },
    tick = () => {
      if (at() >= most || !figure.inSight) play(false);
      else go(at() + stride());
    },
    by = (/** @type {number} */ far) => () => {
      if (timer) play(false);
      go(at() + far);
    },
    back = button("◂ Back", by(-1)),
    on = button("Step ▸", by(1), { class: "main" }),
    player = button("Play", () => play(!timer)),
    range = make("input", { type: "range", id, min: least, max: most, step: 1 }),
    value = make("output", { for: id });
  range.addEventListener("input", () => {
    if (timer) play(false);
    go(+range.value);
  });
  return {
    element: make("div", { class: "steps" }, back, on, player, make("label", { for: id }, label), range, value),
    show: (state) => {
      range.value = String(state[name]);
      say(value, `${state[name]} of ${most}`);
      back.disabled = state[name] <= least;
      on.disabled = state[name] >= most;
    },
  };
}
