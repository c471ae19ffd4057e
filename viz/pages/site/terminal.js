// A terminal of text: a log that a screen reader follows, a line to type in, and what was typed before on ↑ and ↓.

import { $, make, roomIn } from "../shared/dom.js";

const MOST = 500; // entries of the log that are kept
const PARTS = /(file:\/\/\/\S+|[\u2800-\u28ff]+)/; // addresses, and the dots that curves are drawn with

/** Returns a terminal that hands each typed line to `done`; `link` says where an address that was printed leads.
 * @param {(line: string) => void} done @param {(address: string) => string | undefined} link */
export function terminal(done, link) {
  const log = $("log");
  log.tabIndex = 0; // so that it is scrolled by keyboard
  const line = $("line");
  const typed = /** @type {string[]} */ ([]);
  let at = 0;
  let entry = /** @type {any} */ (null); // what is being answered
  const end = () => {
    log.scrollTop = log.scrollHeight;
  };

  /** Adds what was said to the answer, with addresses as links. @param {string} text */
  function say(text) {
    entry ??= log.appendChild(make("pre"));
    for (const part of text.split(PARTS)) {
      const place = link(part);
      if (place) entry.append(make("a", { href: place, target: "_blank" }, "open it in a tab of its own"));
      else entry.append(part >= "\u2800" && part < "\u2900" ? make("span", { class: "dots" }, part) : part);
    }
    end();
  }

  /** Shows what was typed, and begins an answer. @param {string} mark @param {string} text */
  function echo(mark, text) {
    log.append(make("pre", { class: "typed" }, make("span", {}, mark), text));
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

  /** How many letters a line has room for; dots, which come from another font, are made as wide as letters. */
  function columns() {
    const width = (/** @type {string} */ letter) => {
      const probe = log.appendChild(make("pre", { class: "probe" }, letter.repeat(100)));
      const found = probe.getBoundingClientRect().width / 100;
      probe.remove();
      return found;
    };
    const wide = width("0");
    log.style.setProperty("--dots", `${wide - width("\u2812")}px`);
    return Math.max(40, Math.min(100, Math.floor(roomIn(log) / wide)));
  }

  const clear = () => {
    log.replaceChildren();
    entry = null;
  };
  return { say, echo, wait, type, columns, clear };
}
