"""The browser edition in headless Chromium: the session, one's own code, pictures and pages, with nothing fetched."""

import functools
import hashlib
import http.server
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from tests.support.web import CONTRASTS, collisions, names_of_controls, until
from tests.support.web.browser_edition import edition, held  # noqa: F401
from viz.pages.site import build, gallery, pyodide_from_npm

ROOT = Path(__file__).parents[4]
READY = "!document.getElementById('line').readOnly"
LAST = "[...document.querySelectorAll('#log pre:not(.typed)')].at(-1).textContent"
TITLED = "document.getElementById('title')?.textContent === '{}'"
SHOWN = "[...document.querySelectorAll('#shown figure')].map((figure) => figure.firstChild.firstChild.textContent)"
SCRIPT = """\
step
why
forward
weights
w211
backward
why w211
nudge w211
update
epoch
run 20
back 2
rate 0.3
until solved
rows
curve
boundary
health
stuck dead
run 100
help
x = 3 / 7
print(x, model(inputs[1]))
1 / 0
quit
"""


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(edition):  # noqa: F811
    handler = functools.partial(Silent, directory=str(edition))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def start(browser):
    """Return a function that opens the edition and waits for its prompt; it fails on errors and on what is fetched."""
    contexts, troubles, requests = [], [], []

    def opened(address, **settings):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        contexts.append((context, address))
        tab = context.new_page()
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("console", lambda message: troubles.append(message.text))
        context.on("request", lambda request: requests.append(request.url))
        tab.goto(address)
        until(tab, READY)
        return tab

    yield opened
    for context, _ in contexts:
        context.close()
    assert not troubles, troubles
    places = tuple(address for _, address in contexts)
    assert all(url.startswith((*places, "blob:", "data:")) for url in requests), requests


@pytest.fixture(scope="module")
def talk(browser, address):
    """One page for the tests that only type: it was started once."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(address)
    until(tab, READY)
    yield tab
    tab.close()


def typed(tab, line):
    """Type a line; return what is answered."""
    tab.fill("#line", line)
    tab.press("#line", "Enter")
    until(tab, READY)
    return tab.evaluate(LAST)


def ran(tab, code):
    """Run own code; return what it prints."""
    tab.fill("#code", code)
    tab.click("#run")
    until(tab, READY)
    return tab.evaluate(LAST)


def test_a_script_says_in_the_page_what_it_says_on_this_machine_letter_for_letter(talk):
    columns = ran(talk, "import os\nprint(os.environ['COLUMNS'])").strip()
    code = (
        "from pathlib import Path\nfrom viz.command_line import main\n"
        f"Path('script.txt').write_text({SCRIPT!r})\nended = main(['xor', 'script.txt', '--seed', '0'])"
    )
    said = ran(talk, code)
    command = [sys.executable, "-m", "demos.xor", "/dev/stdin", "--seed", "0"]
    surroundings = os.environ | {"COLUMNS": columns, "PYTHONUTF8": "1"}
    run = subprocess.run(command, cwd=ROOT, env=surroundings, input=SCRIPT, capture_output=True, encoding="utf-8")
    assert "Solved after" in said
    assert said == run.stdout


def test_each_command_answers_and_pictures_and_pages_are_seen(start, address):
    tab = start(address)
    assert "XOR 2–4–1: 17 weights" in tab.evaluate(LAST)
    tab.click("#keys button >> nth=0")
    until(tab, READY)
    assert "► forward 1/50" in tab.evaluate(LAST)
    assert "as a sum over paths" in typed(tab, "why")
    assert typed(tab, "back").startswith("back: at the beginning; forward comes next; undone: step")
    assert "976 epochs: the loss went from 0.7007 to 0.07202" in typed(tab, "until solved")
    assert "Shape of the curve: plateau" in typed(tab, "curve")
    typed(tab, "")
    assert typed(tab, "svg") == "wrote xor_network.svg\nwrote xor_loss.svg\n"
    assert tab.evaluate(SHOWN) == ["xor_loss.svg", "xor_network.svg"]
    until(tab, "[...document.images].every((image) => image.complete && image.naturalWidth > 50)")
    for command in ("page", "playground", "film"):
        assert typed(tab, command) == "opened\nopen it in a tab of its own\n"
    frames = [frame for frame in tab.frames if frame != tab.main_frame]
    film, playground, steps = sorted(frames, key=lambda frame: frame.frame_element().bounding_box()["y"])
    until(steps, TITLED.format("XOR 2–4–1, step by step"))
    assert steps.url.partition("#")[2].startswith("step=1")
    assert "4 of 4" in playground.text_content("body")
    assert film.text_content("#of") == "976"
    with tab.context.expect_page() as opened:
        tab.click("#log a >> nth=-1")
    until(opened.value, "document.getElementById('of')?.textContent === '976'")
    until(tab, "document.getElementById('state').textContent === ''")
    tab.fill("#line", "quit")
    tab.press("#line", "Enter")
    until(tab, "document.getElementById('state').textContent.startsWith('You have left')")
    tab.click("#again")
    until(tab, READY)
    assert "XOR 2–4–1" in tab.evaluate(LAST)


def test_own_code_runs_in_the_sessions_python_and_its_values_are_drawn(talk):
    said = ran(
        talk, "from autograd import Value\na, b = Value(2.0, 'a'), Value(-3.0, 'b')\nc = a * b + a\nc.backward()\nc"
    )
    assert said == "Value(-4.0, grad=1.0)\n"
    assert talk.evaluate(SHOWN)[0] == "graph of L, 4 nodes"
    assert typed(talk, "a.grad, b.grad") == "(-2.0, 2.0)\n"
    typed(talk, "d = 7")
    assert ran(talk, "print(d + 1)\ntraining.epoch") == "8\n0\n"
    assert ran(talk, "x = 1\nx / 0").splitlines() == [
        "Traceback (most recent call last):",
        '  File "your code", line 2, in <module>',
        "    x / 0",
        "    ~~^~~",
        "ZeroDivisionError: division by zero",
    ]
    assert ran(talk, "1 +").splitlines()[-1] == "SyntaxError: invalid syntax"
    assert "function" in ran(talk, "import viz\nviz.session(lambda p, q: p * q + p, [2.0, -3.0], title='a function')")
    assert "v₁ = p × q = 2 × (−3) = −6" in typed(talk, "step")
    assert typed(talk, "b.grad") == "2.0\n"  # what was made stays known


def test_each_link_of_the_gallery_leads_to_its_page(start, address):
    tab = start(address, viewport={"width": 390, "height": 844})
    links = [(link.text_content(), link.get_attribute("href")) for link in tab.query_selector_all("nav a")]
    assert [title for title, _ in links] == [entry.title for entry in gallery.ENTRIES.values()]
    for title, href in links:
        with tab.context.expect_page() as opened:
            tab.click(f"nav a[href='{href}']")
        page = opened.value
        until(page, "document.querySelector('h1')?.textContent.length > 3")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, title
        page.close()


def test_deep_graphs_come_and_go(talk):
    code = (
        "from autograd import Value, dot, tanh, total\nx = Value(1.0)\n"
        "for grow in (lambda y: y + x, tanh, lambda y: total([y, x, x]), lambda y: dot([y, x], [x, x])):\n"
        "    y = x\n    for _ in range(50_000):\n        y = grow(y)\n    y.backward()\n    del y\nprint('alive')"
    )
    assert ran(talk, code) == "alive\n"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_the_page_is_read_by_all(start, address, width, scheme):
    tab = start(address, viewport={"width": width, "height": 844}, color_scheme=scheme)
    typed(tab, "step")
    typed(tab, "svg")
    assert collisions(tab) == []
    assert tab.evaluate(CONTRASTS) == []
    names = names_of_controls(tab)
    assert {"what to do next: a command, or Python", "Your own code, in the same Python", "Start again"} <= {*names}
    tab.focus("#line")
    tab.keyboard.press("ArrowUp")
    assert tab.input_value("#line") == "svg"


def test_one_file_opens_from_the_disk_with_no_network_at_all(start, edition, tmp_path, monkeypatch):  # noqa: F811
    archives = {path.name: path.read_bytes() for path in edition.glob("*.zip")}
    monkeypatch.setattr(build, "_compiled", lambda parts: archives)  # as in the folder
    page = build.site(str(tmp_path / "one.html"), single=True)
    tab = start(page.as_uri(), offline=True)
    assert "► forward 1/50" in typed(tab, "step")
    typed(tab, "svg")
    until(tab, "[...document.images].every((image) => image.complete && image.naturalWidth > 50)")
    assert typed(tab, "page") == "opened\nopen it in a tab of its own\n"
    with tab.context.expect_page() as opened:
        tab.click("nav a >> nth=1")
    until(opened.value, TITLED.format("XOR, step by step"))


def test_numpy_is_there_where_the_distribution_has_it(start, edition, tmp_path, monkeypatch):  # noqa: F811
    place, wheel = tmp_path / "pyodide", "numpy-9.9.9-py3-none-any.whl"  # a stand-in, as npm has none
    place.mkdir()
    with zipfile.ZipFile(place / wheel, "w") as packed:
        packed.writestr("numpy/__init__.py", "def answer(): return 42")
        packed.writestr("numpy-9.9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: numpy\nVersion: 9.9.9\n")
        packed.writestr("numpy-9.9.9.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    for name, content in held(pyodide_from_npm.PYODIDE).items():
        (place / name).write_bytes(content)
    lock = json.loads((place / "pyodide-lock.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((place / wheel).read_bytes()).hexdigest()
    lock["packages"]["numpy"] |= {"file_name": wheel, "sha256": digest}
    (place / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    archives = {path.name: path.read_bytes() for path in edition.glob("*.zip")}
    monkeypatch.setattr(build, "_compiled", lambda parts: archives)  # as in the folder
    monkeypatch.setattr(build, "from_npm", held)
    page = build.site(str(tmp_path / "one.html"), pyodide=str(place), single=True)
    tab = start(page.as_uri(), offline=True)
    assert ran(tab, "import numpy\nnumpy.answer()") == "42\n"


def test_a_folder_packed_has_at_most_12_megabytes(edition):  # noqa: F811
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(edition, "site")
    assert len(packed.getvalue()) <= 12 * 10**6
