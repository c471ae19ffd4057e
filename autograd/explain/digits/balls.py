"""The rules of the table on balls: each number a midpoint with a bound of its error, so that what is found is proved.

A ball holds the true number whatever was rounded on the way (Johansson 2017, "Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic").  Where a ball does not say which branch of a rule is taken, the result holds
both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, reduce
from importlib import import_module
from operator import mul
from typing import Any, Final

from autograd.rules.maths import MATHEMATICS
from autograd.rules.operation import TABLE, Operation
from autograd.rules.reduction_record import ROWS
from autograd.rules.symbols import Symbol, check_composed, formulas, named, parameters
from autograd.support.messages import missing_extra

Known = list[Any]
Read = Callable[[Known], Any]
OUTPUT: Final = named("output")
LONGEST_DECIMAL: Final = 10  # digits: a constant written with so many stands for that decimal number
FEWEST_BITS: Final = 20  # a constant of so few bits is itself


@cache
def _flint() -> Any:
    try:
        return import_module("flint")
    except ImportError as error:
        raise ImportError(missing_extra("certify computes with the balls of python-flint", "exact")) from error


def arb(x: float) -> Any:
    """Return a float as a ball that is exactly it."""
    return _flint().arb(x)


def context(bits: int) -> Any:
    """Return a `with` block inside which balls have so many bits."""
    return _flint().ctx.workprec(bits)


# -------------------------------------------------------------------------------------- constants
def _closed_forms() -> list[Callable[[], Any]]:
    ball, pi = _flint().arb, _flint().arb.pi
    return [
        pi,
        lambda: ball(2).log(),
        lambda: ball(10).log(),
        lambda: 1 / ball(2).log(),
        lambda: 1 / ball(10).log(),
        lambda: ball(0.5).sqrt(),
        lambda: 2 / pi().sqrt(),
        lambda: (2 / pi()).sqrt(),
        lambda: 2 * (2 / pi()).sqrt(),
        lambda: 1 / (2 * pi()).sqrt(),
    ]


def constant_of(x: float) -> Callable[[], Any] | None:
    """Return what gives, at any precision, the number that a rule means by a constant; None for a float like any other.

    A constant of few bits is itself, one of few digits the decimal number that it is written as, and one that is the
    float of a closed form, as 2/√π, is that.
    """
    if x < 0.0:
        positive = constant_of(-x)
        return positive and (lambda: -positive())
    if not math.isfinite(x) or Fraction(x).numerator.bit_length() <= FEWEST_BITS:
        return lambda: arb(x)
    if len(repr(x).partition("e")[0].replace(".", "").strip("0")) <= LONGEST_DECIMAL:
        exact = Fraction(repr(x))
        return lambda: _flint().arb(exact.numerator) / exact.denominator
    return next((form for form in _closed_forms() if float(form()) == x), None)


# ---------------------------------------------------------------------------------- three answers
def is_yes(x: Any) -> bool | None:
    """Return whether a condition that is a ball holds, None where it may or may not."""
    return False if x == 0 else None if x.contains(0) or not x.is_finite() else True


def _less(x: Any, y: Any) -> bool | None:
    return False if x is y else True if x < y else False if x >= y else None


def _less_equal(x: Any, y: Any) -> bool | None:
    greater = _less(y, x)
    return None if greater is None else not greater


def _equal(x: Any, y: Any) -> bool | None:
    return True if x is y or (x.is_exact() and x == y) else None if x.overlaps(y) else False


COMPARISONS: Final[dict[str, Callable[[Any, Any], bool | None]]] = {
    "less": _less,
    "less_equal": _less_equal,
    "greater": lambda x, y: _less(y, x),
    "greater_equal": lambda x, y: _less_equal(y, x),
    "equal": _equal,
}


# ------------------------------------------------------------------------------------- primitives
def _difference(x: Any, y: Any) -> Any:
    return x - y if x is not y or not x.is_finite() else arb(0.0)


def _power(x: Any, n: Any) -> Any:
    if x.mid().is_finite() or x.rad().is_finite():
        return x**n
    return arb(math.nan) ** n  # of ∞ ± ∞, on which flint's power calls itself without end


def _dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
    return sum(map(mul, weights, inputs), bias)


def _largest(values: Sequence[Any]) -> Any:
    largest, *others = values
    for x in others:
        largest = largest.max(x)
    return largest


def _first(values: Sequence[Any], wanted: Any) -> list[Any]:
    """Return 1 at the first of `values` that is the largest, 0 elsewhere, and both where that is not known."""
    shares = []
    for i, x in enumerate(values):
        before = [_less(y, x) for y in values[:i]]
        after = [_less_equal(y, x) for y in values[i + 1 :]]
        answers = (*before, *after)
        known = False if False in answers else None if None in answers else True
        shares.append(arb(0.0).union(arb(1.0)) if known is None else arb(float(known)))
    return shares


PRIMITIVES: Final[dict[str, Callable[..., Any]]] = {
    "add": lambda x, y: x + y,
    "subtract": _difference,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "abs": abs,
    "power": _power,
    "dot": _dot,
    "largest": _largest,
    "first": _first,
    "detach": lambda x: x,
    "log2": lambda x: x.log_base(2),
    "log10": lambda x: x.log_base(10),
}


def primitive(function: str) -> Callable[..., Any] | None:
    """Return a function on balls, or None for what its rule in the table computes from others."""
    if function in PRIMITIVES:
        return PRIMITIVES[function]
    if function in ROWS:
        join = row_of(TABLE[ROWS[function].joins]).of_inputs
        return lambda values: reduce(join, values) if values else arb(ROWS[function].neutral)
    return getattr(_flint().arb, function, None) if function in MATHEMATICS else None


# ------------------------------------------------------------------------------------- formulas
class Row:
    """An operation on balls: its output, and the local derivative with respect to each input when it is asked for."""

    def __init__(self, op: Operation) -> None:
        self.op = op
        self._places: dict[Symbol, int] = {named(name): i for i, name in enumerate(parameters(op))}
        output, derivatives = formulas(op.name)
        self._own = primitive(op.name)
        self._output = self._number(output) if self._own is None else None
        self._place_of_output = self._places.setdefault(OUTPUT, len(self._places))
        known = {output: OUTPUT} if output.operands else {}
        self._derivatives = [self._number(d.replace(known)) for d in derivatives]

    def output(self, inputs: Sequence[Any]) -> Any:
        """Return a ball that holds what the operation gives for all numbers in these balls."""
        if self._own is not None:
            return self._own(*inputs)
        assert self._output is not None
        return self._output(self._begun(inputs))

    def derivatives(self, inputs: Sequence[Any], output: Any) -> tuple[Known, list[Read]]:
        """Return what the derivatives are read from, and for each input how: `read(known)`."""
        known = self._begun(inputs)
        known[self._place_of_output] = output
        return known, self._derivatives

    def _begun(self, inputs: Sequence[Any]) -> Known:
        """Return what is known at first: the inputs alone."""
        known: Known = [None] * len(self._places)
        known[: len(inputs)] = inputs
        return known

    def _number(self, x: Symbol) -> Read:
        """Return how to read a formula as a ball; each part is computed once, and only if it is needed."""
        place = self._places.setdefault(x, len(self._places))
        if x.function == "name":
            return lambda known: known[place]
        compute = self._compute(x)

        def read(known: Known) -> Any:
            found = known[place]
            if found is None:
                found = known[place] = compute(known)
            return found

        return read

    def _compute(self, x: Symbol) -> Read:
        if x.number is not None:
            number = x.number
            meant = constant_of(number) or (lambda: arb(number))
            return lambda known: meant()
        if x.function == "where":
            return self._where(*x.inputs)
        if x.function == "first":
            first, (values, wanted) = FIRST[ROWS[self.op.name].joins], map(self._number, x.inputs)
            return lambda known: first(values(known), wanted(known))
        if x.function in COMPARISONS or x.function == "isnan":
            return self._where(x, _ONE, _ZERO)
        operands = [self._number(y) for y in x.inputs]
        if (function := primitive(x.function)) is None:
            check_composed(x.function, __name__)
            function = row_of(TABLE[x.function]).of_inputs
        return lambda known: function(*[read(known) for read in operands])

    def of_inputs(self, *inputs: Any) -> Any:
        """Return the output, inputs given one by one."""
        return self.output(inputs)

    def _where(self, condition: Symbol, yes: Symbol, no: Symbol) -> Read:
        holds, if_so, if_not = self._condition(condition), self._number(yes), self._number(no)

        def read(known: Known) -> Any:
            answer = holds(known)
            if answer is None:
                return if_so(known).union(if_not(known))
            return if_so(known) if answer else if_not(known)

        return read

    def _condition(self, x: Symbol) -> Callable[[Known], bool | None]:
        if x.function in COMPARISONS:
            compare = COMPARISONS[x.function]
            left, right = map(self._number, x.inputs)
            return lambda known: compare(left(known), right(known))
        if x.function == "isnan":
            (only,) = map(self._number, x.inputs)
            return lambda known: False if only(known).is_finite() else None
        number = self._number(x)
        return lambda known: is_yes(number(known))


def _first_of_least(values: Sequence[Any], wanted: Any) -> list[Any]:
    opposite = {id(x): -x for x in values}  # one ball for one: that it equals itself is known
    return _first([opposite[id(x)] for x in values], -wanted)


FIRST: Final[dict[str, Callable[..., Any]]] = {"maximum": _first, "minimum": _first_of_least}


_ONE, _ZERO = Symbol("number", (1.0,)), Symbol("number", (0.0,))


@cache
def row_of(op: Operation) -> Row:
    """Return an operation on balls."""
    return Row(op)
