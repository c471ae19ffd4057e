// Elements made and changed: what every page needs.

const SVG = "http://www.w3.org/2000/svg";
export const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
export const calm = matchMedia("(prefers-reduced-motion: reduce)"); // whether to move little

/** Makes an element of HTML or SVG with its attributes and what is inside.
 * @param {string} tag @param {Record<string, any>} attributes @param {(Node | string)[]} inside @returns {any} */
export function make(tag, attributes = {}, ...inside) {
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, x] of Object.entries(attributes)) element.setAttribute(name, String(x));
  element.append(...inside);
  return element;
}
const SVG_TAGS = new Set(["g", "rect", "text", "path", "circle", "title", "tspan", "image"]);

/** Changes an element only where it differs, so that a step costs what it changes. @param {any} element @param {string} words */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
/** @param {any} element @param {string} name @param {string} x */
export function set(element, name, x) {
  if (element.getAttribute(name) !== x) element.setAttribute(name, x);
}
export const clip = (/** @type {string} */ words, /** @type {number} */ most) => {
  const all = [...words];
  return all.length > most ? all.slice(0, most - 1).join("") + "…" : words;
};

/** How far points are from all those taken, where 1 is far enough for numbers of that size. @param {number[][]} taken */
export const clear =
  (taken, /** @type {number} */ wide, /** @type {number} */ high) =>
  (/** @type {number[]} */ [x, y]) =>
    Math.min(...taken.map(([p, q]) => Math.max(Math.abs(x - p) / wide, Math.abs(y - q) / high)));
