// The phases, with how far one is in each: they are the slider of the page.

import { $, make, narrow, ruler, set } from "../../shared/dom.js";
import { between } from "../../shared/numbers.js";
import { EVENTS, SHOWN, sentence } from "../replay.js";

const PHASES = Object.entries({ forward: "►", backward: "◄", update: "◆" }).map(([name, glyph]) => ({
  name,
  glyph,
  count: EVENTS.filter(({ phase }) => phase === name).length,
}));

/** @param {string} phase where one is @param {number} position @param {number} end */
export function showRail(phase, position, end) {
  const rail = $("rail"),
    rule = ruler(14);
  let before = 0;
  const segments = PHASES.map(({ name, glyph, count }) => {
    const done = between(0, SHOWN.position - before, count),
      now = name === phase,
      far = done === count ? "✓" : now ? `${done} of ${count}` : String(count),
      words = narrow() && !now ? `${glyph} ${done === count ? "✓" : ""}` : `${glyph} ${name} ${count ? far : "none"}`,
      filled = make("i"),
      segment = make("div", { class: `phase ${name}${now ? " now" : ""}` }, filled, make("span", {}, words));
    before += count;
    filled.style.width = `${(100 * done) / (count || 1)}%`;
    segment.style.flex = `${count} 0 ${Math.ceil(rule(words)) + 20}px`;
    return segment;
  });
  rail.replaceChildren(...segments);
  set(rail, "aria-valuemax", end);
  set(rail, "aria-valuenow", position);
  set(
    rail,
    "aria-valuetext",
    SHOWN.position ? `${position} of ${end}: ${sentence(EVENTS[SHOWN.position - 1])}` : "the beginning",
  );
}

/** Goes where the rail is pressed: so far into that phase. @param {(place: number) => void} go */
export function slider(go) {
  const slide = (/** @type {PointerEvent} */ event) => {
    let before = 0;
    for (const [k, segment] of [...$("rail").children].entries()) {
      const { left, right } = segment.getBoundingClientRect(),
        { count } = PHASES[k];
      if (event.clientX <= right || k === 2)
        return go(before + Math.round(between(0, (event.clientX - left) / (right - left), 1) * count));
      before += count;
    }
  };
  $("rail").addEventListener("pointerdown", (event) => {
    $("rail").setPointerCapture(event.pointerId);
    slide(event);
  });
  $("rail").addEventListener("pointermove", (event) => {
    if (event.buttons) slide(event);
  });
}
