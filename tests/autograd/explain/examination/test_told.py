"""What `examine` may say is kept in full, and its report and answers are tested as exact data."""

import math
from types import SimpleNamespace

import pytest

from autograd import examine
from autograd.explain.examination import Examination, Fault, trial
from autograd.explain.examination.case import Case, Wrong, agree
from autograd.explain.examination.trial import answer, load
from tests.autograd.explain.examination.told import KEPT, told

HERE = "tests.autograd.explain.examination.test_told"


def test_all_cases_and_sentences_are_those_that_are_kept():
    assert told() == KEPT.read_text(encoding="utf-8"), "changed on purpose? see told.py"


@pytest.mark.parametrize(
    ("found", "right", "same"),
    [
        (1.0, 1.0, True), (1.0 + 0.9e-6, 1.0, True), (1.0 + 1.1e-6, 1.0, False), (0.9e-12, 0.0, True),
        (1.1e-12, 0.0, False), (0.0, 0.9e-12, False), (math.nan, math.nan, True), (math.nan, 1.0, False),
        (1.0, math.nan, False), (math.inf, math.inf, True), ("a list", "a list", True), ("a list", 1.0, False),
        (1.0, "a list", False),
    ],
)  # fmt: skip
def test_numbers_agree_but_for_rounding(found, right, same):
    assert agree(found, right) is same


RIGHT = {"a.grad": 2.0, "b.grad": 3.0}


@pytest.mark.parametrize(
    ("wrong", "found", "error", "fits"),
    [
        (Wrong({"a.grad": 4.0}, ""), {"a.grad": 4.0, "b.grad": 0.0}, "", True),
        (Wrong({"a.grad": 4.0}, ""), {"a.grad": 5.0, "b.grad": 0.0}, "", False),
        (Wrong({"a.grad": 4.0}, ""), {}, "TypeError", False),
        (Wrong({"a.grad": 4.0, "b.grad": 1.0}, ""), {"a.grad": 4.0, "b.grad": 2.0}, "", False),
        (Wrong({"a.grad": 0.0}, ""), {"a.grad": 0.9e-12, "b.grad": 3.0}, "", True),
        (Wrong(None, "", off="b.grad"), {"a.grad": 2.0, "b.grad": 4.0}, "", True),
        (Wrong(None, "", off="b.grad"), {"a.grad": 4.0, "b.grad": 3.0}, "", False),
        (Wrong(None, "", error="TypeError"), {}, "TypeError", True),
        (Wrong(None, "", error="TypeError"), {}, "ValueError", False),
        (Wrong(None, "", error="TypeError"), {"a.grad": 4.0, "b.grad": 3.0}, "", False),
        (Wrong(None, "", too_large=True), {"a.grad": 4.0, "b.grad": 3.0}, "", True),
        (Wrong(None, "", too_large=True), {"a.grad": 4.0, "b.grad": 1.0}, "", False),
        (Wrong(None, "", too_large=True), {"a.grad": "a list", "b.grad": 3.0}, "", False),
    ],
)
def test_an_answer_fits_a_wrong_one_that_is_known(wrong, found, error, fits):
    assert wrong.fits(found, RIGHT, error) is fits


def fault(advice, cases, **changed):
    return Fault(**{"advice": advice, "example": "a = 1\nb = 2", "expected": {"a.grad": 2.0, "b.grad": -3.0},
                    "found": {"a.grad": 2.0, "b.grad": 3.0}, "error": "", "cases": cases} | changed)  # fmt: skip


def test_a_report_is_laid_out():
    faults = (
        fault("word " * 25, ["multiply", "add"]),
        fault("fails", ["many " * 30], error="TypeError: no", found={}),
        fault("a text", ["sum"], found={"a.grad": "a list", "b.grad": math.nan}),
    )
    report = Examination("Value", 5, 9, faults, ("sqrt", "tanh"), ("x + 2",))
    assert str(report).split("\n") == [
        "Value: 5 of 9 points",
        "",
        "1. " + "word " * 19 + "word",
        "word word word word word",
        "",
        "    a = 1",
        "    b = 2",
        "",
        "    b.grad is to be −3, and is 3",
        "    (2 points: multiply; add)",
        "",
        "2. fails",
        "",
        "    a = 1",
        "    b = 2",
        "",
        "    a.grad is to be 2, b.grad is to be −3",
        "    TypeError: no",
        "    (1 point: " + "many " * 16 + "many",
        "     " + "many " * 12 + "many )",
        "",
        "3. a text",
        "",
        "    a = 1",
        "    b = 2",
        "",
        "    a.grad is to be 2, and is a list",
        "    b.grad is to be −3, and is nan",
        "    (1 point: sum)",
        "",
        "1 more waits until these are mended: x + 2",
        "",
        "Not there, and not counted: sqrt, tanh",
    ]
    two = Examination("Value", 5, 9, (), (), ("x + 2", "x * 2"))
    assert str(two).split("\n") == ["Value: 5 of 9 points", "", "2 more wait until these are mended: x + 2; x * 2"]
    assert (bool(two), bool(Examination("Value", 9, 9, (), (), ()))) == (False, True)
    assert report.as_dict() == {
        "class": "Value",
        "points": 5,
        "out_of": 9,
        "faults": [
            {"advice": "word " * 25, "example": "a = 1\nb = 2", "expected": {"a.grad": 2.0, "b.grad": -3.0},
             "found": {"a.grad": 2.0, "b.grad": 3.0}, "error": "", "cases": ["multiply", "add"]},
            {"advice": "fails", "example": "a = 1\nb = 2", "expected": {"a.grad": 2.0, "b.grad": -3.0},
             "found": {}, "error": "TypeError: no", "cases": ["many " * 30]},
            {"advice": "a text", "example": "a = 1\nb = 2", "expected": {"a.grad": 2.0, "b.grad": -3.0},
             "found": {"a.grad": "a list", "b.grad": "nan"}, "error": "", "cases": ["sum"]},
        ],
        "missing": ["sqrt", "tanh"],
        "following": ["x + 2"],
    }  # fmt: skip


class Student:
    def __init__(self, data):
        self.data, self.grad, self.nothing, self.many = data, "no", None, [1.0]

    def fails(self):
        raise ValueError("not so")


def case(example, *reads):
    return Case("c", example, reads, "")


def test_an_answer_is_what_is_read_or_the_error_with_its_line():
    found = answer(Student, case("a = Value(2.5)", "a.data", "a.nothing", "a.many", "a.grad"))
    assert found == {"found": {"a.data": 2.5, "a.nothing": 0.0, "a.many": "a list", "a.grad": "a str"}}
    line = Student.fails.__code__.co_firstlineno + 1
    told_of = answer(Student, case("Value(1.0).fails()", "a"))
    assert told_of == {"error": "ValueError", "says": f"ValueError: not so (test_told.py, line {line})"}
    assert answer(Student, case("raise ValueError('ours')", "a")) == {"error": "ValueError", "says": "ours"}
    assert answer(Student, case("a = b", "a")) == {"error": "NameError", "says": "NameError: name 'b' is not defined"}
    assert answer(Student, case("raise KeyError", "a")) == {"error": "KeyError", "says": "KeyError"}


def test_one_process_runs_all_cases_until_one_fails():
    cases = [case("a = 1.0", "a"), case("a = b", "a"), case("a = 2.0", "a"), case("a = 3.0", "a")]
    right = [{"found": {"a": 2.0}}, {"found": {"a": 3.0}, "end": True}]
    assert list(trial._answers(Student, cases[2:])) == [{"missing": []}, *right]
    first, second, third = trial._answers(Student, cases)
    assert (first, second) == ({"missing": []}, {"found": {"a": 1.0}})
    assert (third["error"], third["end"]) == ("NameError", True)
    needs = Case("c", "a = 1.0", ("a",), "", methods=("relu", "fails", "tanh"))
    assert list(trial._answers(Student, [needs])) == [{"missing": ["relu", "tanh"], "end": True}]


def test_a_class_is_found_by_its_place():
    assert load(f"{HERE}:Student") is Student
    assert load("fractions:Fraction").__name__ == "Fraction"
    with pytest.raises(ValueError, match="there is no class Value in fractions; there is Decimal, Fraction"):
        load("fractions")
    with pytest.raises(ValueError, match=r"there is no class Value in colorsys$"):
        load("colorsys:Value")
    with pytest.raises(ValueError, match=r"there is no file nowhere\.py"):
        load("nowhere.py")
    with pytest.raises(ValueError, match="this library's own Value"):
        load("autograd.value:Value")


@pytest.mark.parametrize("seconds", [1e6, -1.0, math.nan])
def test_seconds_are_within_reason(seconds):
    with pytest.raises(ValueError, match="more than 0 seconds, and fewer than a million"):
        examine(Student, seconds=seconds)


def test_a_thread_has_its_seconds_and_the_first_answer_six_times_as_many(monkeypatch):
    waited = []

    class Answers:
        def __init__(self):
            self.left = [{"missing": []}, {"found": {}}]

        def get(self, timeout):
            waited.append(timeout)
            if not self.left:
                raise trial.queue.Empty
            return self.left.pop(0)

    monkeypatch.setattr(trial.queue, "SimpleQueue", Answers)
    monkeypatch.setattr(trial.threading, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    came = trial._in_a_thread(lambda: iter(()), 0.5)
    assert waited == [3.0, 0.5, 0.5]
    assert came == [{"missing": []}, {"found": {}}, {"error": trial.LATE, "says": "not done after 0.5 s"}]
