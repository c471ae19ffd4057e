// The order of the backward pass: nodes are pressed one after the other, and one that still waits for another says so.

import { $, button, make, say } from "../shared/dom.js";
import { DATA } from "../shared/numbers.js";

const { names, before, one } = DATA.order;
const NUMBER = make("span", { class: "paper" }, "Number them.");
const HEAD = "Which node can send its gradient on first, which next?";

/** The part in which nodes are put in order; `done` is called once all are. @param {() => void} done */
export function orderPart(done) {
  const part = make("div", { class: "phase backward order" }, make("h3", {}, "The order of the backward pass"));
  if (DATA.form === "page") part.append(...pressed(done));
  else {
    const boxes = names.map((/** @type {string} */ name) => make("span", {}, make("i"), name));
    part.append(make("p", {}, `${HEAD} Number them.`), make("div", { class: "choices" }, ...boxes));
  }
  return part;
}

/** @param {() => void} done @returns {Node[]} */
function pressed(done) {
  const placed = /** @type {number[]} */ ([]),
    list = make("ol", { id: "placed", "aria-label": "in order" }),
    said = make("p", { class: "said", role: "status" });
  const buttons = names.map((/** @type {string} */ name, /** @type {number} */ k) => {
    const node = button(name, () => {
      const missing = before[k].find((/** @type {number} */ other) => !placed.includes(other));
      if (missing !== undefined) return say(said, `Not yet: ${name} waits for what ${names[missing]} sends on.`);
      placed.push(k);
      node.disabled = true;
      list.append(make("li", {}, `${placed.length}. ${name}`));
      const whole = placed.length === names.length;
      say(said, whole ? "Right: nobody sends before all has arrived." : "");
      if (whole) done();
      else buttons.find((/** @type {any} */ other) => !other.disabled).focus();
    });
    return node;
  });
  return [
    make("p", {}, `${HEAD} `, make("span", { class: "screen" }, "Press them in that order."), NUMBER),
    make("div", { class: "choices" }, ...buttons),
    list,
    said,
  ];
}

/** Writes one right order under the answers. */
export function orderKey() {
  const order = one.map((/** @type {number} */ k) => names[k]).join(", ");
  say($("order-key"), `A right order: ${order}. So is any other in which each node stands behind all that send to it.`);
}
