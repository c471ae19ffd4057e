// A pass of one row through a network with one hidden layer, step by step: forward, back, and with a rate the update.  The map
// shows what is known so far, the boxes how the number of this step is made.

import { make } from "../../../shared/dom.js";
import { Network } from "../../../shared/network.js";
import { counted, sub } from "../../../shared/numbers.js";
import { layered } from "../../layers.js";
import { asked, box, rows } from "../../plot.js";

/** @typedef {import("../../../shared/network.js").Unit} Unit @typedef {import("../../plot.js").Box} Box
 * @typedef {"forward" | "backward" | "update"} Phase
 * @typedef {{phase: Phase, unit: Unit, input?: number, makes: string, says: string, boxes: (Box | string)[]}} Step
 * `makes` is the name of the number that the step makes, `input` which of the unit's inputs it is about */

const NARROW = 480, // pixels
  LONG = 7; // boxes and signs

/** Returns a maker of steps of a phase. @param {Phase} phase */
export const maker =
  (phase) =>
  /** @returns {Step} */
  (
    /** @type {Unit} */ unit,
    /** @type {string} */ makes,
    /** @type {string} */ says,
    /** @type {(Box | string)[]} */ ...boxes
  ) => ({
    phase,
    unit,
    makes,
    says,
    boxes,
  });

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
    this.net = layered(inputs, hidden, [], "the loss of this row");
  }

  /** The numbers of a pass, by the names that Python gives them.
   * @param {ArrayLike<number>} theta @param {number[]} row @param {number} target @returns {Record<string, number>} */
  numbers(theta, row, target) {
    const found = this.it.run("pass", theta, row, [target]);
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
    const size = this.net.inputs.length;
    return [...this.net.hidden, this.net.output].map((unit, j) => ({
      unit,
      hidden: j < this.net.hidden.length,
      name: j < this.net.hidden.length ? sub(j + 1) : "",
      from: unit.inputs.map((input) => input.unit.name),
      first: j * (size + 1) + 1,
      bias: j * (size + 1) + 1 + unit.inputs.length,
    }));
  }

  /** The steps forward. @param {Record<string, number>} n @param {number} target @returns {Step[]} */
  forward(n, target) {
    const { hidden, output, loss, inputs } = this.net,
      step = maker("forward"),
      sums = this.neurons().map(({ unit, hidden, name, from, bias }, j) => {
        const terms = from.flatMap((x, k) => [box.value(`► w·${x}`, n[`term${j * inputs.length + k + 1}`]), "+"]),
          makes = hidden ? `z${j + 1}` : "logit",
          says = `z${name} is what arrives times its weights, plus the bias.`;
        return step(
          unit,
          makes,
          says,
          ...terms,
          box.value("► b", n[`w${bias}`]),
          "=",
          box.outcome(`► z${name}`, n[makes]),
        );
      }),
      bent = hidden.map((unit, j) => {
        const name = sub(j + 1),
          boxes = [
            box.value(`► z${name}`, n[`z${j + 1}`]),
            "→",
            box.outcome(`► a${name} = ${this.bend}`, n[`a${j + 1}`]),
          ];
        return step(unit, `a${j + 1}`, `a${name} is the ${this.bend} of z${name}.`, ...boxes);
      }),
      [z, said, wanted] = [box.value("► z", n.logit), box.value("► ŷ", n.prediction), box.value("wanted y", target)],
      [made, wrong] = [box.outcome("► ŷ = σ(z)", n.prediction), box.outcome("► cross-entropy L", n.L)];
    return [
      ...sums.slice(0, -1),
      ...bent,
      ...sums.slice(-1),
      step(output, "prediction", "The sigmoid makes a prediction of it.", z, "→", made),
      step(loss, "L", "The loss says how wrong that is.", said, wanted, "→", wrong),
    ];
  }

  /** The steps back. @param {Record<string, number>} n @param {number[]} row @param {number} target @returns {Step[]} */
  backward(n, row, target) {
    const list = this.neurons(),
      [last] = list.slice(-1),
      inner = list.slice(0, -1),
      step = maker("backward"),
      factor = this.it.width < NARROW ? box.local : box.factor, // the box's title has a × , too
      covered = (/** @type {Box} */ one) => asked(one, this.asks === "errors"),
      sent = (/** @type {string} */ title, /** @type {number} */ place) => covered(box.sent(title, n[`g${place}`])),
      delta = (/** @type {typeof last} */ { name, bias }) => covered(box.gradient(`◄ δ${name}`, n[`g${bias}`])),
      weights = (/** @type {typeof last} */ one) =>
        one.from.map((x, k) => {
          const says = `A weight’s gradient: the error δ${one.name} times the value at its start.`,
            place = one.first + k,
            start = factor(`× ${x}`, one.hidden ? row[k] : n[`a${k + 1}`]);
          return { ...step(one.unit, `g${place}`, says, delta(one), start, "=", sent("◄ ∂L/∂w", place)), input: k };
        }),
      bias = (/** @type {typeof last} */ one) => {
        const says = "A bias is a weight whose input is 1: its gradient is the error itself.";
        return step(one.unit, `g${one.bias}`, says, delta(one), factor("× 1", 1), "=", sent("◄ ∂L/∂b", one.bias));
      },
      [said, wanted] = [box.value("► ŷ", n.prediction), box.value("wanted y", target)],
      off = "The output’s error is what it said, less what is right.",
      back = `The error goes back along the weight, and through the ${this.bend}’s slope.`;
    return [
      step(last.unit, "error", off, said, "−", wanted, "=", sent("◄ δ", last.bias)),
      ...weights(last),
      bias(last),
      ...inner.map((one, j) => {
        const weight = factor(`× w of a${one.name}`, n[`w${last.first + j}`]),
          slope = factor(`× slope at z${one.name}`, n[`slope${j + 1}`]);
        return step(one.unit, `error${j + 1}`, back, delta(last), weight, slope, "=", sent(`◄ δ${one.name}`, one.bias));
      }),
      ...inner.flatMap(weights),
      ...inner.map(bias),
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
    this.net.inputs.forEach((unit, k) => Object.assign(unit, { value: row[k] }));
    for (const [j, { unit, hidden, first, bias }] of list.entries()) {
      const value = hidden ? `a${j + 1}` : "logit",
        error = hidden ? `error${j + 1}` : "error";
      Object.assign(unit, { value: known.has(value) ? n[value] : null, ever: [n[value], n[`g${bias}`]] });
      unit.gradient = back ? (known.has(error) ? n[`g${bias}`] : null) : undefined;
      unit.inputs.forEach((input, k) => {
        input.weight = weights ? weights[first + k - 1] : n[`w${first + k}`];
      });
    }
    Object.assign(this.net.loss, { value: known.has("L") ? n.L : null, ever: [n.L] });
    this.net.loss.gradient = back ? (known.has("error") ? 1 : null) : undefined;
    for (const unit of [...this.net.hidden, this.net.output, this.net.loss]) {
      unit.mark = unit === now?.unit ? now.phase : "";
      unit.stale = made > 0 && known.has("next1");
    }
    this.map.layOut(this.net.columns, this.it.width);
    this.map.paint({ unit: now?.unit ?? null, input: now?.input });
    for (const unit of this.asks === "errors" ? [last.unit] : [last.unit, this.net.loss])
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
    rows(
      this.boxes,
      ...(step ? [[words[step.phase], ...step.boxes.slice(0, half)]] : []),
      .../** @type {import("../../plot.js").Row[]} */ (
        step && half < Infinity ? [["", ...step.boxes.slice(half)]] : []
      ),
      ...more,
    );
  }
}
