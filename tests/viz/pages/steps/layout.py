"""The seven checks of a layout, on the stepping page: `python -m tests.viz.pages.steps.layout` takes all steps.

`python -m tests.viz.pages.steps.layout 9` takes every ninth.
"""

import itertools
import math
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import viz
from autograd import Value
from nn import MLP, mean_squared_error
from tests.support.web import CHROMIUM, FONTS, LAYOUT

WINDOWS = {
    "1280": (1280, 800, 1.0),
    "1024": (1024, 768, 1.0),
    "1024 at 150 %": (683, 512, 1.5),
    "phone": (390, 844, 2.0),
}
SCALES = {"as made": 1.0, "large": 1e6, "small": 1e-7, "mixed": None, "nan": math.nan}
VIEWS = ("step", "graph", "transcript")
WALK = f"""async ([font, view, every, most]) => {{
  const check = {LAYOUT};
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
  document.documentElement.style.setProperty("--ui", font || "system-ui, sans-serif");
  document.getElementById("view").value = view;
  document.getElementById("view").dispatchEvent(new Event("change"));
  const wrong = [];
  let steps = 0;
  press("Home");
  for (let left = most; left > 0 && wrong.length < 5; left--) {{
    for (const found of check()) wrong.push(document.getElementById("at").textContent + ": " + found);
    steps++;
    if (document.getElementById("step").disabled) break;
    if (every > 1) MODULES["steps/steps.js"].go(+document.getElementById("at").textContent + every);
    else press("ArrowRight");
  }}
  return [steps, wrong];
}}"""


def network(sizes, scale, rows=2):
    """Return the stepping page of a network, its weights and inputs as large as `scale` says."""
    draw = random.Random(str(sizes))
    model = MLP(sizes[0], list(sizes[1:]), activation="tanh", seed=1)
    size = (lambda: scale) if scale is not None else lambda: 10.0 ** draw.randint(-7, 6)
    for k, parameter in enumerate(model.parameters()):
        parameter.data *= 1.0 if math.isnan(size()) and k else size()
    data = [[draw.choice((0.0, 1.0, -0.5)) * (scale or 1.0) for _ in range(sizes[0])] for _ in range(rows)]
    if scale is not None and math.isnan(scale):
        data = [[0.5] * sizes[0] for _ in range(rows)]
    return viz.steps(mean_squared_error([model(row) for row in data], [1.0] * rows), learning_rate=0.5)


def expression(scale):
    """Return the stepping page of a·b + c."""
    x = 1.0 if scale is None else scale
    a, b, c = Value(2.0 * x, "a"), Value(-3.0, "b"), Value(10.0 if scale else 1e-7, "c")
    loss = a * b + c
    loss.name = "L"
    return viz.steps(loss)


def pages():
    """Yield (name, the page at a scale) of all that is walked."""
    for sizes in ((2, 2, 1), (2, 4, 1), (3, 4, 4, 1), (2, 8, 8, 1)):
        yield "-".join(map(str, sizes)), lambda scale, sizes=sizes: network(sizes, scale)
    yield "a·b + c", expression


def walk(tab, page, folder, *, font="", view="step", every=1, most=100_000):
    """Open a page and step through it; return how many steps were looked at, and what was wrong."""
    tab.goto(page.save(Path(folder) / "page.html").as_uri())
    return tab.evaluate(WALK, [font, view, every, most])


def main():
    from playwright.sync_api import sync_playwright

    few = int(sys.argv[1]) if sys.argv[1:] else 1
    failed, began, total = 0, time.time(), 0
    with sync_playwright() as session, TemporaryDirectory() as folder:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        made = [(name, scale, make(SCALES[scale])) for name, make in pages() for scale in SCALES]
        for (window, (wide, high, factor)), scheme in itertools.product(WINDOWS.items(), ("light", "dark")):
            sizes = {"viewport": {"width": wide, "height": high}, "device_scale_factor": factor}
            tab = browser.new_context(offline=True, color_scheme=scheme, **sizes).new_page()
            for (name, scale, page), (font, family), view in itertools.product(made, FONTS.items(), VIEWS):
                if scheme == "dark" and scale != "as made":
                    continue  # colors move nothing
                every = few if view == "step" else 23 * few
                steps, wrong = walk(tab, page, folder, font=family, view=view, every=every)
                total += steps
                failed += bool(wrong)
                for line in wrong:
                    print(f"{name}, {scale}, {window}, {scheme}, {font}, {view}: {line}", flush=True)
            print(
                f"{window} {scheme}: {total:,} steps so far, {failed} pages wrong, {time.time() - began:.0f} s",
                flush=True,
            )
            tab.context.close()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
