// Figure 2.1: one neuron: the bars of its sum end to end, and the curve that makes its activation of the sum.

import { asked, box } from "../../plot.js";

/** @type {import("../../figure.js").Code} */
export const figure = (it) => {
  const terms = ["w₁x₁", "w₂x₂", "b", "z"],
    sums = it.plot(
      "the two products and the bias, added end to end, and their sum",
      { range: [-4, 4] },
      { range: [4.6, 0.4], ticks: [1, 2, 3, 4], tell: (k) => terms[k - 1] },
      { high: 200, left: 48, right: 158 },
    ),
    curve = it.plot(
      "the activation over the sum, with its tangent",
      { range: [-4, 4], label: "sum z" },
      { range: [-1, 1], label: "► activation a" },
      { high: 240, left: 48, right: 158 },
    );
  it.controls.element.classList.add("pairs");

  /** A bar from one sum to the next: filled to the right, hollow to the left. @param {number} row @param {number} from
   * @param {number} to @param {string} style */
  const bar = (row, from, to, style = to < from ? "bar minus" : "bar plus") => {
    const [a, b] = [sums.x(from), sums.x(to)];
    sums.add("rect", {
      class: style,
      x: Math.min(a, b).toFixed(1),
      y: (sums.y(row) - 11).toFixed(1),
      width: Math.abs(b - a).toFixed(1),
      height: 22,
    });
  };
  return {
    numbers({ w1, w2, b, x1, x2, act }) {
      const { value: z, p1, p2 } = it.run("sum", [w1, w2, b, x1, x2]),
        { value: a, slopes } = it.run(act, [z]);
      return { p1: p1[0], p2: p2[0], z, a, slope: slopes[0] };
    },
    draw({ w1, w2, b, x1, x2, act }, n) {
      const ends = [n.p1, n.z - b, n.z],
        far = Math.max(...ends.map(Math.abs)) > 4 ? 10 : 4,
        ticks = [-1, -0.5, 0, 0.5, 1].map((share) => share * far);
      Object.assign(sums.axes.x, { range: [-far, far], ticks });
      Object.assign(curve.axes.x, { range: [-far, far], ticks });
      Object.assign(
        curve.axes.y,
        {
          relu: { range: [-far / 8, far * 1.05], ticks: [0, far / 2, far] },
          tanh: { range: [-1.2, 1.2], ticks: [-1, 0, 1] },
          sigmoid: { range: [-0.1, 1.1], ticks: [0, 0.5, 1] },
        }[/** @type {"relu"} */ (act)],
      );
      sums.begin(it.width);
      sums.add("path", { class: "needle", d: `M${sums.x(0)} ${sums.top}V${sums.bottom}` });
      bar(1, 0, ends[0]);
      sums.layer("result", () => {
        bar(2, ends[0], ends[1]);
        bar(3, ends[1], ends[2]);
        bar(4, 0, n.z, "bar sum");
        for (const [k, end] of ends.entries())
          sums.add("path", { class: "joint", d: `M${sums.x(end)} ${sums.y(k + 1) - 11}V${sums.y(k + 2) + 11}` });
      });
      sums.question(sums.x(0), sums.y(4));
      sums.legend([sums.y(1), "filled: it adds"], [sums.y(2), "hollow: it takes away"]);
      curve.begin(it.width);
      curve.graph((z) => it.value(act, [z]), "forward");
      curve.layer("result", () => {
        const reach = far / 4;
        curve.cursor(n.z);
        curve.window(() =>
          curve.curve(
            [-reach, reach].map((step) => [n.z + step, n.a + step * n.slope]),
            "backward dashed free",
          ),
        );
        curve.point(n.z, n.a, "forward");
      });
      curve.legend([curve.top + 40, "● activation of z", "dashed: its tangent"]);
      const p1 = asked(box.value("► w₁x₁", n.p1)),
        p2 = asked(box.value("► w₂x₂", n.p2)),
        z = asked(box.value("► z", n.z)),
        a = asked(box.value(`► a = ${act} z`, n.a));
      it.rows(
        ["first product", box.value("► x₁", x1), box.factor("× w₁", w1), "=", p1],
        ["second product", box.value("► x₂", x2), box.factor("× w₂", w2), "=", p2],
        ["their sum, with the bias", p1, "+", p2, "+", box.value("► b", b), "=", z],
        ["the curve", z, "→", a, asked(box.local("slope at z", n.slope))],
      );
    },
    answer({ w1, w2, b, x1, x2, act }, n) {
      return it.words`${w1} · ${x1} + ${w2} · ${x2} + ${b} = ${n.z}. The ${act} makes ${n.a} of it. The
          tangent at that point rises by ${n.slope} for each 1 to the right: that is the slope, and it
          will be needed on the way back.`;
    },
    mistakes: (n) => [
      [n.p1 + n.p2, "You left out the bias, 0.5."],
      [n.p1 - n.p2 + it.about.controls.b.start, "The second weight is negative: its product takes away."],
      [n.a, "That is the activation; z is the sum before the curve."],
    ],
  };
};
