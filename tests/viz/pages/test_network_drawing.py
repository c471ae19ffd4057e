"""The network drawing that cannot collide: at any width, with any numbers, whatever is chosen."""

import itertools

import pytest

from tests.support.web import FONTS, collisions
from viz.pages.bundle import bundled, styles_of
from viz.pages.document import Page


@pytest.fixture
def bench(show, monkeypatch):
    """Return a tab with the drawing's modules and an empty page to draw on."""
    files = {".html": '<main id="room" class="card"></main>', ".css": styles_of("shared/tokens.css"), ".js": ""}
    monkeypatch.setattr("viz.pages.document.file_of", lambda name: files[".html"])
    monkeypatch.setattr("viz.pages.document.styles_of", lambda name: files[".css"])
    monkeypatch.setattr("viz.pages.document.bundled", lambda name: bundled("shared/network.js"))
    return show(Page("bench", {"title": "a bench"}))


DRAW = """([sizes, numbers, font, active]) => {
  document.documentElement.style.setProperty("--ui", font || "system-ui, sans-serif");
  const { Network } = MODULES["shared/network.js"], { make, roomIn } = MODULES["shared/dom.js"];
  let k = 0;
  const next = () => ({ nan: NaN, inf: Infinity })[numbers[k % numbers.length]] ?? numbers[k++ % numbers.length];
  const any = () => { const x = next(); k++; return x; };
  const columns = [];
  for (const [c, size] of [...sizes, 1].entries()) {
    const loss = c === sizes.length, before = columns.at(-1)?.units ?? [];
    const unit = (_, i) => ({ name: "a" + i, told: "unit " + i, value: any(), gradient: c ? any() : undefined,
      off: c === 1 && i === 1, mark: ["", "forward", "backward", "update"][(c + i) % 4],
      inputs: before.map((unit) => ({ unit, weight: loss ? null : any() })) });
    const head = ["inputs", "hidden layer"][c] ?? (loss ? "loss" : "output");
    columns.push({ head, short: "h" + c, close: loss, units: Array.from({ length: size }, unit) });
  }
  const svg = make("svg"), room = document.getElementById("room");
  room.replaceChildren(svg);
  const network = new Network(svg);
  network.layOut(columns, roomIn(room));
  const unit = active && columns[active[0]].units[active[1]];
  network.paint({ unit, input: 0 });
  return [network.density, svg.querySelectorAll(".chip").length];
}"""
NETWORKS = [[2, 2, 1], [2, 4, 1], [3, 4, 4, 1], [2, 8, 8, 1], [8, 8, 8], [2, 16, 16, 1], [2, 30, 1]]
NUMBERS = [[0.6877, -0.2689, 0.0319], [-1e6, 1e-7, -1e-7, 1e6, 0.0], ["nan", -12345.6, "inf", -0.00051]]


@pytest.mark.parametrize("width", [1280, 1024, 683, 390, 360])
def test_nothing_meets_at_any_width_with_any_numbers(bench, width):
    bench.set_viewport_size({"width": width, "height": 800})
    numbers, fonts, actives = map(itertools.cycle, (NUMBERS, FONTS.values(), (1, None, -1, 0)))
    for sizes in NETWORKS:
        for _ in range(3):
            given = [sizes, next(numbers), next(fonts), chosen(sizes, next(actives))]
            drawn = bench.evaluate(DRAW, given)
            assert not collisions(bench), (given, drawn)


def chosen(sizes, active):
    """Return the column and the row of a unit: the first of the first hidden layer, the last of the outputs, none."""
    return {1: [1, 0], -1: [len(sizes) - 1, sizes[-1] - 1]}.get(active)


def test_the_checks_see_what_is_wrong(bench):
    bench.evaluate(DRAW, [[2, 2, 1], NUMBERS[0], "", [1, 0]])
    assert not collisions(bench)
    spoil = """([selector, name, value]) => document.querySelector(selector).setAttribute(name, value)"""
    for selector, name, value, checks in (
        (".chip text", "x", 20, "ab"),
        (".unit rect", "width", 900, "c"),
        (".line", "d", "M0 9L900 9", "d"),
    ):
        before = bench.evaluate("document.body.innerHTML")
        bench.evaluate(spoil, [selector, name, value])
        assert {*checks} <= {found[0] for found in collisions(bench)}, selector
        bench.evaluate("(html) => { document.body.innerHTML = html; }", before)
    bench.evaluate("document.getElementById('room').style.cssText = 'width: 3000px; font-size: 9px'")
    bench.evaluate("document.getElementById('room').prepend('words')")
    assert {"e", "f"} <= {found[0] for found in collisions(bench)}
    bench.evaluate("document.getElementById('room').style.cssText = 'width: 50px'")
    bench.evaluate("document.getElementById('room').prepend('incomprehensibilities')")
    assert "g" in {found[0] for found in collisions(bench)}


def test_what_does_not_fit_is_less_and_not_smaller(bench):
    seen = []
    for width in (1280, 390):
        bench.set_viewport_size({"width": width, "height": 800})
        seen += [bench.evaluate(DRAW, [sizes, NUMBERS[0], "", [1, 0]]) for sizes in ([2, 2, 1], [2, 8, 8, 1])]
    assert seen == [["full", 2], ["line", 2], ["full", 0], ["dot", 0]]


def test_numbers_of_a_map_have_at_most_six_characters(bench):
    numbers = [s * 10.0**e * m for s in (1, -1) for e in range(-12, 13) for m in (1.0, 3.14159, 9.9996)]
    shown = bench.evaluate('(numbers) => numbers.map(MODULES["shared/numbers.js"].compact)', [*numbers, 0.0, 1e-300])
    assert max(map(len, shown)) <= 6
    assert shown[-2:] == ["0", "0.000"]
    for x, text in zip(numbers, shown, strict=False):
        assert abs(float(text.replace("−", "-")) - x) <= max(0.0005, 0.06 * abs(x)), (x, text)
