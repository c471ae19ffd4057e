// Figure 5.1: a walk down a valley, and the wall beyond which it flies out.

import { make, ruler, set, written } from "../../../shared/dom.js";
import { fewer } from "../../../shared/numbers.js";
import { Plot, asked, box, rows } from "../../plot.js";

/** @typedef {[number, number]} Point */

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { steps, turns, near, from, lowest, controls } = it.about,
    name = "rings of equal loss over two weights, and the steps of gradient descent",
    maps = {
      valley: it.plot(
        name,
        { range: [-3.6, 3.6], ticks: [-3, 0, 3], label: "u" },
        { range: [-1.2, 1.2], ticks: [-1, 0, 1], label: "v" },
        { high: 320 },
      ),
      xor: it.plot(
        name,
        { range: [0, 10], ticks: [0, 5, 10], label: "weight 1 of the output" },
        { range: [1.5, 8.5], ticks: [2, 5, 8], label: "weight 2" },
        { high: 320 },
      ),
    },
    levels = { valley: [0.15, 0.6, 1.4, 2.5, 4, 6], xor: [0.045, 0.05, 0.06, 0.08, 0.11, 0.16, 0.25] },
    track = make("svg", { "aria-hidden": "true" }),
    pills = make("div", { class: "boxes" }),
    fall = make("div"),
    falls = new Plot(
      fall,
      "the loss after each step",
      { range: [0, steps], ticks: [0, 3, 6, 9, 12], label: "step" },
      { range: [0.001, 1000], ticks: [0.001, 1, 1000], label: "loss", powers: true },
      { high: 150 },
    );
  it.boxes.append(track, pills, fall);
  it.controls.element.classList.add("along");
  it.controls.element.style.setProperty("--left", "0px");
  it.controls.element.style.setProperty("--right", "0px");

  /** @param {string} surface @param {Point} start @param {number} rate */
  const walk = (surface, start, rate) => it.descent("descent", start, rate, steps, (at) => it.run(surface, at));
  /** The largest curvature at a point. @param {string} surface @param {Point} point */
  const steepest = (surface, [x, y]) => {
    let [a, b, curvature] = [0.6, 0.8, 0];
    for (let k = 0; k < turns; k++) {
      const up = it.run(surface, [x + near * a, y + near * b]).slopes,
        down = it.run(surface, [x - near * a, y - near * b]).slopes,
        bend = [(up[0] - down[0]) / (2 * near), (up[1] - down[1]) / (2 * near)];
      curvature = Math.hypot(...bend);
      [a, b] = [bend[0] / curvature, bend[1] / curvature];
    }
    return curvature;
  };
  /** The rates as a track: below 1/λ one arrives on the same side, beyond 2/λ never.
   * @param {number} low @param {number} high @param {number} wall */
  const rates = (low, high, wall) => {
    const end = it.width - 8,
      at = (/** @type {number} */ x) => 8 + (Math.log(x / low) / Math.log(high / low)) * (end - 8),
      told = `the wall, 2/λ = ${fewer(wall, 3)}`,
      fits = at(wall) + ruler(12)(told) < it.width,
      stripes = Array.from({ length: Math.floor((end - at(wall)) / 8) }, (_, k) => `M${at(wall) + 8 * k} 14l8 -12`);
    set(track, "width", it.width);
    set(track, "height", fits ? 36 : 54);
    track.replaceChildren(
      make("path", { class: "rail-line", d: `M8 8H${at(wall)}` }),
      make("path", { class: "needle", d: `M${at(wall / 2)} 1V15` }),
      make("rect", { class: "beyond", x: at(wall), y: 2, width: end - at(wall), height: 12 }),
      make("path", { class: "stripes", d: stripes.join("") }),
      written(at(wall / 2), 30, "1/λ", "note", "middle"),
      fits ? written(at(wall), 30, told, "odd small") : written(end, 48, told, "odd small", "end"),
    );
  };
  return {
    numbers({ eta, rate }) {
      const { points, losses } = walk("valley", it.about.valley, eta),
        curvature = steepest("xor", lowest),
        others = walk("xor", from, rate).losses;
      return {
        along: points[1][0] / points[0][0],
        across: points[1][1] / points[0][1],
        first: losses[0],
        third: losses[3],
        loss: losses[steps],
        wall: 2 / steepest("valley", [0, 0]),
        curvature,
        xor_wall: 2 / curvature,
        factor: 1 - rate * curvature,
        xor_first: others[0],
        xor_loss: others[steps],
      };
    },
    draw({ tab, eta, rate }, n) {
      const xor = tab === "xor",
        plot = xor ? maps.xor : maps.valley,
        { points, losses } = xor ? walk("xor", from, rate) : walk("valley", it.about.valley, eta),
        [floor, slider] = xor ? [lowest, controls.rate] : [[0, 0], controls.eta];
      set(maps.valley.svg, "class", xor ? "away" : "");
      set(maps.xor.svg, "class", xor ? "" : "away");
      it.controls.parts.eta.hidden = xor;
      it.controls.parts.rate.hidden = !xor;
      plot.begin(it.width);
      plot.window(() => {
        plot.rings((x, y) => it.value(tab, [x, y]), levels[xor ? "xor" : "valley"], tab);
        plot.layer("result", () => {
          plot.curve(points, "update thin free");
          for (const [x, y] of points.slice(1)) plot.point(x, y, "update hollow");
        });
        plot.point(points[0][0], points[0][1], "update");
        plot.add("path", { class: "needle", d: `M${plot.x(floor[0]) - 6} ${plot.y(floor[1])}h12m-6 -6v12` });
      });
      plot.question(plot.x(floor[0]), plot.top + 24);
      plot.legend([0, "● where it starts", "○ each step", "+ the lowest point", "each ring: the same loss"]);
      rates(slider.low, slider.high, xor ? n.xor_wall : n.wall);
      const ways = /** @type {[string, number][]} */ (
        xor
          ? [[`the steepest way, λ = ${fewer(n.curvature, 3)}`, n.factor]]
          : [
              ["along the valley, λ = 1", n.along],
              ["across it, λ = 10", n.across],
            ]
      );
      rows(
        pills,
        ...ways.map(([label, number]) => [
          label,
          asked(box.factor("1 − η·λ", number, { alarm: Math.abs(number) > 1 })),
        ]),
      );
      falls.axes.y = xor
        ? { range: [0.01, 10], ticks: [0.01, 0.1, 1, 10], label: "loss", powers: true }
        : { range: [0.001, 1000], ticks: [0.001, 1, 1000], label: "loss", powers: true };
      falls.begin(it.width);
      falls.layer("result", () => falls.series(losses, "update"));
      falls.question();
    },
    answer({ tab, eta, rate }, n) {
      if (tab === "xor") {
        const why =
          rate > n.xor_wall
            ? ". Beyond the wall it cannot settle on the floor. It does not fly off for ever, either: farther out, this surface is straight and not a bowl."
            : ". Below the wall it can settle; how soon depends on how far out it began, where the surface bends otherwise.";
        return it.words`In a network λ is measured: at the lowest point it is ${[n.curvature, 3]}, so the wall
          stands at ${[n.xor_wall, 3]}. At η = ${[rate, 3]} the loss goes from ${n.xor_first} to
          ${n.xor_loss}${why}`;
      }
      const out = Math.abs(n.across) > 1,
        why = out
          ? ": the other side, and farther. "
          : n.across < 0
            ? ": the other side, and nearer. "
            : ": the same side, and nearer. ",
        rest = out ? " after twelve. It flies out: past 2/λ no patience helps." : " after twelve.";
      return it.words`At η = ${[eta, 3]} each step multiplies the distance across the valley by
          ${[n.across, 3]}${why}The loss goes from ${n.first} to ${n.third} in three steps, and is
          ${n.loss}${rest}`;
    },
  };
};
