"""Each planted fault is named by its own sentence; a right engine gets full marks; what a student's file may do."""

import doctest
import json
import re
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograd import Value, examine
from autograd.explain.examination import trial
from autograd.explain.examination.cases import cases
from tests.autograd.explain.examination.planted import ALL_SIX, PEERS, PLANTED
from viz.command_line import in_peace

START = "        self.grad = 1.0\n"
RIGHT = Path(__file__).with_name("right_engine.py").read_text(encoding="utf-8")


def with_faults(tmp_path, *changes):
    text = RIGHT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "student.py").write_text(text, encoding="utf-8")
    return examine(f"{tmp_path / 'student.py'}:Value", seconds=2.0)


def test_our_own_engine_and_a_right_one_get_full_marks(tmp_path):
    ours, theirs = examine(Value), with_faults(tmp_path)
    assert (ours.ok, ours.faults, ours.missing) == (True, (), ())
    assert (theirs.ok, theirs.faults) == (True, ()), str(theirs)
    assert theirs.missing == ("sqrt", "__rpow__", "a ** b for two Values")
    assert ours.points == ours.out_of > theirs.points == theirs.out_of > 60


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named_and_no_other(tmp_path, name):
    changes, sentence = PLANTED[name]
    found = with_faults(tmp_path, *changes)
    assert not found
    assert len(found.faults) == 1, str(found)
    assert sentence in found.faults[0].advice, str(found)
    assert found.points + len(found.faults[0].cases) + len(found.following) == found.out_of


def test_each_sentence_is_of_one_fault():
    sentences = [sentence for _, sentence in PLANTED.values()]
    assert len(PLANTED) >= 40
    assert len(set(sentences)) > len(PLANTED) - 6


@pytest.mark.parametrize("name", PEERS)
def test_the_faults_of_six_public_engines_are_each_named(tmp_path, name):
    planted = ALL_SIX | PEERS[name]
    found = with_faults(tmp_path, *planted.values())
    advice = [fault.advice for fault in found.faults]
    for fault in planted:
        assert any(PLANTED[fault][1] in said for said in advice), f"{fault} is not named:\n{found}"
    assert len(advice) == len(planted), str(found)


def test_a_fault_comes_with_its_example_and_both_numbers(tmp_path):
    found = with_faults(tmp_path, *PLANTED["* overwrites"][0])
    (fault,) = found.faults
    assert fault.example == "a = Value(3.0)\nb = Value(-4.0)\ny = (a * b) + a + b\ny.backward()"
    assert fault.expected == {"a.grad": -3.0, "b.grad": 4.0}
    assert fault.found == {"a.grad": -4.0, "b.grad": 3.0}
    assert "a.grad is to be −3, and is −4" in str(found)
    assert json.loads(json.dumps(found.as_dict()))["faults"][0]["found"] == fault.found


# ------------------------------------------------------------------------- what a student's file may do
def written(tmp_path, text):
    (tmp_path / "student.py").write_text(text, encoding="utf-8")
    return f"{tmp_path / 'student.py'}:Value"


def checked(*words):
    done = subprocess.run(
        [sys.executable, "-c", "from viz.command_line import main; raise SystemExit(main())", *words],
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((START, "        while True: pass\n"), "not done after 0.2 s"),
        ((START, "        import os; os._exit(3)\n"), "Python ended by itself"),
        ((START, "        import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\n"), "SIGSEGV"),
        ((START, "        raise SystemExit('enough')\n"), "SystemExit: enough (student.py, line "),
        ((START, "        return input('')\n"), "EOFError"),
        ((START, "        self.backward()\n"), "RecursionError"),
        (
            (START, "        import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\n        while True: pass\n"),
            "not done after 0.2 s",
        ),
    ],
)
def test_what_crashes_or_never_ends_is_told(tmp_path, capfd, change, said):
    place = written(tmp_path, RIGHT.replace(*change) + "\nprint('from the student')\n")
    limits = {"while True": 0.2, "self.backward": 2.0}  # what goes on until it is stopped
    found = examine(place, seconds=next((limits[word] for word in limits if word in change[1]), 20.0))
    assert found.points < found.out_of
    assert said in str(found)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no clock tells what another process has worked")
def test_a_case_has_seconds_of_work_however_busy_the_machine(tmp_path):
    once = "        while SLEEPS: SLEEPS.pop()(0.8)\n" + START
    waits = RIGHT.replace("class Value", "import time\nSLEEPS = [time.sleep]\n\n\nclass Value", 1).replace(START, once)
    assert examine(written(tmp_path, waits), seconds=0.5).ok
    asleep = RIGHT.replace(START, "        import time; time.sleep(60.0)\n")
    assert "not done after 0.05 s" in str(examine(written(tmp_path, asleep), seconds=0.05))


ONE_FORK = "        import os; vars(os).get('forked', os.fork)(); os.forked = bool\n"


def test_a_process_that_a_student_forks_adds_no_answers(tmp_path):
    place = written(tmp_path, RIGHT.replace(START, ONE_FORK + START))
    assert examine(place, seconds=20.0).ok


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ([(START, "        raise OSError('no')\n")], "a + b cannot be tried: computing it"),
        ([("in reversed(order)", "in order")], "a node sends its gradient on before all of it has arrived"),
        ([("self.grad = data, 0.0", "self.grad = int(data), 0.0")], "Value(2.5) holds 2.5 in .data"),
        (
            [('return Value(-self.data, (self,), "send_neg")', "return -self.data")],
            "y is to be a Value, and is a float: let the operation return a new Value",
        ),
    ],
)
def test_the_first_fault_is_what_is_to_be_mended_first(tmp_path, changes, first):
    assert with_faults(tmp_path, *changes).faults[0].advice.startswith(first)


def test_each_case_comes_once_and_after_those_that_it_builds_on():
    seen = set()
    for case in cases():
        assert case.name not in seen
        assert seen.issuperset(case.builds_on), case.name
        seen.add(case.name)


def test_derivatives_are_told_in_whole_brackets_and_once():
    said = [wrong.advice for case in cases() for wrong in case.wrong]
    assert not [text for text in said if text.count("(") != text.count(")")]
    assert not [text for text in said if "−1 = −1" in text]


def test_a_file_in_a_package_finds_its_siblings(tmp_path):
    package = tmp_path / "their_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "engine.py").write_text(RIGHT, encoding="utf-8")
    (package / "student.py").write_text("from .engine import Value\n")
    assert examine(f"{package / 'student.py'}:Value", seconds=20.0).ok


@pytest.mark.parametrize("place", ["", ":", "student.py:Value:x", "folder/student:Value"])
def test_a_place_that_is_none_is_told_how_to_be_written(place):
    with pytest.raises(ValueError, match=r"write the place as student\.py:Value, or as package\.module:Value"):
        examine(place)


def test_a_pipe_that_closes_early_makes_no_wrong_engine_right(monkeypatch):
    def closes():
        raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(flush=closes))
    monkeypatch.setattr("viz.command_line.prepare", lambda: None)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    assert in_peace(lambda: 1) == 1


def test_a_command_that_is_interrupted_says_so_in_a_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("viz.command_line.prepare", lambda: None)
    assert in_peace(interrupted) == 130
    assert capsys.readouterr().err == "\nstopped by Ctrl-C\n"


def test_a_class_in_hand_is_examined_and_left_as_it_was():
    names = {}
    exec(RIGHT + "\nmade = []\n", names)
    found = examine(names["Value"])
    assert found.ok
    assert found.name == "Value"


class Careful:
    def __init__(self, data):
        self.data, self.grad = data, 0.0


def test_without_forks_cases_run_in_threads(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "FORKS", False)
    assert examine(Value).ok
    found = examine(type("Nothing", (), {"__init__": lambda self, x: None}))
    assert found.points == 0
    assert "has no attribute" in str(found)
    stuck = type("Stuck", (Careful,), {"__add__": lambda self, other: threading.Event().wait()})
    assert "not done after 0.2 s" in str(examine(stuck, seconds=0.2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no file"),
        ("class Other: pass", "there is no class Value in"),
        ("from autograd import Value", "this library's own Value"),
        ("def", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero (student.py, line 1)"),
        ("raise SystemExit", "SystemExit"),
        ("while True: pass", "not done after"),
    ],
)
def test_where_there_is_no_class_it_says_so(tmp_path, text, said):
    place = written(tmp_path, text) if text is not None else f"{tmp_path}/student.py:Value"
    with pytest.raises(ValueError, match="cannot be examined") as error:
        examine(place, seconds=0.2)
    assert said in str(error.value)


def test_what_is_no_class_is_refused():
    with pytest.raises(TypeError, match="takes a class, or where it stands"):
        examine(Value(1.0))
    with pytest.raises(ValueError, match="more than 0 seconds"):
        examine(Value, seconds=0.0)


def test_a_class_that_computes_nothing_gets_no_points(tmp_path):
    nothing = (
        "class Value:\n    def __init__(self, x): self.data, self.grad = x, 0\n    def backward(self): self.grad = 1\n"
    )
    with pytest.raises(ValueError, match=r"no \+ and no \*: write `__add__` or `__mul__`"):
        examine(written(tmp_path, nothing))


def test_the_program_tells_by_its_exit_status(tmp_path):
    (tmp_path / "right_engine.py").write_text(RIGHT, encoding="utf-8")
    code, out, _ = checked("check", f"{tmp_path / 'right_engine.py'}")
    assert code == 0
    assert "points" in out
    code, out, _ = checked("check", written(tmp_path, RIGHT.replace("b.grad += x", "b.grad = x")), "--json")
    assert code == 1
    assert json.loads(out)["faults"][0]["cases"][0] == "multiply, used twice"
    code, out, err = checked("check", f"{tmp_path}/nowhere.py:Value")
    assert (code, out) == (2, "")
    assert "cannot be examined: there is no file" in err
    _, out, _ = checked("--help")
    assert re.search(r"^  chainrule check +Examine an engine of one's own", out, re.MULTILINE)


def test_each_case_stands_after_those_that_it_builds_on():
    seen = set()
    for case in cases():
        assert set(case.builds_on) <= seen, case.name
        seen.add(case.name)
    assert len(seen) == len(cases())


def test_its_example_is_right():
    assert doctest.testmod(import_module("autograd.explain.examination.examination")) == (0, 1)


def test_micrograd_itself_is_told_the_truth():
    pytest.importorskip("micrograd")
    found = examine("micrograd.engine:Value")
    assert {name for fault in found.faults for name in fault.cases} == {
        "10,000 additions in a row",
        "backward twice",
        "two losses that share a node",
        "a number changed before backward",
        "the same bits every time",
        "a copied graph",
        "0 ** 0",
    }
    assert (found.points, found.following) == (found.out_of - 7, ())
    assert {"tanh", "exp", "log", "sigmoid", "a ** b for two Values"} <= set(found.missing)


def test_an_engine_that_calls_itself_is_marked_by_pythons_own_limit_whatever_this_process_has(tmp_path):
    changes, said = PLANTED["the sort calls itself"]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(60_000)
    try:
        report = with_faults(tmp_path, *changes)
    finally:
        sys.setrecursionlimit(before)
    assert any(said in str(fault) for fault in report.faults)
