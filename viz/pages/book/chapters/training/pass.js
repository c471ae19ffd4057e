// A pass of one row through a network with one hidden layer, step by step: forward, back, and with a rate the update.  The map
// shows what is known so far, the boxes how the number of this step is made.

import { make } from "../../../shared/dom.js";
import { Network } from "../../../shared/network.js";
import { rows } from "../../plot.js";

/** @typedef {import("../../../shared/network.js").Unit} Unit @typedef {import("../../plot.js").Box} Box
 * @typedef {"forward" | "backward" | "update"} Phase
 * @typedef {{phase: Phase, unit: Unit, input?: number, at?: number, makes: string, says: string, boxes: (Box | string)[]}} Step
 * `makes` is the name of the number that the step makes, `at` the place of the parameter that an update moves, from 1 */

const NARROW = 480, // pixels
  LONG = 7; // boxes and signs
const sub = (/** @type {number} */ k) => "₁₂₃₄₅₆₇₈₉"[k - 1];
/** @param {string} kind @param {string} title @param {number} number */
const box = (kind, title, number, sign = "") => ({ kind, title, number, sign });

export class Pass {
  /** @param {import("../../figure.js").Figure} it @param {{inputs: number, hidden: number, bend: string, asks: string}} about
   * `bend` is what the hidden units' activation is called; `asks` is what is covered before a prediction: "errors", or "answers"
   * @param {(unit: Unit) => void} choose */
  constructor(it, { inputs, hidden, bend, asks }, choose) {
    this.it = it;
    this.bend = bend;
    this.asks = asks;
    this.sentence = make("p");
    this.boxes = make("div", { class: "boxes" });
    it.boxes.append(this.sentence, this.boxes);
    this.svg = make("svg", { role: "group", "aria-label": "the network" });
    this.map = new Network(this.svg, choose);
    const unit = (/** @type {string} */ name, /** @type {string} */ told) =>
      /** @type {Unit} */ ({ name, told, value: null, inputs: [] });
    this.inputs = Array.from({ length: inputs }, (_, k) => unit(`x${sub(k + 1)}`, `input ${k + 1}`));
    this.hidden = Array.from({ length: hidden }, (_, k) => unit(`a${sub(k + 1)}`, `hidden unit ${k + 1}`));
    this.output = unit("z", "output");
    this.loss = unit("L", "the loss of this row");
    const weighted = (/** @type {Unit} */ from) => ({ unit: from, weight: 0 });
    for (const one of this.hidden) one.inputs = this.inputs.map(weighted);
    this.output.inputs = this.hidden.map(weighted);
    this.loss.inputs = [{ unit: this.output, weight: null }];
    this.columns = [
      { head: "inputs", short: "in", units: this.inputs },
      { head: "hidden", short: "hid", units: this.hidden },
      { head: "output", short: "out", units: [this.output] },
      { head: "loss", short: "loss", units: [this.loss], close: true },
    ];
  }

  /** The numbers of a pass, by the names that Python gives them.
   * @param {ArrayLike<number>} theta @param {number[]} row @param {number} target @returns {Record<string, number>} */
  numbers(theta, row, target) {
    const found = this.it.run("pass", theta, row, [target]),
      counted = (/** @type {string} */ name, /** @type {ArrayLike<number>} */ list) =>
        Object.fromEntries(Array.from(list, (x, k) => [name + (k + 1), x]));
    return {
      L: found.value,
      logit: found.logit[0],
      prediction: found.prediction[0],
      ...counted("z", found.z),
      ...counted("a", found.a),
      ...counted("term", found.terms),
      ...counted(
        "slope",
        [...found.z].map((z) => this.it.run("bend", [z]).slopes[0]),
      ),
      ...counted("w", theta),
      ...counted("g", found.slopes),
    };
  }

  /** All units that parameters lead to, each with the places of its weights and its bias. */
  neurons() {
    const size = this.inputs.length;
    return [...this.hidden, this.output].map((unit, j) => ({
      unit,
      hidden: j < this.hidden.length,
      name: j < this.hidden.length ? sub(j + 1) : "",
      from: unit.inputs.map((input) => input.unit.name),
      first: j * (size + 1) + 1,
      bias: j * (size + 1) + 1 + unit.inputs.length,
    }));
  }

  /** The steps forward. @param {Record<string, number>} n @param {number} target @returns {Step[]} */
  forward(n, target) {
    const list = this.neurons(),
      sum = list.map(({ unit, hidden, name, from, bias }, j) => {
        const terms = from.flatMap((x, k) => [
          box("value", `► w·${x}`, n[`term${j * this.inputs.length + k + 1}`]),
          k + 1 < from.length ? "+" : "",
        ]);
        const makes = hidden ? `z${j + 1}` : "logit";
        return /** @type {Step} */ ({
          phase: "forward",
          unit,
          makes,
          says: `z${name} is what arrives times its weights, plus the bias.`,
          boxes: [
            ...terms.filter(Boolean),
            "+",
            box("value", "► b", n[`w${bias}`]),
            "=",
            box("value outcome", `► z${name}`, n[makes]),
          ],
        });
      }),
      [output] = sum.slice(-1);
    const bent = this.hidden.map((unit, j) => {
      const name = sub(j + 1);
      return /** @type {Step} */ ({
        phase: "forward",
        unit,
        makes: `a${j + 1}`,
        says: `a${name} is the ${this.bend} of z${name}.`,
        boxes: [
          box("value", `► z${name}`, n[`z${j + 1}`]),
          "→",
          box("value outcome", `► a${name} = ${this.bend}`, n[`a${j + 1}`]),
        ],
      });
    });
    return [
      ...sum.slice(0, -1),
      ...bent,
      output,
      {
        phase: "forward",
        unit: this.output,
        makes: "prediction",
        says: "The sigmoid makes a prediction of it.",
        boxes: [box("value", "► z", n.logit), "→", box("value outcome", "► ŷ = σ(z)", n.prediction)],
      },
      {
        phase: "forward",
        unit: this.loss,
        makes: "L",
        says: "The loss says how wrong that is.",
        boxes: [
          box("value", "► ŷ", n.prediction),
          box("value", "wanted y", target),
          "→",
          box("value outcome", "► cross-entropy L", n.L),
        ],
      },
    ];
  }

  /** The steps back. @param {Record<string, number>} n @param {number[]} row @param {number} target @returns {Step[]} */
  backward(n, row, target) {
    const list = this.neurons(),
      [last] = list.slice(-1),
      times = this.it.width < NARROW ? "" : "× ", // the box's title has one, too
      covered = (/** @type {Box} */ one) => ({ ...one, asked: this.asks === "errors" }),
      sent = (/** @type {string} */ title, /** @type {number} */ number) => covered(box("sent", title, number)),
      step = (/** @type {any} */ about) => /** @type {Step} */ ({ phase: "backward", ...about }),
      delta = (/** @type {typeof last} */ { name, bias }) => covered(box("gradient", `◄ δ${name}`, n[`g${bias}`])),
      weights = (/** @type {typeof last} */ one) =>
        one.from.map((x, k) =>
          step({
            unit: one.unit,
            input: k,
            makes: `g${one.first + k}`,
            says: `A weight’s gradient: the error δ${one.name} times the value at its start.`,
            boxes: [
              delta(one),
              box("local", `× ${x}`, one.hidden ? row[k] : n[`a${k + 1}`], times),
              "=",
              sent("◄ ∂L/∂w", n[`g${one.first + k}`]),
            ],
          }),
        ),
      bias = (/** @type {typeof last} */ one) =>
        step({
          unit: one.unit,
          makes: `g${one.bias}`,
          says: "A bias is a weight whose input is 1: its gradient is the error itself.",
          boxes: [delta(one), box("local", "× 1", 1, times), "=", sent("◄ ∂L/∂b", n[`g${one.bias}`])],
        });
    return [
      step({
        unit: this.output,
        makes: "error",
        says: "The output’s error is what it said, less what is right.",
        boxes: [
          box("value", "► ŷ", n.prediction),
          "−",
          box("value", "wanted y", target),
          "=",
          sent("◄ δ", n[`g${last.bias}`]),
        ],
      }),
      ...weights(last),
      bias(last),
      ...list.slice(0, -1).map((one, j) =>
        step({
          unit: one.unit,
          makes: `error${j + 1}`,
          says: `The error goes back along the weight, and through the ${this.bend}’s slope.`,
          boxes: [
            delta(last),
            box("local", `× w of a${one.name}`, n[`w${last.first + j}`], times),
            box("local", `× slope at z${one.name}`, n[`slope${j + 1}`], times),
            "=",
            sent(`◄ δ${one.name}`, n[`g${one.bias}`]),
          ],
        }),
      ),
      ...list.slice(0, -1).flatMap(weights),
      ...list.slice(0, -1).map(bias),
    ];
  }

  /** Draws the network as far as it is known, and the boxes of the step that was made last; without one all is known.
   * @param {Record<string, number>} n @param {{row: number[], steps: Step[], made: number, weights?: ArrayLike<number>}} about */
  draw(n, { row, steps, made, weights }) {
    const known = new Set(steps.slice(0, made || steps.length).map(({ makes }) => makes)),
      now = steps[made - 1],
      back = steps.some(({ makes }) => makes === "error"), // there are numbers to come below the values
      list = this.neurons(),
      [last] = list.slice(-1);
    this.inputs.forEach((unit, k) => {
      unit.value = row[k];
    });
    for (const [j, { unit, hidden, first, bias }] of list.entries()) {
      const value = hidden ? `a${j + 1}` : "logit",
        error = hidden ? `error${j + 1}` : "error";
      Object.assign(unit, { value: known.has(value) ? n[value] : null, ever: [n[value], n[`g${bias}`]] });
      unit.gradient = back ? (known.has(error) ? n[`g${bias}`] : null) : undefined;
      unit.inputs.forEach((input, k) => {
        input.weight = weights ? weights[first + k - 1] : n[`w${first + k}`];
      });
    }
    Object.assign(this.loss, { value: known.has("L") ? n.L : null, ever: [n.L] });
    this.loss.gradient = back ? (known.has("error") ? 1 : null) : undefined;
    for (const unit of [...this.hidden, this.output, this.loss]) {
      unit.mark = unit === now?.unit ? now.phase : "";
      unit.stale = made > 0 && known.has("next1");
    }
    this.map.layOut(this.columns, this.it.width);
    this.map.paint({ unit: now?.unit ?? null, input: now?.input });
    for (const unit of this.asks === "errors" ? [last.unit] : [last.unit, this.loss])
      for (const word of this.map.places.get(unit)?.words.slice(this.asks === "errors" ? 2 : 1) ?? [])
        word.classList.add("result");
  }

  /** Tells a step in words and boxes; where there is little room, those of a long sum stand in two rows.
   * @param {Step | undefined} step @param {import("../../plot.js").Row[]} more rows of boxes that follow */
  tell(step, more = []) {
    const words = { forward: "► forward", backward: "◄ back", update: "◆ update" },
      half = step && this.it.width < NARROW && step.boxes.length > LONG ? LONG - 1 : Infinity;
    this.sentence.textContent = step?.says ?? "";
    this.sentence.hidden = !step;
    rows(this.boxes, [
      ...(step ? [{ label: words[step.phase], boxes: step.boxes.slice(0, half) }] : []),
      ...(step && half < Infinity ? [{ label: "", boxes: step.boxes.slice(half) }] : []),
      ...more,
    ]);
  }
}
