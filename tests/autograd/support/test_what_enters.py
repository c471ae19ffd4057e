"""What may enter a graph, and how nested numbers are taken apart and put together again, as exact data."""

import math
import types
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Group, Value
from autograd.support import messages, pytree, user_line
from autograd.support.locks import cached_property
from autograd.support.validate import listed, number

X = Value(2.0, "x")
Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("x", "found"),
    [(1.5, 1.5), (2, 2.0), (True, 1.0), (Fraction(1, 4), 0.25), (Decimal("0.5"), 0.5), (np.float32(0.5), 0.5),
     (np.int8(3), 3.0), (np.True_, 1.0)],
)  # fmt: skip
def test_real_numbers_enter_as_floats(x, found):
    assert (number(x), type(number(x))) == (found, float)


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (X, "a number is needed here, and this is a Value: pass its .data"),
        (X > 1.0, "a number is needed here, and this is a Condition: where(condition, 1.0, 0.0) makes one of it"),
        (int, "a real number is needed here, not type; int is a type itself: pass a number"),
        (1j, "a real number is needed here, not complex; only real numbers have a place in a graph: pass x.real, or "
             "abs(x)"),
        ("2", "a real number is needed here, not str; convert it first: float('2')"),
        (None, "a real number is needed here, not NoneType; a function that forgot to return its result gives None"),
        ([1.0], "a real number is needed here, not list; a Value is one number: make one Value per element, or pass "
                "x.item() if it holds just one"),
        (np.zeros(2), "a real number is needed here, not ndarray; a Value is one number: make one Value per element, "
                      "or pass x.item() if it holds just one"),
        (math.sin, "a real number is needed here, not builtin_function_or_method; pass an int or a float"),
    ],
)  # fmt: skip
def test_what_is_no_real_number_is_told_what_to_do(x, said):
    with pytest.raises(TypeError) as refused:
        number(x)
    assert str(refused.value) == said


def test_a_number_beyond_the_floats_is_named():
    with pytest.raises(OverflowError, match=r"this int lies beyond the largest float, 1\.8e308"):
        number(10**400)


@pytest.mark.parametrize("values", [[1.0], (1.0,), Group([1.0]), np.zeros(1), range(1)])
def test_sequences_are_taken_as_they_are(values):
    assert listed("f", values) is values
    assert listed("f", iter([1.0, 2.0])) == [1.0, 2.0]


@pytest.mark.parametrize("values", ["12", b"12", {1.0}, frozenset(), {1: 2}, X, 2.0, None, np.array(1.0), X > 1.0])
def test_what_is_no_sequence_is_refused(values):
    with pytest.raises(
        TypeError, match=f"f takes a sequence of numbers or Values, not {type(values).__name__}: pass a"
    ):
        listed("f", values)


# --------------------------------------------------------------------------------------- in shapes
NESTED = {"w": [1.0, (2.0, 3.0)], "p": Point(4.0, 5.0), "a": np.array([[6.0, 7.0]])}


def test_numbers_are_taken_apart_and_put_together_in_their_shape():
    assert pytree.flat(NESTED) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    again = pytree.rebuilt(NESTED, iter([10.0 * k for k in range(7)]))
    assert (again["w"], again["p"], type(again["p"])) == ([0.0, (10.0, 20.0)], Point(30.0, 40.0), Point)
    assert (again["a"].tolist(), again["a"].dtype, type(again["a"])) == ([[50.0, 60.0]], float, np.ndarray)
    assert (pytree.flat(2.0), pytree.rebuilt(3.0, iter([4.0]))) == ([2.0], 4.0)
    assert (pytree.flat(np.array(2.0)), pytree.flat(np.zeros((0, 2)))) == ([2.0], [])
    assert pytree.rebuilt(np.zeros((0, 2)), iter(())).shape == (0, 2)
    values = pytree.rebuilt(np.zeros((2, 2)), iter([X, 1.0, 2.0, X]))
    assert (values.shape, values.dtype, values[0, 0] is X, type(values).__name__) == ((2, 2), object, True, "Values")
    assert values is not values.sum()
    assert type(np.sum(values)) is Value, "one element is no array"
    ragged = pytree.rebuilt(np.zeros(2), iter([[1.0], [2.0, 3.0]]))
    assert (ragged.shape, ragged.dtype, ragged[1]) == ((2,), object, [2.0, 3.0])
    rows = pytree.rebuilt(np.zeros(2), iter([np.array([1.0, 2.0]), np.array([3.0, 4.0])]))
    assert (rows.tolist(), rows.dtype) == ([[1.0, 2.0], [3.0, 4.0]], float)
    mixed = pytree.rebuilt(np.zeros(2), iter([np.array([1, 2]), np.array([3.0, 4.0])]))
    assert (mixed.shape, mixed.dtype) == ((2, 2), object)
    with pytest.raises(AttributeError, match="has no attribute 'Other'"):
        pytree.Other


@pytest.mark.parametrize(
    ("x", "holds"),
    [([], True), ((), True), ({}, True), (Group([1.0]), True), (np.zeros(1), True), (np.array(1.0), False),
     ("a", False), (b"a", False), ({1}, False), (frozenset(), False), (X, False), (1.0, False), (iter([1]), False)],
)  # fmt: skip
def test_what_holds_others_in_order(x, holds):
    assert pytree.is_sequence(x) is holds


def generator():
    yield 1.0


async def later():
    return 1.0


async def steps():
    yield 1.0


@pytest.mark.parametrize(
    ("function", "kind"), [(generator, "a generator"), (later, "asynchronous"), (steps, "asynchronous")]
)
def test_what_runs_later_is_refused(function, kind):
    with pytest.raises(TypeError, match=rf"grad takes .*, and {function.__name__} is {kind}$"):
        ag.grad(function)
    pytree.check_runs_at_once(math.sin, "grad")
    pytree.check_runs_at_once(lambda: 1.0, "grad")
    assert [pytree.name_of(f) for f in (math.sin, 2.0)] == ["sin", "float"]


# --------------------------------------------------------------------------------------- messages
def test_a_docstring_is_found_in_the_source_where_python_has_dropped_it(monkeypatch):
    assert messages.documentation(generator) == ""
    assert messages.documentation(messages.shown).startswith("Return `text` as one safe line")
    found = messages.documentation(messages.cut)
    monkeypatch.setattr(messages.cut, "__doc__", None)
    assert (
        messages.documentation(messages.cut)
        == found
        == "Return `text`, or its two ends if it is longer than `longest`."
    )
    monkeypatch.setattr(messages, "__doc__", None)
    assert messages.documentation(messages).startswith("What messages share")
    assert messages.documentation(types.SimpleNamespace(__doc__=None)) == ""


def test_texts_are_cut_in_their_middle_and_names_are_read_whole():
    assert messages.shown("a" * 40) == "a" * 40
    assert messages.shown("a" * 20 + "b" * 21) == "a" * 19 + "…" + "b" * 19
    assert messages.name_or(Value(1.0, "a\n"), "none") == "a\\n"


def test_a_warning_is_of_the_line_that_called():
    with pytest.warns(UserWarning, match="careful") as caught:
        user_line.warn("careful", UserWarning)
    assert caught[0].filename == __file__
    line = test_a_warning_is_of_the_line_that_called.__code__.co_firstlineno + 5
    assert user_line.user_line() == f"{__file__}:{line}"


def test_a_computed_property_is_computed_once():
    class Thing:
        times = 0

        @cached_property
        def number(self):
            self.times += 1
            return self.times

    thing = Thing()
    assert (thing.number, thing.number) == (1, 1)
