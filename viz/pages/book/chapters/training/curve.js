// Figure 11: the loss over a training on XOR, its plateau, drop and convergence, and what the network says on the way.

import { make, ruler, set, written } from "../../../shared/dom.js";
import { between, shortly } from "../../../shared/numbers.js";
import { Plot, asked, box } from "../../plot.js";
import { Course, field } from "./course.js";

const KEPT = 6, // trainings
  WIDE = 500; // from here on the strip has one row
const MOMENTS = ["first weights", "plateau", "drop begins", "drop", "drop ends", "convergence"];

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const { starts, targets, epochs, drop: share } = it.about,
    courses = /** @type {Map<string, Course>} */ (new Map()),
    strip = make("div", { class: "strip" });
  it.drawing.append(strip);
  const plane = { range: /** @type {[number, number]} */ ([-0.25, 1.25]) },
    films = MOMENTS.map((moment) => new Plot(strip, `the plane: ${moment}`, plane, plane, { left: 0 })),
    plot = it.plot(
      "the loss over the epochs",
      { range: [0, epochs], ticks: [0, 1000, 2000, 3000, 4000, 5000], label: "epoch" },
      { range: [0, 0.9], ticks: [0, 0.3, 0.6, 0.9], label: "► loss" },
      { high: 210, right: 150 },
    ),
    band = make("svg", { role: "img", "aria-label": "plateau, drop and convergence, under the axis" });
  it.drawing.append(band);

  /** A training to its end; the last few are kept. @param {number} seed @param {number} rate */
  const trained = (seed, rate) => {
    const key = `${seed} ${rate}`,
      course = courses.get(key) ?? new Course(it, starts[seed], rate);
    courses.delete(key);
    courses.set(key, course);
    if (courses.size > KEPT) courses.delete([...courses.keys()][0]);
    course.after(epochs);
    return course;
  };
  /** The shortest stretch in which the lowest loss so far makes its share of the whole fall, as `nn.stretches` has it.
   * @param {number[]} losses */
  const drop = (losses) => {
    let [low, end, found] = [Infinity, 0, [0, losses.length - 1]];
    const best = losses.map((loss) => {
        low = Math.min(low, loss);
        return low;
      }),
      goal = share * (best[0] - low);
    for (const [start, height] of best.entries()) {
      while (end < best.length && height - best[end] < goal) end++;
      if (end === best.length) break;
      if (end - start < found[1] - found[0]) found = [start, end];
    }
    return found;
  };

  /** @param {number} start @param {number} end */
  function drawBand(start, end) {
    const rule = ruler(12, 400),
      names = ["plateau", "drop", "convergence"],
      [plateau, middle, rest] = names.map((name) => Math.ceil(rule(name))),
      ends = [0, start, end, epochs].map((epoch) => plot.x(epoch)),
      least = plot.left + plateau + 8 + middle / 2,
      most = plot.right - rest - 8 - middle / 2,
      at = between(least, (ends[1] + ends[2]) / 2, most);
    set(band, "width", plot.width);
    set(band, "height", 34);
    band.replaceChildren(
      ...names.map((_, k) => {
        const width = Math.max(1, ends[k + 1] - ends[k]);
        return make("rect", { class: `part p${k}`, x: ends[k], y: 0, width, height: 12 });
      }),
      written(plot.left, 28, names[0]),
      written(at, 28, names[1], "note", "middle"),
      written(plot.right, 28, names[2], "note", "end"),
    );
  }

  return {
    numbers({ seed, eta }) {
      const { losses } = trained(seed, eta),
        [start, end] = drop(losses),
        [sooner] = drop(trained(seed, 2 * eta).losses);
      return {
        start,
        end,
        first: losses[0],
        before: losses[start],
        after: losses[end],
        last: losses[losses.length - 1],
        sooner,
      };
    },
    draw({ seed, eta }, n) {
      const course = trained(seed, eta),
        moments = [0, n.start / 2, n.start, (n.start + n.end) / 2, n.end, (n.end + epochs) / 2].map(Math.round),
        wide = Math.floor(it.width / (it.width > WIDE ? 6 : 3)) - 2;
      films.forEach((film, k) => {
        film.high = wide - 16 + 62; // as high as wide, and the words above and below
        film.begin(wide);
        field(film, course.answer(moments[k]));
        for (const [i, target] of targets.entries()) film.point(i >> 1, i & 1, target ? "" : "hollow");
        film.text(film.left, film.top - 6, MOMENTS[k]);
        film.text(film.left, film.bottom + 16, `epoch ${moments[k]}`);
        set(film.svg, "height", film.bottom + 24);
      });
      const points = (/** @type {number[]} */ losses) =>
        losses.map((loss, k) => /** @type {[number, number]} */ ([k, loss])).filter(([k]) => k % 10 === 0);
      plot.begin(it.width);
      for (const epoch of [n.start, n.end])
        plot.add("path", { class: "grid", d: `M${plot.x(epoch).toFixed(1)} ${plot.top}V${plot.bottom}` });
      plot.curve(points(course.losses), "forward");
      plot.layer("result", () => plot.curve(points(trained(seed, 2 * eta).losses), "dotted thin"));
      plot.point(n.start, n.before, "forward");
      plot.point(n.end, n.after, "forward hollow");
      plot.legend(
        [plot.y(0.75), `rate ${shortly(eta)}, solid`, `rate ${shortly(2 * eta)}, dotted`],
        [plot.y(0.75) + 44, "● the drop begins", "○ the drop ends"],
      );
      drawBand(n.start, n.end);
      it.rows(
        [
          `at rate ${shortly(eta)}`,
          box.value("● plateau ends", n.start),
          box.value("○ drop ends", n.end),
          box.value("► loss at the end", n.last),
        ],
        [`at rate ${shortly(2 * eta)}`, asked(box.value("● plateau ends", n.sooner))],
      );
    },
    answer({ seed, eta }, n) {
      return it.words`From seed ${String(seed)} at rate ${eta} the plateau lasts ${n.start} epochs and the drop
          ${n.end - n.start}. At rate ${2 * eta} the plateau lasts ${n.sooner} epochs,
          ${[n.sooner / n.start, 2]} times as long: on gentle ground, steps of twice the length need
          half as many.`;
    },
  };
};
