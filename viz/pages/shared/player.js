// One player for all that has a beginning and an end: buttons, keys and a clock.

import { $, calm, say, set } from "./dom.js";

/** Whether an element takes what is typed. @param {Element} target */
const typing = (target) => target.matches("input:not([type=range]):not([type=checkbox]),select,textarea");

/** Does what keys are for, but where they are typed into something or pressed on a button. @param {Record<string, () => void>} acts */
export function keys(acts) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || typing(target)) return;
    if (!acts[event.key] || (event.key === " " && target.matches("button,summary,input[type=checkbox]"))) return;
    acts[event.key]();
    event.preventDefault();
  });
}

/** Moves by the buttons #first, #back, #step, #last and #play, by → ← Home End and space, and by the keys of `more`.
 * @param {{next: () => void, back: () => void, go: (place: number) => void, end: () => number, at: () => number, pace: () => number,
 *   more?: Record<string, () => void>, playing?: (on: boolean) => void}} film
 * `pace` is how many milliseconds a step takes while it plays.  Returns what plays and pauses. */
export function player({ next, back, go, end, at, pace, more = {}, playing = () => {} }) {
  let timer = 0;
  const play = (/** @type {boolean} */ on) => {
    clearInterval(timer);
    if (on && at() >= end()) go(0);
    timer = on
      ? setInterval(() => (at() >= end() ? play(false) : next()), calm.matches ? Math.max(1000, pace()) : pace())
      : 0;
    say($("play"), on ? "Pause" : "Play");
    set($("play"), "aria-pressed", String(on));
    playing(on);
  };
  const acts = { first: () => go(0), back, step: next, last: () => go(end()) };
  const still = (/** @type {() => void} */ act) => () => {
    if (timer) play(false);
    act();
  };
  for (const [id, act] of Object.entries(acts)) $(id).addEventListener("click", still(act));
  $("play").addEventListener("click", () => play(!timer));
  const moves = { ArrowRight: next, ArrowLeft: back, Home: acts.first, End: acts.last, ...more };
  keys({
    ...Object.fromEntries(Object.entries(moves).map(([key, act]) => [key, still(act)])),
    " ": () => play(!timer),
  });
  return play;
}

/** Writes where one stands into the address, once one rests: browsers ration it. @param {string} words */
export function remember(words) {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    try {
      history.replaceState(null, "", "#" + words);
    } catch {
      /* a frame in a notebook has no address of its own */
    }
  }, 150);
}
let remembering = 0;
