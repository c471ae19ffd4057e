// A terminal of text: a log that a screen reader follows, a line to type in, and what was typed before on ↑ and ↓.

import { $, make } from "../shared/dom.js";

const MOST = 500; // entries of the log that are kept
const ADDRESS = /(file:\/\/\/\S+)/;

/** Returns a terminal that hands each typed line to `done`; `link` says where an address that was printed leads.
 * @param {(line: string) => void} done @param {(address: string) => string | undefined} link */
export function terminal(done, link) {
  const log = $("log");
  const line = $("line");
  const typed = /** @type {string[]} */ ([]);
  let at = 0;
  let entry = /** @type {any} */ (null); // what is being answered
  const end = () => {
    log.scrollTop = log.scrollHeight;
  };

  /** Adds what was said to the answer, with addresses as links. @param {string} text */
  function say(text) {
    if (!entry) log.append((entry = make("pre")));
    for (const part of text.split(ADDRESS)) {
      const place = link(part);
      entry.append(place ? make("a", { href: place, target: "_blank" }, "open it in a tab of its own") : part);
    }
    end();
  }

  /** Shows what was typed, and begins an answer. @param {string} mark @param {string} text */
  function echo(mark, text) {
    log.append(make("pre", { class: "typed" }, `${mark}${text}`));
    while (log.childElementCount > MOST) log.firstElementChild.remove();
    entry = null;
    end();
  }

  /** Waits for a line after this mark; without one nothing can be typed. @param {string} mark */
  function wait(mark) {
    $("mark").textContent = mark;
    line.readOnly = !mark;
    $("session").setAttribute("aria-busy", String(!mark));
  }

  /** Does a line as if it was typed. @param {string} text */
  function type(text) {
    if (line.readOnly) return;
    const mark = $("mark").textContent;
    if (text.trim() && typed[typed.length - 1] !== text) typed.push(text);
    at = typed.length;
    line.value = "";
    echo(mark, text);
    done(text);
  }

  $("ask").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    type(line.value);
  });
  line.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    at = Math.max(0, Math.min(typed.length, at + step));
    line.value = typed[at] ?? "";
  });

  /** How many letters a line of the log has room for. */
  function columns() {
    const probe = log.appendChild(make("pre", { class: "probe" }, "0".repeat(100)));
    const room = probe.parentElement.clientWidth - 2 * parseFloat(getComputedStyle(log).paddingLeft);
    const count = Math.floor((100 * room) / probe.getBoundingClientRect().width);
    probe.remove();
    return Math.max(40, Math.min(100, count));
  }

  const clear = () => {
    log.replaceChildren();
    entry = null;
  };
  return { say, echo, wait, type, columns, clear };
}
