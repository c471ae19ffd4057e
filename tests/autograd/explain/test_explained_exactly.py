"""Explanations and recordings as exact data, from sums of many uses to what rounding leaves."""

import math

import pytest

from autograd import Value, detach, dot, explain, steps
from autograd.explain.explanation import COUNTED_UP_TO, Explanation, Path


def doubled(y, times):
    for _ in range(times):
        y = y + y
    return y


def paths_told(root, node, paths=5):
    lines = explain(root, node, paths=paths).lines
    return lines[next(i for i, line in enumerate(lines) if line.startswith("as a sum")) :]


def test_a_constant_is_sent_nothing():
    y = Value(2.0, "x") * 3.0
    assert explain(y, y.parents[1]).lines == ["no gradient reaches 3 from L: a constant is sent none"]


def test_one_use_and_several_in_symbols_in_numbers_and_in_latex():
    x, a = Value(2.0, "x"), Value(0.1, "a")
    once, thrice = explain(x * 3.0, x), explain(a * 0.1 + a * 0.2 - a * 0.3, a, paths=2)
    lines = ["∂L/∂x = ∂L/∂L · 3 = (1)(3) = 3", "as a sum over paths: 1 path from L to x", "  L → x:  (3) = 3"]
    assert once.lines == lines
    assert str(once) == repr(once) == "\n".join(lines)
    assert thrice.lines == [
        "∂L/∂a: a is used 3 times, and the chain rule adds them up",
        "  through v₄: ∂L/∂v₄ · 0.3 = (−1)(0.3) = −0.3",
        "  through v₂: ∂L/∂v₂ · 0.2 = (1)(0.2) = 0.2",
        "  through v₁: ∂L/∂v₁ · 0.1 = (1)(0.1) = 0.1",
        "∂L/∂a = ∂L/∂v₄ · 0.3 + ∂L/∂v₂ · 0.2 + ∂L/∂v₁ · 0.1 = −0.3 + 0.2 + 0.1 = 2.776e-17",
        "as a sum over paths: 3 paths from L to a",
        "  L → v₄ → a:  (−1)(0.3) = −0.3",
        "  L → v₃ → v₂ → a:  (1)(1)(0.2) = 0.2",
        "  the one other path: 0.1",
        "  total: 2.776e-17",
    ]
    assert once._repr_latex_() == "\n".join(
        [
            "$$",
            r"\begin{aligned}",
            r"\frac{\partial L}{\partial x} &= \frac{\partial L}{\partial L} \cdot 3 \\[4pt]",
            r" &= (1)(3) \\[4pt]",
            " &= 3",
            r"\end{aligned}",
            "$$",
        ]
    )
    assert thrice.latex().split("\n")[1:4] == [
        r"\frac{\partial L}{\partial a} &= \frac{\partial L}{\partial v_{4}} \cdot 0.3 + "
        r"\frac{\partial L}{\partial v_{2}} \cdot 0.2 + \frac{\partial L}{\partial v_{1}} \cdot 0.1 \\[4pt]",
        r" &= (-1)(0.3) + (1)(0.2) + (1)(0.1) \\[4pt]",
        r" &= 2.776 \times 10^{-17}",
    ]


def test_latex_of_what_has_no_sum_and_of_what_has_a_long_one():
    x = Value(2.0, "x")
    y = x * 3.0
    assert explain(y, y).latex().split("\n")[1:-1] == [r"\frac{\partial L}{\partial L} &= 1"]
    assert explain(detach(x) * 3.0, x).latex().split("\n")[1:-1] == [r"\frac{\partial L}{\partial x} &= 0"]
    for count, more in ((10, False), (11, True)):
        symbols, figures, _ = explain(dot([x] * count, [1.0 + i for i in range(count)]), x).latex().split("\n")[1:-1]
        assert figures.startswith(f" &= (1)({count}) + (1)({count - 1}) + ") is more
        assert (symbols.count(r"\cdot "), figures.count("(1)(")) == (10, 10)
        assert (symbols.count(r" + \cdots"), figures.count(r" + \cdots")) == (more, more)


def test_what_is_left_is_told_and_what_rounding_left_is_named():
    a = Value(0.1, "a")
    assert paths_told(a * 1e8 - a * 1e8 + a * 1e-9, a, paths=1)[1:] == [
        "  L → v₃ → v₂ → a:  (1)(−1)(1.0e8) = −1.0e8",
        "  all other paths together: 1.0e8",
        "  total: 0",
    ]
    x = Value(1.0, "x")
    h = x * 2e-162  # each path is below the least float, and both together are not
    h.name = "h"
    assert paths_told(h * 1e-162 + h * 1e-162, x)[1:] == [
        "  L → v₂ → h → x:  (1)(1.0e-162)(2.0e-162) = 0",
        "  L → v₁ → h → x:  (1)(1.0e-162)(2.0e-162) = 0",
        "  rounding in the pass: 4.941e-324",
        "  total: 4.941e-324",
    ]
    overflowing = x * 1e308 * 1e10 - x * 1e308 * 1e10
    assert paths_told(overflowing, x, paths=1)[2:] == ["  the one other path: nan", "  total: nan"]
    assert math.isnan(explain(overflowing, x).remainder)
    words = explain(overflowing, x).words
    for remainder, told in ((1e-5, "0, but for rounding"), (1.1e-5, "1.1e-5"), (-1e-6, "0, but for rounding")):
        path = Path((5, 0), (1e8,), 1e8)
        lines = Explanation(0, 1e8, (), (path,), remainder, 2, words)._sum_over_paths()
        assert lines[2:] == [f"  the one other path: {told}", "  total: 1.0e8"]
    assert Explanation(0, -1e8, (), (), 1e-5, 2, words)._is_rounding, "of the gradient, whatever its sign"
    assert not Explanation(0, 0.0, (), (), 0.0, 2, words)._is_rounding


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 path from"),
        (2, "2 paths from"),
        (10**15, "1,000,000,000,000,000 paths from"),
        (10**15 + 1, "about 1.0e15 paths from"),
        (COUNTED_UP_TO - 1, "about 1.0e300 paths from"),
        (COUNTED_UP_TO, "more than 10³⁰⁰ paths from"),
    ],
)
def test_paths_are_counted_in_words(count, text):
    words = explain(Value(1.0, "x") * 2.0, "x").words
    told = Explanation(0, 1.0, (), (), 0.0, count, words)._sum_over_paths()
    assert told[0].removeprefix("as a sum over paths: ") == f"{text} L to x"


def test_long_ways_are_cut_in_their_middle():
    (_, way, *_) = paths_told(doubled(Value(0.1, "a"), 12), "a", paths=1)
    assert way == "  L → v₁₁ → v₁₀ → v₉ → … → v₃ → v₂ → v₁ → a:  (1)(1)(1)(1)…(1)(1)(1)(1) = 1"


@pytest.mark.parametrize("paths", [True, 1.5, "3"])
def test_how_many_paths_is_a_whole_number(paths):
    x = Value(2.0, "x")
    with pytest.raises(TypeError, match="so many paths is a whole number"):
        explain(x * 3.0, x, paths=paths)
    with pytest.raises(TypeError, match="a Value or its name, not of float"):
        explain(x * 3.0, 3.0)


# --------------------------------------------------------------------------------------- recordings
def test_a_recording_as_json_has_every_number_of_every_event():
    x = Value(2.0, "x")
    y = x * 3.0 + math.inf
    recording = steps.record(y)
    found = recording.as_json()
    nodes = [(n["name"], n["path"], n["kind"], n["op"], n["parents"], n["value"], n["grad"]) for n in found["nodes"]]
    assert nodes == [
        ("x", "x", "leaf", None, [], 2.0, None),
        ("3", None, "constant", None, [], 3.0, None),
        ("v₁", None, "inner", "×", [0, 1], 6.0, None),
        ("inf", None, "constant", None, [], "inf", None),
        ("L", None, "inner", "+", [2, 3], "inf", None),
    ]
    assert [n["local_derivatives"] for n in found["nodes"]] == [[], [], [3.0, 2.0], [], [1.0, 1.0]]
    first, _, _, fourth, *_ = found["events"]
    assert first == {
        "kind": "Compute",
        "phase": "forward",
        "node": 2,
        "op": "multiply",
        "parents": [0, 1],
        "numbers": [2.0, 3.0],
        "result": 6.0,
        "change": {"channel": "value", "node": 2, "before": None, "after": 6.0, "through": None},
        "text": "v₁ = x × 3 = 2 × 3 = 6",
    }
    assert fourth == {
        "kind": "Send",
        "phase": "backward",
        "node": 4,
        "parent": 2,
        "slot": 0,
        "upstream": 1.0,
        "local_derivative": 1.0,
        "contribution": 1.0,
        "sum_before": None,
        "sum_after": 1.0,
        "arrival": 1,
        "expected": 1,
        "through": None,
        "change": {"channel": "adjoint", "node": 2, "before": None, "after": 1.0, "through": None},
        "text": "∂L/∂v₁ = ∂L/∂L · 1 = (1)(1) = 1",
    }
    assert repr(recording) == "<recording of 5 nodes: 2 events forward, 4 events backward>"
    assert repr(recording.replay(1)) == "<replay at 1 of 6: v₁ = x × 3 = 2 × 3 = 6>"


def test_an_update_keeps_what_each_leaf_had_and_moves_by_the_difference():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x * w
    y.backward()
    recording = steps.record(y).then_update({w: 1.0, x: 1.0}, learning_rate=0.5)
    told = [event.change for event in recording.events[-2:]]
    assert [(c.channel, c.node, c.before, c.after) for c in told] == [("value", 1, 3.0, 1.0), ("value", 0, 2.0, 1.0)]
    assert recording.sentence(len(recording) - 2) == "w ← w − η · ∂L/∂w = 3 − (0.5)(4) = 1"
    with pytest.raises(ValueError, match="was not computed from"):
        recording.then_update({Value(1.0): 2.0})


def test_positions_and_steps_are_counted():
    x = Value(3.0, "x")
    recording = steps.record(x * x)
    replay = recording.replay()
    assert [replay.jump(position) for position in (4, 1, 1, 5, 0)] == [4, 3, 0, 4, 5]
    with pytest.raises(IndexError, match="positions 0 to 5, not -1"):
        replay.jump(-1)
    assert [replay.forward("phase") for _ in range(4)] == [1, 3, 1, 0]
    assert [replay.back("phase") for _ in range(4)] == [1, 3, 1, 0]
    alone = steps.record(Value(1.0)).replay()
    assert (alone.forward("phase"), alone.back("phase")) == (1, 1)


@pytest.mark.parametrize(("count", "more"), [(8, ""), (9, ", …")])
def test_of_many_nodes_of_one_name_eight_are_listed(count, more):
    total = dot([1.0] * count, [Value(float(k), "w") for k in range(count)])
    listed = ", ".join(f"w[{k}]" for k in range(1, 9))
    with pytest.raises(ValueError, match="nodes are called") as error:
        explain(total, "w")
    assert str(error.value) == f"{count} nodes are called 'w': name one of {listed}{more}, or pass the Value"


def test_a_name_that_is_nearly_right_is_answered_with_those_like_it_and_another_with_the_last_ones():
    y = dot([Value(1.0, f"weight{k}") for k in range(7)], [2.0] * 7) * 3.0
    with pytest.raises(ValueError, match="no node") as error:
        explain(y, "weigth3")
    told = str(error.value).partition("; there are ")[2].split(", ")
    assert (told[0], len(told), {name[:-1] for name in told}) == ("weight3", 5, {"weight"})
    with pytest.raises(ValueError, match="no node") as error:
        explain(y, "qqq")
    assert str(error.value).endswith("; there are weight4, weight5, weight6, v₁, L")
