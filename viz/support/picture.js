// Swaps a notebook's picture for live SVG, with its tooltips and its dark colors.
// Where this may not run (an untrusted notebook, an exported page), the image stays.
(() => {
  const image = document.currentScript?.previousElementSibling;
  if (!(image instanceof HTMLImageElement)) return;
  const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (letter) => letter.charCodeAt(0));
  const picture = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
  if (picture.nodeName !== "svg") return;
  const live = /** @type {SVGElement} */ (/** @type {unknown} */ (document.importNode(picture, true)));
  live.style.maxWidth = `max(100%, ${0.86 * parseFloat(picture.getAttribute("width") || "0")}px)`; // as small as the cell, but never too small to read
  live.style.height = "auto";
  image.replaceWith(live);
})();
