// Elements made and changed: what every page needs.

const SVG = "http://www.w3.org/2000/svg";

/** @returns {any} */
function make(tag, attributes = {}, ...inside) {
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, x] of Object.entries(attributes)) element.setAttribute(name, String(x));
  element.append(...inside);
  return element;
}
const SVG_TAGS = new Set(["g", "rect", "text", "path", "circle", "title", "tspan", "image"]);

/** Changes an element only where it differs, so that a step costs what it changes. */
function say(element, words) { if (element.textContent !== words) element.textContent = words; }
function set(element, name, x) { if (element.getAttribute(name) !== x) element.setAttribute(name, x); }
const clip = (words, most) => { const all = [...words]; return all.length > most ? all.slice(0, most - 1).join("") + "…" : words; };
