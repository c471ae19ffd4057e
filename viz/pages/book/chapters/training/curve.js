// Figure 11: the loss over a training on XOR, its plateau, drop and convergence, and what the network says on the way.

import { make, ruler, set } from "../../../shared/dom.js";
import { shortly } from "../../../shared/numbers.js";
import { Plot, rows } from "../../plot.js";
import { Course, field } from "./course.js";

const KEPT = 6, // trainings
  WIDE = 500; // from here on the strip has one row
const MOMENTS = ["first weights", "plateau", "drop begins", "drop", "drop ends", "convergence"];

/** @type {import("../../figure.js").Code} */
export const figure = {
  start(it) {
    const { starts, targets, epochs, drop: share } = it.about,
      courses = /** @type {Map<string, Course>} */ (new Map()),
      strip = make("div", { class: "strip" });
    it.drawing.append(strip);
    const plane = { range: /** @type {[number, number]} */ ([-0.25, 1.25]) },
      films = MOMENTS.map((moment) => new Plot(strip, { x: plane, y: plane, left: 0, name: `the plane: ${moment}` })),
      plot = new Plot(it.drawing, {
        x: { range: [0, epochs], ticks: [0, 1000, 2000, 3000, 4000, 5000], label: "epoch" },
        y: { range: [0, 0.9], ticks: [0, 0.3, 0.6, 0.9], label: "► loss" },
        high: 210,
        right: 150,
        name: "the loss over the epochs",
      }),
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
        at = Math.max(least, Math.min(most, (ends[1] + ends[2]) / 2));
      set(band, "width", plot.width);
      set(band, "height", 34);
      band.replaceChildren(
        ...names.map((_, k) =>
          make("rect", {
            class: `part p${k}`,
            x: ends[k],
            y: 0,
            width: Math.max(1, ends[k + 1] - ends[k]),
            height: 12,
          }),
        ),
        ...[
          [plot.left, "start"],
          [at, "middle"],
          [plot.right, "end"],
        ].map(([x, anchor], k) => make("text", { class: "note", x, y: 28, "text-anchor": anchor }, names[k])),
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
        plot.legend([
          [`rate ${shortly(eta)}, solid`, plot.y(0.75)],
          [`rate ${shortly(2 * eta)}, dotted`, plot.y(0.75) + 20],
          ["● the drop begins", plot.y(0.75) + 44],
          ["○ the drop ends", plot.y(0.75) + 64],
        ]);
        drawBand(n.start, n.end);
        const epoch = (/** @type {string} */ title, /** @type {number} */ number, asked = false) => ({
          kind: "value",
          title,
          number,
          asked,
        });
        rows(it.boxes, [
          {
            label: `at rate ${shortly(eta)}`,
            boxes: [
              epoch("● plateau ends", n.start),
              epoch("○ drop ends", n.end),
              { kind: "value", title: "► loss at the end", number: n.last },
            ],
          },
          { label: `at rate ${shortly(2 * eta)}`, boxes: [epoch("● plateau ends", n.sooner, true)] },
        ]);
      },
      answer({ seed, eta }, n) {
        return [
          `From seed ${seed} at rate `,
          it.mark(eta),
          " the plateau lasts ",
          it.mark(n.start),
          " epochs and the drop ",
          it.mark(n.end - n.start),
          ". At rate ",
          it.mark(2 * eta),
          " the plateau lasts ",
          it.mark(n.sooner),
          " epochs, ",
          it.mark(n.sooner / n.start, 2),
          " times as long: on gentle ground, steps of twice the length need half as many.",
        ];
      },
    };
  },
};
