"""Limits of what is told: one stands exactly on each, and one step beyond."""

import math

import pytest

import autograd as ag
from autograd import Value, certify, detect_anomaly, explain, steps
from autograd.explain.naming import is_path, is_place, short_names
from autograd.support.messages import name_or
from autograd.support.pytree import flat


@pytest.mark.parametrize(("uses", "listed", "rest"), [(10, 10, []), (11, 10, ["  the 1 smaller ones together: 1"])])
def test_ten_uses_are_listed_the_largest_first_and_the_others_added_up(uses, listed, rest):
    x = Value(1.0, "x")
    told = explain(ag.total([float(k) * x for k in range(1, uses + 1)]), x).lines
    assert sum(line.startswith("  through") for line in told) == listed
    assert [line for line in told if "smaller ones" in line] == rest


@pytest.mark.parametrize("length", [9, 10])
def test_a_path_of_nine_nodes_is_shown_whole(length):
    x = y = Value(0.5, "x")
    for _ in range(length - 1):
        y = y.tanh()
    (line,) = (line for line in explain(y, x).lines if "→" in line)
    way = line.partition(":")[0].split(" → ")
    assert (len(way), "…" in way) == ((9, False) if length == 9 else (9, True))


@pytest.mark.parametrize(("count", "shown"), [(8, 8), (9, 6)])
def test_a_sum_of_eight_is_written_whole(count, shown):
    values = [Value(float(k), f"a{k}") for k in range(count)]
    recording = steps.record(ag.total(values))
    text = recording.words.computation(count).split(" = ")[1]
    assert len(text.split(" + ")) == shown
    assert ("…" in text) is (count > 8)


@pytest.mark.parametrize(("length", "text"), [(24, "n" * 24), (25, "n" * 23 + "…")])
def test_a_name_of_twenty_four_characters_is_kept(length, text):
    assert short_names([Value(1.0, "n" * length)]) == [text]


def test_names_that_are_paths_and_parts_that_count():
    longest = "a." + "b" * 1998
    assert is_path(longest)
    assert not is_path(longest + "b")
    assert not is_path(None)
    assert not is_path("a")
    assert [is_place(part) for part in ("0", "123456789", "1234567890", "x", "")] == [True, True, False, False, False]


def test_lists_are_taken_a_hundred_deep():
    deep = 1.0
    for _ in range(100):
        deep = [deep]
    assert flat(deep) == [1.0]
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        flat([deep])


def test_a_name_in_a_sentence_has_eighty_characters():
    assert name_or(Value(1.0, "n" * 80), "") == "n" * 80
    assert name_or(Value(1.0, "n" * 81), "") == "n" * 39 + "…" + "n" * 39
    assert name_or(Value(1.0), "otherwise") == "otherwise"


@pytest.mark.parametrize("count", [6, 7])
def test_of_a_group_six_members_are_named_where_nan_is_born(count):
    values = [Value(float(k)) for k in range(count - 1)] + [Value(math.inf)]
    with pytest.raises(FloatingPointError) as error, detect_anomaly():
        ag.dot(values, [0.0] * count)
    assert (f"… {count} in all" in str(error.value)) is (count > 6)
    assert ("5.0" in str(error.value)) is (count > 6)


def test_three_that_came_in_are_named_and_whether_all_are_leaves():
    infinite = [Value(math.inf, name) for name in "abcd"]
    computed = infinite[3] * 1.0
    with pytest.raises(FloatingPointError) as error, detect_anomaly():
        ag.total(infinite)
    assert "; a=inf, b=inf, c=inf came in from outside as a leaf" in str(error.value)
    with pytest.raises(FloatingPointError) as error, detect_anomaly():
        ag.total([infinite[0], computed])
    assert "came in from outside as an input" in str(error.value)


@pytest.mark.parametrize(("count", "left"), [(12, 0), (13, 1)])
def test_of_a_certificate_twelve_gradients_are_printed(count, left):
    pytest.importorskip("flint")
    told = str(certify(ag.total([Value(float(k), f"w{k}") for k in range(count)])))
    assert sum(line.startswith("∂L/∂") for line in told.split("\n")) == 12
    assert (f"and {left} more gradients" in told) is (left > 0)
