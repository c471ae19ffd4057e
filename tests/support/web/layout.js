// The seven checks of a layout, in the browser: what is told is wrong, and an empty list is right.
// a: no two texts meet.  b: what stands in a box stands inside it.  c: no two boxes meet.  d: no line runs through a text
// outside a box.  e: no letter is under 12 pixels.  f: the page is not wider than its window.  g: nothing leaves its element.
() => {
  const wrong = [];
  const tell = (check, ...what) => wrong.push(`${check}: ${what.join(" | ")}`);
  const stacked = (a, b) => a.closest("mover,munder") && a.closest("mover,munder") === b.closest("mover,munder"); // as ŷ is
  const boxed = (node) => node.parentElement.closest(".unit,.chip");

  /** The part of the window that the scrolled ancestors of an element let through, asked once for each. */
  const frames = new Map();
  const frame = (e) => {
    if (!e || e === document.body) return { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
    if (!frames.has(e)) {
      const outer = frame(e.parentElement);
      const cut = !(e instanceof SVGElement) && getComputedStyle(e).overflow !== "visible";
      frames.set(e, cut ? within(outer, e.getBoundingClientRect()) : outer);
    }
    return frames.get(e);
  };
  const within = (a, b) => ({
    left: Math.max(a.left, b.left),
    right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const meet = (a, b, slack = 0.5) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;

  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const host = node.parentElement;
    const words = node.textContent.trim();
    if (!words || host.closest("script,style,title,option,datalist,.unseen,[aria-hidden=true]:not(svg *)")) continue;
    if (!host.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const svg = host instanceof SVGElement;
    const scale = svg ? host.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(host).fontSize) * scale;
    if (size < 11.99) tell("e", words, `${size.toFixed(1)} px`);
    for (const line of range.getClientRects()) {
      const trim = (line.height - Math.min(line.height, size)) / 2 + 0.12 * size;
      const whole = { left: line.left, right: line.right, top: line.top + trim, bottom: line.bottom - trim };
      const rect = within(whole, frame(host));
      if (rect.right - rect.left > 0.5 && rect.bottom - rect.top > 0.5) texts.push({ words, host, rect, whole, box: boxed(node) });
    }
  }
  texts.sort((a, b) => a.rect.top - b.rect.top);
  texts.forEach((a, k) => {
    for (let i = k + 1; i < texts.length && texts[i].rect.top < a.rect.bottom; i++)
      if (meet(a.rect, texts[i].rect) && !stacked(a.host, texts[i].host)) tell("a", a.words, texts[i].words);
  });
  for (const { words, whole, box } of texts) {
    if (!box?.querySelector("rect")) continue;
    const { left, right, top, bottom } = box.querySelector("rect").getBoundingClientRect();
    if (whole.left < left + 1 || whole.right > right - 1 || whole.top < top + 1 || whole.bottom > bottom - 1)
      tell("b", words, `${(whole.right - whole.left).toFixed(1)} in ${(right - left).toFixed(1)}`);
  }
  const shown = (e) => e.checkVisibility({ visibilityProperty: true });
  const boxes = [...document.querySelectorAll(".unit>rect,.chip>rect")].filter(shown).map((e) => [e, e.getBoundingClientRect()]);
  boxes.sort(([, a], [, b]) => a.top - b.top);
  boxes.forEach(([e, a], k) => {
    for (let i = k + 1; i < boxes.length && boxes[i][1].top < a.bottom; i++)
      if (e.ownerSVGElement === boxes[i][0].ownerSVGElement && meet(a, boxes[i][1])) tell("c", e.parentNode.textContent, boxes[i][0].parentNode.textContent);
  });
  const loose = texts.filter((t) => !t.box && t.host instanceof SVGElement);
  for (const line of loose.length ? [...document.querySelectorAll("path.line,line.line")].filter(shown) : []) {
    const around = line.getBoundingClientRect();
    if (!loose.some(({ rect }) => meet(rect, around, -1))) continue;
    const place = line.getScreenCTM();
    const length = line.getTotalLength();
    for (let k = 0; k <= 20; k++) {
      const { x, y } = line.getPointAtLength((length * k) / 20).matrixTransform(place);
      const hit = loose.find(({ rect }) => x > rect.left && x < rect.right && y > rect.top && y < rect.bottom);
      if (hit && hit.host.ownerSVGElement === line.ownerSVGElement) {
        tell("d", hit.words);
        break;
      }
    }
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) tell("f", `${wide} in ${innerWidth}`);
  for (const e of document.querySelectorAll("body *")) {
    if (e instanceof SVGElement || !e.clientWidth || e.scrollWidth <= e.clientWidth + 1) continue;
    if (!shown(e) || e.matches(".unseen,select,input,option")) continue;
    if (!/auto|scroll/.test(getComputedStyle(e).overflowX)) tell("g", e.tagName, e.id || e.className, `${e.scrollWidth} in ${e.clientWidth}`, e.textContent.slice(0, 40));
  }
  return [...new Set(wrong)];
};
