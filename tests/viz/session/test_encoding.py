"""The demos run to their end whatever the terminal can write, and without docstrings."""

import inspect
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import demos
from autograd import ops, tanh
from autograd.explain import encoding as terminal
from autograd.explain.encoding import plain
from autograd.support.messages import documentation
from viz.session.help_and_numbers import GREETING, HELP, HINT, as_typed
from viz.session.xor import XorSession as Session

ROOT = Path(__file__).parents[3]
PACKAGES = ("autograd", "nn", "viz", "demos")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "utf-8"])
def test_every_text_there_is_can_be_written_in_any_encoding(encoding):
    everything = "".join(map(chr, range(0x11000)))
    written = everything.encode(encoding, "chainrule.plain").decode(encoding)
    assert written.startswith(everything[:0x80])
    if encoding == "ascii":
        assert written.isascii()


def test_what_stands_in_for_a_sign_is_ascii_and_as_wide_in_tables_and_plots():
    source = "".join(
        path.read_text(encoding="utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    )
    for sign in set(source + GREETING + HELP + HINT):
        assert plain(sign).isascii()
    for sign in "─│┤├└█▓▒░▶◀△₀₉⁰⁹⁽⁾×·" + "".join(map(chr, terminal.BRAILLE)):
        assert len(plain(sign)) == 1
    assert "w⁽¹⁾₁₂ ← w − η·∂L/∂w ≥ ½ ŷ ✓".encode("ascii", "chainrule.plain") == b"w(1)12 <- w - eta*dL/dw >= 1/2 y ok"
    assert as_typed("w(1)12") == as_typed("w⁽¹⁾₁₂"), "so that what is read can be typed"
    assert plain("\x80") == plain("\U000e0001") == plain("字") == plain("\ud800") == "?"


def test_a_demo_prints_on_any_stream_and_a_users_own_choice_stays(monkeypatch):
    narrow = {"strict": True, "surrogateescape": True, "backslashreplace": True, "ignore": False, "replace": False}
    for errors, ours in narrow.items():
        stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors=errors)
        monkeypatch.setattr("sys.stdout", stream)
        terminal.prepare()
        assert (stream.errors == "chainrule.plain") == ours
    for nothing in (None, io.StringIO(), type("Notebook", (), {"errors": "strict"})()):
        monkeypatch.setattr("sys.stdout", nothing)
        monkeypatch.setattr("sys.stderr", nothing)
        monkeypatch.setattr("sys.stdin", nothing)
        terminal.prepare()


SCRIPT = """\
step 3
w⁽¹⁾ = 1
why w111
epoch
back
weights
until 0.1
curve
boundary
health
help
help step
help quit
svg
stuck dead
run 20
nonsense here
quit
"""


@pytest.mark.parametrize(
    "surroundings",
    [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}],
    ids=["cp1252", "C locale"],
)
def test_the_session_runs_to_its_end_in_any_terminal_and_without_docstrings(tmp_path, surroundings):
    ended = subprocess.run(
        [sys.executable, "-OO", "-m", "demos.xor", "--seed", "0"], cwd=tmp_path, input=SCRIPT.encode(),
        capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "0"} | surroundings,
    )  # fmt: skip
    said = ended.stdout.decode(surroundings.get("PYTHONIOENCODING", "ascii"))
    assert (ended.stderr, ended.returncode) == (b"", 1)  # two lines of the script are wrong, and are answered
    assert "epochs: the loss went from" in said
    assert "Traceback" not in said
    assert "None" not in said
    assert " ".join(documentation(Session.step).split()) in " ".join(said.split())
    assert "wrote xor_loss.svg" in said
    assert "w(" in said
    assert said.endswith("quit\n")


def test_what_a_docstring_says_is_found_where_python_has_dropped_it(monkeypatch):
    kept = {thing: documentation(thing) for thing in (Session.step, Session, demos, tanh.rule, ops.dot.rule)}
    assert all(kept.values())
    monkeypatch.setattr(inspect, "getdoc", lambda thing: None)
    assert {thing: documentation(thing) for thing in kept} == kept
    assert documentation(len) == documentation(lambda: 0) == documentation(3) == ""


def test_nothing_in_the_library_and_the_demos_prints_a_docstring_that_may_not_be_there():
    allowed = {
        "methods.py",
        "operation.py",
        "maths.py",
        "messages.py",
        "advice_on_names.py",
        "modes.py",
        "inlined_methods.py",
    }  # these hand them on to help()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            assert path.name in allowed or not re.search(r"\b__doc__\b", path.read_text(encoding="utf-8")), path
