// The book: its figures, its contents, the keys, the address, and what was read.

import { $, say, set } from "../shared/dom.js";
import { DATA } from "../shared/numbers.js";
import { keys, remember } from "../shared/player.js";
import { parsed } from "./controls.js";
import { Figure } from "./figure.js";

const NEAR = 200; // pixels from sight at which a figure starts
const KEPT = "chainrule.book.read";

/** @type {import("./figure.js").Code} a question with nothing to draw */
const CARD = () => ({ numbers: () => ({}), draw: () => {} });
/** @type {Map<string, Figure>} */
export const FIGURES = new Map(
  /** @type {HTMLElement[]} */ ([...document.querySelectorAll("figure")]).map((element) => {
    const code = MODULES[`book/chapters/${element.dataset.figure}.js`]?.figure ?? CARD;
    return [element.id.slice(1), new Figure(element, code, changed)];
  }),
);
const CHAPTERS = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".chapter")]),
  LINKS = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#contents li")]),
  PLACES = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".chapter,h3[id],figure[id]")]),
  READ = new Set(/** @type {string[]} */ (kept()));
let place = ""; // the chapter, section or figure that one looks at, by its number
let here = /** @type {Element | null} */ (null); // and that itself: a section and a figure may have the same number
let ready = false;

// ---------------------------------------------------------------------------------------------- what was read
/** What this browser remembers; nothing where it is not allowed to. @returns {string[]} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}
/** @param {string} id of a chapter */
function keep(id) {
  if (READ.has(id)) return;
  READ.add(id);
  try {
    localStorage.setItem(KEPT, JSON.stringify([...READ]));
  } catch {
    /* a page from a file may have no memory of its own */
  }
}

/** Shows in the contents what was read, where one is, and how much was predicted. */
function contents() {
  const now = CHAPTERS.findIndex((chapter) => chapter.contains(here));
  CHAPTERS.forEach((chapter, k) => {
    const asked = [...FIGURES.values()].filter((f) => f.asks && chapter.contains(f.element)),
      said = asked.filter((f) => f.said).length,
      [mark, , count] = LINKS[k].querySelectorAll("i,span,small");
    say(mark, k === now ? "◐" : READ.has(chapter.id) ? "●" : "○");
    set(mark, "title", k === now ? "here" : READ.has(chapter.id) ? "read" : "not yet");
    say(count, said ? `${said === asked.length ? "✓ " : ""}${said} of ${asked.length} predicted` : "");
    LINKS[k].classList.toggle("here", k === now);
  });
  const caption = here?.querySelector(":scope>figcaption b") ?? LINKS[now]?.querySelector("span");
  say($("where"), caption?.textContent ?? "Contents");
}

// ---------------------------------------------------------------------------------------------- the address
/** @param {Figure} figure */
function changed(figure) {
  if (!ready) return;
  place = figure.id;
  here = figure.element;
  contents();
  remember(address());
}

/** Where one is, what was moved and what was said: `s=4.2&z=-6&5.1.rate=0.21&q=4.2c`. */
function address() {
  const words = place ? [`s=${place}`] : [],
    said = [];
  for (const [id, figure] of FIGURES) {
    for (const [name, control] of Object.entries(figure.about.controls))
      if (figure.state[name] !== control.start)
        words.push(`${id === place ? "" : `${id}.`}${name}=${encodeURIComponent(figure.state[name])}`);
    if (figure.said) said.push(/^[a-z-]$/.test(figure.said) ? id + figure.said : `${id}:${figure.said}`);
  }
  if (said.length) words.push(`q=${said.join()}`);
  return words.join("&");
}

/** Goes where the address says; what it says that cannot be is passed over. */
function fromAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  place = said.get("s") ?? location.hash.match(/^#[sf]([\w.]+)$/)?.[1] ?? "";
  for (const [key, text] of said) {
    const at = key.lastIndexOf("."),
      figure = FIGURES.get(at < 0 ? place : key.slice(0, at)),
      name = key.slice(at + 1),
      control = figure?.about.controls[name],
      x = control && parsed(control, text);
    if (figure && x !== undefined) figure.state[name] = x;
  }
  for (const word of (said.get("q") ?? "").split(",")) {
    const [, id, letter, number] = word.match(/^([\w.]+?)(?:([a-z-])|:(.+))$/) ?? [];
    if (letter || Number.isFinite(+number)) FIGURES.get(id)?.predict(letter ?? number);
  }
  here = $(`f${place}`) ?? $(`s${place}`);
  here?.scrollIntoView();
}

// ---------------------------------------------------------------------------------------------- moving about
/** Notes where one is, as the page is scrolled. */
function scrolled() {
  const line = innerHeight * 0.4;
  here = PLACES.findLast((one) => one.getBoundingClientRect().top < line) ?? null;
  place = here?.id.slice(1) ?? "";
  for (const chapter of CHAPTERS) {
    const { bottom } = chapter.getBoundingClientRect();
    if (bottom > 0 && bottom < innerHeight + 80) keep(chapter.id);
  }
  $("progress").style.width = `${(100 * scrollY) / Math.max(1, document.documentElement.scrollHeight - innerHeight)}%`;
  contents();
  remember(address());
}

/** Goes to the next figure, or to the one before. @param {number} way */
function go(way) {
  const list = [...FIGURES.values()].map((f) => f.element),
    far = list.map((e) => e.getBoundingClientRect().top - 56),
    next = way > 0 ? far.findIndex((y) => y > 4) : far.findLastIndex((y) => y < -4);
  if (next < 0) return;
  list[next].scrollIntoView();
  list[next].focus({ preventScroll: true });
}

/** Shows or hides the contents, where there is no room for them beside the text. @param {boolean} on */
function open(on) {
  $("contents").classList.toggle("open", on);
  set($("open"), "aria-expanded", String(on));
}

document.title = DATA.title;
document.documentElement.classList.add("live");
for (const figure of FIGURES.values()) figure.cover();
fromAddress();
ready = true;
$("open").addEventListener("click", () => open(!$("contents").classList.contains("open")));
$("next").addEventListener("click", () => go(1));
$("contents").addEventListener("click", () => open(false));
keys({ Escape: () => open(false), n: () => go(1), p: () => go(-1) });
let scrolling = false;
addEventListener("scroll", () => {
  if (scrolling) return;
  scrolling = true;
  requestAnimationFrame(() => {
    scrolling = false;
    scrolled();
  });
});
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) FIGURES.get(target.id.slice(1))?.seen(isIntersecting);
  },
  { rootMargin: `${NEAR}px` },
);
const measured = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const figure = FIGURES.get(target.id.slice(1));
    if (figure?.live && figure.width !== Math.floor(figure.drawing.clientWidth)) figure.soon();
  }
});
for (const { element } of FIGURES.values()) {
  watcher.observe(element);
  measured.observe(element);
}
addEventListener("hashchange", () => {
  fromAddress();
  for (const figure of FIGURES.values()) figure.soon();
});
addEventListener("beforeprint", () => {
  for (const figure of FIGURES.values()) figure.show();
});
contents();
