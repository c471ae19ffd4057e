"""What is made of numbers: answers as a loss reads them, rows as a table, and what is said of a curve or a push."""

import math

import pytest

import nn
from autograd import Value, dot, topological_order
from viz.session.help_and_numbers import as_typed, count_from, number_from, place_of
from viz.session.predictions import Answer, is_right, numbers_in, read, rows_of_nodes, rows_table
from viz.session.verdicts import compared, shape_of

BINARY, CLASSES, SQUARED = nn.binary_cross_entropy_with_logits, nn.softmax_cross_entropy, nn.mean_squared_error


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "text", "miss"),
    [
        (SQUARED, Value(0.25), 1.0, "0.250", 0.75),
        (SQUARED, -9.5, -9.5, "−9.500", 0.0),
        (SQUARED, 10.0, 4.0, "10", 6.0),
        (SQUARED, [1.0, 2.0], [1.5, 0.0], "1.000, 2.000", 2.0),
        (SQUARED, [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], "1.000, 2.000, 3.000, 4.000", 0.0),
        (SQUARED, [1.0] * 5, [1.0] * 5, "1.000, 1.000, 1.000, 1.000, …", 0.0),
        (SQUARED, [1.0, 2.0], 1.0, "1.000, 2.000", None),
        (SQUARED, [], [], "", 0.0),
        (BINARY, Value(0.0), 1.0, "0.500", 0.5),
        (BINARY, math.log(3.0), 1.0, "0.750", 0.25),
        (nn.hinge, 0.25, -1.0, "0.250", 1.25),
        (nn.hinge, 2.0, 1.0, "2.000", -1.0),
        (CLASSES, [0.0, math.log(3.0)], 1, "1 (75%)", 0.25),
        (CLASSES, [0.5], 0.0, "0.500", 0.5),
        (CLASSES, [0.0, math.log(3.0)], 0, "1 (75%)", 0.75),
        (CLASSES, [math.log(3.0), 0.0], [0.5, 0.5], "0 (75%)", 0.5),
    ],
)
def test_an_answer_as_its_loss_reads_it(loss, prediction, target, text, miss):
    assert read(loss, prediction, target) == (text, miss if miss is None else pytest.approx(miss, abs=1e-15))


def test_a_row_is_right_within_a_tenth():
    assert [is_right(Answer("", miss)) for miss in (None, 0.0, 0.099, 0.1, 0.2)] == [False, True, True, False, False]
    assert numbers_in([Value(1.0), (2, [3.0])]) == [1.0, 2.0, 3.0]


class Training:
    def __init__(self, inputs, targets):
        self.inputs, self.targets = inputs, targets


def test_rows_as_a_table():
    few = Training([[0.5, -1.0], [2.0, 3.0]], [1.0, [1, 2, 3, 4, 5]])
    table = rows_table(few, [Answer("0.950", 0.05), Answer("2", None)])
    assert [line.split() for line in table] == [
        ["x₁", "x₂", "wanted", "says"],
        ["1", "0.5", "−1", "1", "0.950", "✓"],
        ["2", "2", "3", "1,", "2,", "3,", "4", "2"],
    ]
    assert {line.index(x) + len(x) for line, x in zip(table, ("says", "0.950"), strict=False)} == {31}
    twelve = Training([[float(k)] for k in range(12)], [0.0] * 12)
    assert len(rows_table(twelve, [Answer("0", 0.0)] * 12)) == 13
    many = Training([[float(k)] for k in range(13)], [0.0] * 13)
    table = rows_table(many, [Answer("0", 0.0)] * 5 + [Answer("1", 1.0)] * 8)
    assert (len(table), table[-1]) == (12, "  … and 3 more; 5 of 13 are within 0.1 of what is wanted")
    some = rows_table(many, [Answer("0", 0.0)] * 13, only=range(4, 6))
    assert [line.split()[0] for line in some] == ["x₁", "5", "6"]


@pytest.mark.parametrize(
    ("row", "head", "cells"),
    [
        ([1.0] * 6, ["x₁", "x₂", "x₃", "x₄", "x₅", "x₆"], ["1"] * 6),
        ([1.0] * 7, ["x₁", "x₂", "x₃", "x₄", "x₅", "…"], ["1"] * 5 + ["…"]),
        ([[1.0], [2.0], [3.0]], ["input"], ["3", "steps"]),
        ("a word", ["input"], ["a", "word"]),
    ],
)
def test_inputs_in_cells(row, head, cells):
    first, second = rows_table(Training([row], [0.0]), [Answer("0.5", 0.5)])
    assert first.split() == [*head, "wanted", "says"]
    assert second.split() == ["1", *cells, "0", "0.5"]


def test_each_node_is_of_the_row_that_it_was_computed_from():
    w, unused = Value(2.0), Value(1.0)
    one, two = dot([w], [Value(1.0)]), dot([w], [Value(3.0)])
    shared = w * w
    first, second = one + shared, two + shared
    loss = (first * 2.0) + second
    nodes = list(topological_order(loss))
    rows = dict(zip(nodes, rows_of_nodes(nodes, [first, [second]], [4, 7], [w, unused]), strict=True))
    assert (rows[one], rows[first], rows[two], rows[second]) == (4, 4, 7, 7)
    assert (rows[w], rows[shared], rows[loss]) == (None, None, None)
    (after,) = [node for node in loss.parents if node is not second]
    assert rows[after] == 4, "what follows from one row is of it"


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([1.0, 1.06, 0.95], "it leaps about between 0.95 and 1.06, and the loss stands at 0.95."),
        ([1.0, 1.05, 1.0, 1.0], "flat; no drop yet, and the loss stands at 1."),
        ([0.1, 0.2, 0.0], "plateau to epoch 1 (loss 0.1 → 0.1), spike (up to 0.2), then drop (0 → 0)."),
        ([1.0, 1.0, 1.0], "flat; no drop yet, and the loss stands at 1."),
        (
            [1.0, 1.0, 0.5, 0.0, 0.0],
            "plateau to epoch 1 (loss 1 → 1), drop to epoch 3 (1 → 0), then convergence (0",
        ),
        (
            [1.0, 0.5, 0.0, 0.9, 0.0],
            "drop to epoch 2 (loss 1 → 0), convergence to epoch 3 (0 → 0), spike (up to 0.9)",
        ),
        ([1.0, 0.0] + [0.5, 0.0] * 3, "drop to epoch"),
        ([1.0, 0.0] + [0.5, 0.0] * 4, "restless, with 4 spikes (1 → 0)."),
        ([1.0, 0.0, 0.5], "then rise (up to 0.5)."),
    ],
)
def test_the_shape_of_a_curve(losses, said):
    assert said in shape_of(losses)


@pytest.mark.parametrize(
    ("foretold", "measured", "slope", "beside", "tiny", "said"),
    [
        (0.1, 0.1, 1.0, (0.9, 1.0, 1.1), 0.1, "They agree: over such a push"),
        (0.1, 0.1000999, 1.0, (0.9, 1.0, 1.1), 0.1, "They agree: over such a push"),
        (999.0, 1000.0, 1.0, (0.9, 1.0, 1.1), 0.1, "They agree: over such a push"),
        (0.1, 0.1002, 1.0, (0.9, 1.0, 1.1), 0.1, "They agree but for 0.2%, the bend of the curve; a push of 0.1"),
        (0.1, 0.0, 1.0, (0.9, 1.0, 1.1), 0.1, "They agree but for all of it"),
        (0.0, 0.0, 0.0, (1.0, 1.0, 1.0), 0.1, "They agree: over such a push"),
        (0.1, 0.2, 2.0, (1.0, 1.0, 1.2), 0.1, "slope is 0 on the left and 2 on the right, and the gradient is one of"),
        (0.1, 0.2, 0.0, (1.0, 1.0, 1.2), 0.1, "slope is 0 on the left and 2 on the right, and the gradient is one of"),
        (0.1, 0.3, 1.0, (0.7, 1.0, 1.3), 0.1, "They do NOT agree: a push of 0.1 measures a slope of 3, and the"),
        (0.1, 0.2, 5.0, (0.9, 1.0, 1.3), 0.1, "a push of 0.1 measures a slope of 2, and the gradient says 5."),
        (0.1, math.inf, 1.0, (0.9, 1.0, 1.1), 0.1, "They cannot be compared: a number is not finite."),
        (0.1, 0.1, math.nan, (0.9, 1.0, 1.1), 0.1, "They cannot be compared"),
        (0.1, 0.1, 1.0, (-math.inf, 1.0, 1.1), 0.1, "They cannot be compared"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_push(foretold, measured, slope, beside, tiny, said):
    assert said in compared(foretold, measured, slope, beside, tiny)


# -------------------------------------------------------------------------------------- words and numbers
@pytest.mark.parametrize("word", ["0", "2.5", "1000001", "x", ""])
def test_a_count_is_whole_and_within_limits(word):
    with pytest.raises(ValueError, match="run takes a whole number from 1 to 1,000,000, not "):
        count_from(word, "run")


def test_counts_and_numbers_at_their_limits():
    assert [count_from(x, "run") for x in ("1", "1000000", 7)] == [1, 1_000_000, 7]
    assert count_from("0", "back", least=0) == 0
    assert [number_from(x, "rate") for x in ("−2.5", "1e3", 0)] == [-2.5, 1000.0, 0.0]
    for word in ("inf", "nan", "x"):
        with pytest.raises(ValueError, match="rate takes a finite number"):
            number_from(word, "rate")


def test_names_are_found_by_what_is_typed():
    names = ["w⁽¹⁾₁₁,₁", "w⁽¹¹⁾₁,₁", "b⁽¹⁾₁", "hidden.w₁₁", "L"]
    assert [as_typed(name) for name in names] == ["w111,1", "w111,1", "b11", "hidden.w11", "L"]
    assert [place_of(name, names) for name in ("b11", "w(11)1,1", "w(1)11,1", "hidden.w11")] == [2, 1, 0, 3]
    with pytest.raises(ValueError, match=r"'w111,1' may be w\(1\)11,1 or w\(11\)1,1: type it with the brackets"):
        place_of("w111,1", names)
    many = [f"b{k}" for k in range(10, 24)]
    with pytest.raises(ValueError, match=r"there is no 'zzz' here; there are b10, .*b21, …$"):
        place_of("zzz", many)
    with pytest.raises(ValueError, match=r"there are b10, b11, b12$"):
        place_of("zzz", [*many[:3], "L"])
    with pytest.raises(ValueError, match=r"there are a, L$"):
        place_of("zzz", ["a", "L"])
