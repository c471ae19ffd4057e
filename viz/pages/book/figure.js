// What every figure does: it asks a question, takes a prediction, draws its picture with the result covered until then, says
// how good the prediction was, and draws again whenever something is moved.

import { call, give, load, slopes } from "../live/composed.js";
import { button, make, roomIn, say, set } from "../shared/dom.js";
import { DATA, fewer, shortly, typedNumber } from "../shared/numbers.js";
import { controls, startOf } from "./controls.js";
import { Plot, rows } from "./plot.js";

/** @typedef {Record<string, any>} State numbers and texts, by the names of the controls
 * @typedef {Record<string, number>} Numbers all that the figure shows, by the names that its Python file gives them
 * @typedef {{value: number, slopes: Float64Array, [shown: string]: any}} Result of a program
 * @typedef {object} Live a figure at work
 * @property {(state: State) => Numbers} numbers computed by the figure's programs alone
 * @property {(state: State, numbers: Numbers) => void} draw draws them into `it.drawing` and `it.boxes`, `it.width` wide
 * @property {(state: State, numbers: Numbers) => (string | Node)[]} [answer] the answer at a state; without it, that of the text
 * @property {(numbers: Numbers) => [number, string][]} [mistakes] wrong numbers, each with what was done to get it
 * @property {() => void} [stop] stops what runs by itself, when the figure is out of sight
 * @typedef {(it: Figure) => Live} Code what a figure's module exports as `figure`: it sets the figure to work */

const SHOWN = "-"; // said by those who let it be shown

export class Figure {
  /** @param {HTMLElement} element @param {Code} code @param {(figure: Figure) => void} changed */
  constructor(element, code, changed) {
    this.element = element;
    this.id = element.id.slice(1);
    this.about = DATA.figures[this.id] ?? { name: "", controls: {}, programs: {} };
    this.code = code;
    this.changed = changed;
    this.state = /** @type {State} */ (startOf(this.about.controls));
    this.said = ""; // a letter, a number, or SHOWN
    this.live = /** @type {Live | null} */ (null);
    this.width = 0;
    this.inSight = false;
    this.waiting = false;
    this.loaded = new Map();
    this.drawing = make("div", { class: "drawing" });
    this.boxes = make("div", { class: "boxes" });
    this.controls = controls(this);
    this.answers = /** @type {HTMLElement} */ (element.querySelector(".answer"));
    set(this.answers, "aria-live", "polite");
    element.tabIndex = -1;
    this.copyable();
    this.asks = this.question();
  }

  // ---------------------------------------------------------------------------------------------- what it computes
  /** Runs a program on these numbers; returns its value, its slopes and what it shows besides.
   * @param {string} name @param {ArrayLike<number>} inputs @param {ArrayLike<number>[]} given @returns {Result} */
  run(name, inputs, ...given) {
    const program = this.program(name, inputs),
      lists = given.map((list) => Float64Array.from(list)),
      value = call(program, "forward", lists);
    call(program, "backward", lists);
    const shown = Object.entries(program.run).filter(([, x]) => x instanceof Float64Array),
      copies = Object.fromEntries(shown.map(([key, x]) => [key, x.slice()]));
    return { ...copies, value, slopes: slopes(program, inputs.length) };
  }

  /** The value of a program alone. @param {string} name @param {ArrayLike<number>} inputs @param {ArrayLike<number>[]} given
   * @returns {number} */
  value(name, inputs, ...given) {
    return call(
      this.program(name, inputs),
      "forward",
      given.map((list) => Float64Array.from(list)),
    );
  }

  /** @param {string} name @param {ArrayLike<number>} inputs */
  program(name, inputs) {
    if (!this.loaded.has(name)) this.loaded.set(name, load(this.key(name), this.about.programs[name]));
    const program = this.loaded.get(name);
    give(program, inputs);
    return program;
  }

  /** Moves θ by an optimizer's rule, in place. @param {string} name @param {Float64Array} theta @param {Float64Array} gradient
   * @param {Float64Array[]} memories one for each that the rule keeps @param {number} rate @param {number} step from 1 */
  update(name, theta, gradient, memories, rate, step) {
    PROGRAMS[this.key(name)](theta, gradient, memories, rate, step, theta.length);
  }

  /** A descent by an optimizer's rule: the first two numbers before each step and at the end, and the losses there.
   * @param {string} rule @param {ArrayLike<number>} start @param {number} rate @param {number} steps
   * @param {(at: Float64Array, step: number) => Result} run gives loss and slopes */
  descent(rule, start, rate, steps, run) {
    const at = Float64Array.from(start),
      memories = Array.from({ length: this.about.programs[rule].memories }, () => new Float64Array(at.length)),
      points = /** @type {[number, number][]} */ ([]),
      losses = /** @type {number[]} */ ([]);
    for (let step = 0; ; step++) {
      const { value, slopes } = run(at, step);
      points.push([at[0], at[1]]);
      losses.push(value);
      if (step === steps) return { points, losses };
      this.update(rule, at, slopes, memories, rate, step + 1);
    }
  }

  /** @param {string} name */
  key(name) {
    return `${this.about.name.replaceAll("/", ".")}.${name}`;
  }

  /** The numbers at a state. @param {State} state @returns {Numbers} */
  numbers(state = this.state) {
    return this.started().numbers(state);
  }

  /** @returns {Live} */
  started() {
    if (!this.live) {
      this.element.querySelector(".picture")?.replaceChildren(this.drawing, this.controls.element, this.boxes);
      this.live = this.code(this);
    }
    return this.live;
  }

  // ---------------------------------------------------------------------------------------------- what is shown
  /** Changes some of the state, and shows it. @param {State} change */
  set(change) {
    Object.assign(this.state, change);
    this.changed(this);
    this.soon();
  }

  /** Shows it before the next picture of the screen, however often it is asked for. */
  soon() {
    if (this.waiting || !this.inSight) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.show();
    });
  }

  show() {
    const live = this.started(),
      numbers = live.numbers(this.state);
    this.width = Math.floor(roomIn(this.drawing));
    this.controls.show(this.state);
    live.draw(this.state, numbers);
    const all = { ...this.state, ...numbers };
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll("[data-number]"))) {
      const x = all[place.dataset.number ?? ""],
        digits = +(place.dataset.digits ?? 4);
      if (x !== undefined) say(place, typeof x !== "number" || !digits ? String(x) : fewer(x, digits));
    }
    this.verdict();
    if (live.answer) this.answers.children[1].replaceChildren(...live.answer(this.state, numbers));
  }

  /** @param {boolean} inSight */
  seen(inSight) {
    this.inSight = inSight;
    if (inSight) this.soon();
    else this.live?.stop?.();
  }

  /** Adds a plot to the drawing, or to a part of it. @param {string} name what is told of it to those who do not see it
   * @param {import("./plot.js").Axis} x @param {import("./plot.js").Axis} y @param {import("./plot.js").Room} room */
  plot(name, x, y, room = {}, parent = this.drawing) {
    return new Plot(parent, name, x, y, room);
  }

  /** Shows rows of boxes under the drawing. @param {import("./plot.js").Row[]} list */
  rows(...list) {
    rows(this.boxes, ...list);
  }

  /** An answer: words as they are, each number marked, to 4 digits or to as many as [number, digits] says.
   * @param {TemplateStringsArray} words @param {(string | number | [number, number] | (string | Node)[])[]} given
   * @returns {(string | Node)[]} */
  words(words, ...given) {
    const shown = given.map((x) => {
      const [number, digits] = Array.isArray(x) ? x : [x, 4];
      return typeof number === "number" ? make("mark", {}, fewer(number, +digits)) : x;
    });
    return words.flatMap((text, k) => [text.replace(/\s*\n\s*/g, " "), ...[shown[k] ?? []].flat()]);
  }

  // ---------------------------------------------------------------------------------------------- question and answer
  /** Puts what one can answer beside the question; returns whether there is one. */
  question() {
    const question = this.element.querySelector(".question"),
      choices = this.element.querySelector(".choices"),
      guess = /** @type {HTMLElement | null} */ (this.element.querySelector(".guess"));
    this.answers.prepend(make("p", { class: "verdict" }));
    if (!question) return false;
    const ask = make("div", { class: "ask" }),
      predicts = (/** @type {string} */ words, /** @type {string} */ said) =>
        button(words, () => this.predict(said), { "data-said": said });
    question.replaceWith(ask);
    ask.append(question);
    if (choices) {
      [...choices.children].forEach((choice, k) => {
        const made = predicts(choice.textContent?.trim() ?? "", String.fromCharCode(97 + k));
        if (choice instanceof HTMLElement && "right" in choice.dataset) made.dataset.right = "";
        ask.append(made);
      });
      choices.remove();
    }
    if (guess) {
      const input = make("input", { inputmode: "decimal", size: 8, "aria-label": guess.textContent ?? "" }),
        form = make("form", { class: "guess" }, input, make("button", { class: "main" }, "Check"));
      Object.assign(form.dataset, { digits: guess.dataset.digits ?? "2", asked: guess.dataset.number });
      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        const x = typedNumber(input.value);
        set(input, "aria-invalid", String(!Number.isFinite(x)));
        if (Number.isFinite(x)) this.predict(String(x));
      });
      guess.replaceWith(form);
      ask.append(form);
    }
    ask.append(predicts("show me", SHOWN));
    return true;
  }

  /** Takes a prediction; one that cannot be made here is passed over. @param {string} said */
  predict(said) {
    const known = [...this.element.querySelectorAll("[data-said]")].some((b) => b.getAttribute("data-said") === said),
      typed = this.element.querySelector("form.guess") && said !== "" && Number.isFinite(+said);
    this.said = known || typed ? said : "";
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll("[data-said]")))
      set(button, "aria-pressed", String(button.dataset.said === said));
    const input = this.element.querySelector("form.guess input");
    if (input instanceof HTMLInputElement && said && said !== SHOWN) input.value = shortly(+said);
    this.cover();
    this.changed(this);
    this.soon();
  }

  /** Covers the result until something is said. */
  cover() {
    this.element.classList.toggle("covered", this.asks && !this.said);
  }

  /** Says how good the prediction was, at the state in which the question stands. */
  verdict() {
    const place = this.answers.children[0],
      pressed = this.element.querySelector(`[data-said="${this.said}"]`),
      right = this.element.querySelector("[data-right]"),
      bold = make("b");
    place.replaceChildren();
    if (!this.said || this.said === SHOWN) return;
    if (pressed instanceof HTMLElement && right) {
      const words = pressed.textContent ?? "";
      say(
        bold,
        pressed === right ? `You said: ${words}. ✓` : `Not quite: you said “${words}”, it is “${right.textContent}”.`,
      );
      place.append(bold);
      return;
    }
    const live = this.started(),
      first = live.numbers(startOf(this.about.controls)),
      asked = /** @type {any} */ (this.element.querySelector("form.guess")).dataset,
      truth = first[asked.asked],
      digits = +asked.digits,
      near = (/** @type {number} */ x) =>
        Math.abs(+this.said - x) <= 0.5001 * 10 ** (Math.floor(Math.log10(Math.abs(x) || 1)) - digits + 1);
    if (near(truth)) say(bold, `You said ${shortly(+this.said)}. ✓`);
    else {
      const made = live.mistakes?.(first).find(([x]) => near(x));
      say(bold, `Not quite: you said ${shortly(+this.said)}, it is ${fewer(truth, digits)}.`);
      if (made) bold.append(` ${made[1]}`);
    }
    place.append(bold);
  }

  /** Lets the Python lines be copied. */
  copyable() {
    const lines = this.element.querySelector("pre.python"),
      head = lines?.previousElementSibling;
    if (!lines || !head) return;
    const copy = button(
      "copy",
      () => {
        navigator.clipboard?.writeText(lines.textContent ?? "").then(
          () => say(copy, "copied"),
          () => getSelection()?.selectAllChildren(lines),
        );
      },
      { class: "copy" },
    );
    head.append(" ", copy);
  }
}
