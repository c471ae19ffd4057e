// Training in the page: a step, an epoch, or on and on, as fast as was asked for.

import { $, calm, say, set } from "../shared/dom.js";
import { MODEL } from "../live/model.js";

export const VIEW = {
  probe: /** @type {Float64Array} */ (new Float64Array(0)),
  row: 0,
  chosen: { layer: 1, unit: 0, input: 0 }, // layer 0 are the inputs; after a unit's inputs comes its bias
  losses: /** @type {number[]} */ ([]),
  running: 0,
  last: 0,
  owed: 0,
  dirty: false,
  announced: 0,
  // what tells and shows: given by the page
  show: (/** @type {boolean} */ _whole = true) => {},
  tell: (/** @type {string} */ _words) => {},
  refuse: (/** @type {string} */ _words) => {},
  summary: () => "",
  fitting: () => {},
  look: (/** @type {number} */ _row) => {},
  setRate: (/** @type {number} */ _rate) => {},
};

export function advance() {
  VIEW.losses.push(MODEL.batch === MODEL.rows.length ? MODEL.step() : MODEL.whole() + 0 * MODEL.step());
  if (VIEW.losses.length > 100_000) VIEW.losses.shift();
}

export function epoch() {
  const goal = MODEL.epochs + 1;
  while (MODEL.epochs < goal) advance();
}

/** @param {boolean} on */
export function run(on) {
  cancelAnimationFrame(VIEW.running);
  VIEW.running = on ? requestAnimationFrame(frame) : 0;
  VIEW.last = performance.now();
  VIEW.owed = 1;
  say($("run"), on ? "Pause" : "Run");
  set($("run"), "aria-pressed", String(on));
  VIEW.tell(on ? "running" : `paused at ${VIEW.summary()}`);
  if (!on) VIEW.show();
}

/** @param {number} now */
function frame(now) {
  if (!VIEW.running) return;
  VIEW.owed += Math.min(0.25, (now - VIEW.last) / 1000) * +$("speed").value;
  VIEW.last = now;
  const began = performance.now();
  let moved = false;
  while (VIEW.owed >= 1 && performance.now() - began < 20) {
    advance();
    VIEW.owed--;
    moved = true;
  }
  if (VIEW.owed > 10) VIEW.owed = 10;
  if (moved && now - VIEW.announced > (calm.matches ? 500 : 33)) {
    VIEW.show(false);
    VIEW.announced = now;
  }
  if (!MODEL.theta.every(Number.isFinite)) {
    run(false);
    VIEW.refuse("The weights are no longer finite: the learning rate is too high. Reset, and try a lower one.");
    return;
  }
  VIEW.running = requestAnimationFrame(frame);
}
