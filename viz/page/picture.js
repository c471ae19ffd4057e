// Swaps a notebook's picture for live SVG, with its tooltips and its dark colours.
// Where this may not run (an untrusted notebook, an exported page), the image stays.
(() => {
  const image = document.currentScript?.previousElementSibling;
  if (!(image instanceof HTMLImageElement)) return;
  const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (letter) => letter.charCodeAt(0));
  const picture = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
  if (picture.nodeName === "svg") image.replaceWith(document.importNode(picture, true));
})();
