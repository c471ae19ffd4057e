// Elements made and changed: what every page needs.

const SVG = "http://www.w3.org/2000/svg";
export const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
export const narrow = () => innerWidth < 821; // whether the page is laid out for a phone
export const calm = matchMedia("(prefers-reduced-motion: reduce)"); // whether to move little

/** Makes an element of HTML or SVG with its attributes and what is inside.
 * @param {string} tag @param {Record<string, any>} attributes @param {(Node | string)[]} inside @returns {any} */
export function make(tag, attributes = {}, ...inside) {
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, x] of Object.entries(attributes)) element.setAttribute(name, String(x));
  element.append(...inside);
  return element;
}
const SVG_TAGS = new Set(["svg", "g", "rect", "text", "path", "line", "circle", "title", "tspan", "image", "ellipse"]);

/** A button that does something. @param {string} words @param {() => void} act @param {Record<string, any>} attributes */
export function button(words, act, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

/** Words in a drawing. @param {number | string} x @param {number | string} y @param {string} words */
export const written = (x, y, words, style = "note", anchor = "start") =>
  make("text", { class: style, x, y, "text-anchor": anchor }, words);

/** Changes an element only where it differs, so that a step costs what it changes. @param {any} element @param {string} words */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
/** @param {any} element @param {string} name @param {string | number} x */
export function set(element, name, x) {
  if (element.getAttribute(name) !== String(x)) element.setAttribute(name, String(x));
}
export const clip = (/** @type {string} */ words, /** @type {number} */ most) => {
  const all = [...words];
  return all.length > most ? all.slice(0, most - 1).join("") + "…" : words;
};

/** Returns a function that measures words in the page's font. @param {number} size @param {number} weight */
export function ruler(size, weight = 600) {
  if (!PEN.family) {
    PEN.family = getComputedStyle(document.documentElement).getPropertyValue("--ui");
    queueMicrotask(() => Object.assign(PEN, { family: "" })); // asked once for all that is drawn together
  }
  const font = `${weight} ${size}px ${PEN.family}`;
  return (/** @type {string} */ words) => {
    if (PEN.font !== font) PEN.pen.font = PEN.font = font;
    return PEN.pen.measureText(words).width;
  };
}
const PEN = {
  pen: /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d")),
  font: "",
  family: "",
};

/** The room inside an element, without its padding. @param {Element} element */
export function roomIn(element) {
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

/** Lets an element be pressed, by pointer and by keyboard. @param {any} element @param {() => void} act */
export function pressable(element, act) {
  element.addEventListener("click", act);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

/** Tells when an element is pointed at, by pointer or by keyboard, and when no more. @param {any} element
 * @param {() => void} on @param {() => void} off */
export function pointable(element, on, off) {
  for (const type of ["pointerenter", "focus"]) element.addEventListener(type, on);
  for (const type of ["pointerleave", "blur"]) element.addEventListener(type, off);
}

/** A path that is level at both ends. @param {number} a @param {number} b @param {number} c @param {number} d */
export function curve(a, b, c, d) {
  const bend = (c - a) * 0.45;
  return `M${a} ${b}C${a + bend} ${b} ${c - bend} ${d} ${c} ${d}`;
}

/** How far points are from all those taken, where 1 is far enough for numbers of that size. @param {number[][]} taken */
export const clear =
  (taken, /** @type {number} */ wide, /** @type {number} */ high) =>
  (/** @type {number[]} */ [x, y]) =>
    Math.min(...taken.map(([p, q]) => Math.max(Math.abs(x - p) / wide, Math.abs(y - q) / high)));
