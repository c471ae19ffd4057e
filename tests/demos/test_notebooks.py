"""The notebooks, run from top to bottom by IPython as a notebook runs them; they are stored without outputs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "demos" / "notebooks").glob("*.ipynb"))
RUN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(history_load_length=0)
shell.history_manager.enabled = False
found = []
for source in json.load(sys.stdin):
    result = shell.run_cell(source, store_history=False)
    result.raise_error()
    formats = {} if result.result is None else shell.display_formatter.format(result.result)[0]
    found.append(formats)
print("\\n" + json.dumps(found))
"""
# what notebooks show in their cells, by the beginning of the cell: the kind of display, and a part of it
EXPECTED = {
    "first_expression": {
        "import viz": ("text/html", "graph of L"),
        "L.backward": ("text/plain", "(14.0, -25.0, 16.0, 8.0)"),
        "explain(L, a)": ("text/latex", r"\frac{\partial L}{\partial a} &= "),
        "viz.draw(L, why=a)": ("text/html", "why a has its gradient"),
        "viz.animate": ("text/html", "a pass on the graph of L"),
    },
    "xor": {
        "model = nn.MLP": ("text/html", "data:image/svg+xml"),
        "loss_of = nn": ("text/html", "<img"),
        "step = compile": ("text/latex", r"\delta^{(2)} &= "),
        "history = nn.fit": ("text/html", "<img"),
        "viz.decision_boundary": ("text/html", "<img"),
    },
    "lecture": {
        "price = Value": ("text/html", "graph of L"),
        "[child.label": ("text/plain", "(['total', 'half'], '×')"),
        "draw_dot(L)": ("text/html", "graph of L"),
        "for leaf in (price, pieces, tip, half):\n    leaf.grad": ("text/plain", "True"),
        "a = Value(3.0": ("text/plain", "2.0"),
        "from nn import MLP": ("text/html", "<img"),
    },
}


def cells(path):
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]


def test_there_are_these_notebooks():
    assert [path.stem for path in NOTEBOOKS] == sorted(EXPECTED)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    held = json.loads(path.read_text(encoding="utf-8"))
    assert (held["nbformat"], held["nbformat_minor"]) == (4, 5)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(path))
    ids = [cell["id"] for cell in held["cells"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_the_form_that_jupyter_reads(path):
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_says(path, tmp_path):
    pytest.importorskip("IPython")
    sources = ["".join(cell["source"]) for cell in cells(path)]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    shown = json.loads(done.stdout.splitlines()[-1])
    for begin, (kind, part) in EXPECTED[path.stem].items():
        (k,) = [k for k, source in enumerate(sources) if source.startswith(begin)]
        assert part in shown[k].get(kind, ""), f"{begin}: {str(shown[k])[:1000]}"
