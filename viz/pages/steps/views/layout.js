// Places boxes in columns, from what is given on the left to the result on the right, with few crossings.

import { between } from "../../shared/numbers.js";

/**
 * `room` is the width that there is: gaps between columns take what the boxes leave of it.
 * @typedef {{key: string, width: number, height: number, order: number, x: number, y: number}} Placed
 * @typedef {{tail: string, head: string, points: number[][]}} Wire
 * @param {Placed[]} boxes in the order of computation
 * @param {Wire[]} wires from parents to children; their points are filled in
 * @param {number} room
 * @returns {{width: number, height: number, rights: number[], apart: number}} `rights`: where columns end
 */
export function arrange(boxes, wires, room) {
  const GAP = 14;
  const at = new Map(boxes.map((b) => [b.key, b]));
  const forward = wires.filter((w) => at.get(w.tail).order < at.get(w.head).order);
  const into = groupBy(forward, (w) => w.head),
    out = groupBy(forward, (w) => w.tail);
  /** @type {Map<string, number>} */
  const column = new Map();
  const inOrder = [...boxes].sort((a, b) => a.order - b.order);
  for (const b of inOrder)
    column.set(b.key, Math.max(-1, ...(into.get(b.key) || []).map((w) => column.get(w.tail))) + 1);
  for (const b of [...inOrder].reverse()) {
    // what is given stands just before its first use
    const uses = out.get(b.key);
    if (!into.has(b.key) && uses) column.set(b.key, Math.min(...uses.map((w) => column.get(w.head))) - 1);
  }
  const columns = Array.from({ length: Math.max(...column.values()) + 1 }, () => []);
  const cell = (height, width) => ({ height, width, before: [], after: [], y: 0, x: 0 });
  const cells = new Map(inOrder.map((b) => [b.key, cell(b.height, b.width)]));
  for (const b of inOrder) columns[column.get(b.key)].push(cells.get(b.key));
  const routes = forward.map((w) => {
    // a wire over several columns goes through a thin cell in each
    const route = [cells.get(w.tail)];
    for (let c = column.get(w.tail) + 1; c < column.get(w.head); c++) {
      route.push(cell(6, 0));
      columns[c].push(route[route.length - 1]);
    }
    route.push(cells.get(w.head));
    for (let i = 1; i < route.length; i++) {
      route[i].before.push(route[i - 1]);
      route[i - 1].after.push(route[i]);
    }
    return route;
  });
  const pile = (list) => {
    let y = 0;
    for (const c of list) {
      c.y = y + c.height / 2;
      y += c.height + GAP;
    }
  };
  const mean = (c, side) => (c[side].length ? c[side].reduce((sum, d) => sum + d.y, 0) / c[side].length : c.y);
  columns.forEach(pile);
  for (let round = 0; round < 12; round++) {
    const side = round % 2 ? "after" : "before";
    for (const list of round % 2 ? [...columns].reverse() : columns) {
      const wish = new Map(list.map((c) => [c, mean(c, side)]));
      list.sort((a, b) => wish.get(a) - wish.get(b));
      pile(list);
    }
  }
  for (let round = 0; round < 24; round++) {
    for (const list of round % 2 ? [...columns].reverse() : columns)
      settle(list, (c) => (mean(c, "before") + mean(c, "after")) / 2, GAP);
  }
  const widths = columns.map((list) => Math.max(...list.map((c) => c.width))),
    left = room - widths.reduce((sum, w) => sum + w, 0),
    apart = between(56, left / Math.max(1, widths.length - 1), 120),
    rights = [];
  columns.forEach((list, k) => {
    const start = k ? rights[k - 1] + apart : 0;
    for (const c of list) c.x = start + widths[k] / 2;
    rights.push(start + widths[k]);
  });
  const everything = columns.flat();
  const top = Math.min(...everything.map((c) => c.y - c.height / 2));
  for (const c of everything) c.y -= top;
  for (const b of boxes) {
    const c = cells.get(b.key);
    b.x = c.x;
    b.y = c.y;
  }
  const many = groupBy(forward, (w) => w.tail + " " + w.head);
  forward.forEach((w, k) => {
    const twins = many.get(w.tail + " " + w.head),
      shift = (twins.indexOf(w) - (twins.length - 1) / 2) * 34,
      route = routes[k];
    const [a, b] = [route[0], route[route.length - 1]],
      start = [a.x + a.width / 2, a.y + shift / 3],
      end = [b.x - b.width / 2, b.y + shift / 3];
    const inner = route.slice(1, -1).map((c) => [c.x, c.y + shift]);
    if (shift && !inner.length) inner.push([(start[0] + end[0]) / 2, (a.y + b.y) / 2 + shift]); // x·x has two edges, and both are seen
    w.points = [start, ...inner, end];
  });
  for (const w of wires) {
    if (!w.points.length) {
      const a = cells.get(w.tail),
        b = cells.get(w.head);
      w.points = [
        [a.x, a.y],
        [b.x, b.y],
      ];
    }
  }
  return {
    width: rights[rights.length - 1],
    rights,
    apart,
    height: Math.max(...everything.map((c) => c.y + c.height / 2)),
  };
}

/** Moves the cells of a column to where they wish, in their order and without overlap. */
function settle(list, wish, gap) {
  const groups = []; // runs of cells that touch, each at the mean of what its members wish
  for (const c of list) {
    let run = { cells: [c], sum: wish(c), size: c.height };
    const start = (r) => r.sum / r.cells.length - r.size / 2;
    while (groups.length && start(groups[groups.length - 1]) + groups[groups.length - 1].size + gap > start(run)) {
      const above = groups.pop();
      run = { cells: above.cells.concat(run.cells), sum: above.sum + run.sum, size: above.size + gap + run.size };
    }
    groups.push(run);
  }
  for (const run of groups) {
    let y = run.sum / run.cells.length - run.size / 2;
    for (const c of run.cells) {
      c.y = y + c.height / 2;
      y += c.height + gap;
    }
  }
}

/** @template T @param {T[]} list @param {(x: T) => any} key @returns {Map<any, T[]>} */
export function groupBy(list, key) {
  const map = new Map();
  for (const x of list) {
    const k = key(x);
    if (map.has(k)) map.get(k).push(x);
    else map.set(k, [x]);
  }
  return map;
}

/** A smooth path through points, level at each of them. */
export function smooth(points) {
  let path = `M${points[0][0].toFixed(1)} ${points[0][1].toFixed(1)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = points[i - 1],
      [c, d] = points[i],
      m = (c - a) / 2;
    path += `C${(a + m).toFixed(1)} ${b.toFixed(1)} ${(c - m).toFixed(1)} ${d.toFixed(1)} ${c.toFixed(1)} ${d.toFixed(1)}`;
  }
  return path;
}
