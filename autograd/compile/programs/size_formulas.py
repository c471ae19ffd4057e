"""Forms: what a number, a shape or an array of a program is as a function of the sizes.

From what it is at a few sizes a form is guessed, the simplest that says it exactly; `form.at(sizes)` is what it is at
any.  A guess may be wrong where sizes are few: whoever uses it compares the program with its function (rehearsal.py).

    8, 8              at 5, 7 rows   8
    5, 7                             n
    20, 28                           4 n
    25, 49                           n²
    437, 459                         382 + 11 n
    0.2, 0.14285714285714285         1 / n
    [0, 2, 4, 6, 8], [0, 2, …, 12]   2 i
    lower triangle of 5 × 5, 7 × 7   a function of i − j
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations, combinations_with_replacement, product
from typing import Any, Final

import numpy as np

from autograd.compile.ir.sizes import SizedFloat, SizedInt

__all__ = ["Constant", "DoesNotFitError", "Each", "Form", "Polynomial", "Sizes", "fit"]

Sizes = tuple[int, ...]
EXPONENTS: Final = (-1.0, 1.0, -0.5, 0.5, -2.0, 2.0)
ROUNDING: Final = 4 * 2.0**-52  # what folding a constant may have done to it
MOST: Final = 4096  # forms that are kept: the same few numbers stand on many lines
NICE: Final = 1000  # denominators beyond this are no size's doing


class DoesNotFitError(ValueError):
    """What programs at several sizes have in one place is no simple function of the sizes."""


class Form:
    """What stands in one place of a program, as a function of the sizes."""

    def at(self, sizes: Sizes) -> Any:
        """Return what it is at these sizes; raises DoesNotFitError where there is no such number."""
        raise NotImplementedError


class Constant(Form):
    """The same at every size."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def at(self, sizes: Sizes) -> Any:
        """Return it."""
        return self.value


class Each(Form):
    """A tuple, each entry of which has a form of its own."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.forms = forms

    def at(self, sizes: Sizes) -> Any:
        """Return the tuple."""
        return tuple([form.at(sizes) for form in self.forms])


class Polynomial(Form):
    """Σ coefficient · product of some of the sizes: whole, if the numbers it was found from are."""

    def __init__(
        self, terms: Sequence[tuple[Fraction, tuple[int, ...]]], *, whole: bool, inverse: bool = False
    ) -> None:
        self.terms, self.whole, self.inverse = terms, whole, inverse

    def at(self, sizes: Sizes) -> Any:
        """Return its value, or 1 over it."""
        x = sum((c * math.prod(sizes[k] for k in places) for c, places in self.terms), Fraction(0))
        if self.whole:
            return SizedInt(int(x), self._text(sizes)) if isinstance(sizes[0], SizedInt) else int(x)
        if self.inverse and not x:
            raise DoesNotFitError("1 / 0")
        number = x.denominator / x.numerator if self.inverse else x.numerator / x.denominator
        return SizedFloat(number, self._text(sizes)) if isinstance(sizes[0], SizedInt) else number

    def _text(self, sizes: Sizes) -> str:
        """Return how it is written: n, 2 * n + 1, (n * n + n) // 2, 1 / (n - 1)."""
        under = math.lcm(*[c.denominator for c, _ in self.terms])
        text = ""
        for c, places in sorted(self.terms, key=lambda term: -len(term[1])):
            factors = [str(sizes[k]) for k in places]
            if abs(c * under) != 1 or not factors:
                factors.insert(0, str(abs(c * under)))
            sign = (" - " if text else "-") if c < 0 else " + " if text else ""
            text += sign + " * ".join(factors)
        if under > 1:
            text = f"({text}) {'//' if self.whole else '/'} {under}"
        return f"1 / ({text})" if self.inverse else text


class Power(Form):
    """A number times powers of the sizes."""

    def __init__(self, factor: float, exponents: Sequence[float]) -> None:
        self.factor, self.exponents = factor, exponents

    def at(self, sizes: Sizes) -> float:
        """Return its value, by one division where it is a fraction."""
        over, under = (_power(sizes, [max(sign * p, 0.0) for p in self.exponents]) for sign in (1, -1))
        number = self.factor * over / under
        return SizedFloat(number, self._text(sizes)) if isinstance(sizes[0], SizedInt) else number

    def _text(self, sizes: Sizes) -> str:
        """Return how it is written: n, 2 / n, 1 / n ** 0.5."""
        powers = [(str(n), p) for n, p in zip(sizes, self.exponents, strict=True)]
        over = [text if p == 1.0 else f"{text} ** {p:g}" for text, p in powers if p > 0]
        under = [text if p == -1.0 else f"{text} ** {-p:g}" for text, p in powers if p < 0]
        if self.factor != 1.0 or not over:
            over.insert(0, f"{self.factor:g}" if float(f"{self.factor:g}") == self.factor else repr(self.factor))
        return " / ".join([" * ".join(over), *under])


class Linear(Form):
    """An array that advances by constant steps along the axes that grow, as 0 2 4 6 does."""

    def __init__(self, shape: Form, axes: Sequence[int], start: Form, steps: Sequence[Form], dtype: Any) -> None:
        self.shape, self.axes, self.start, self.steps, self.dtype = shape, axes, start, steps, dtype

    def at(self, sizes: Sizes) -> Any:
        """Return the array."""
        shape = self.shape.at(sizes)
        found = np.array(self.start.at(sizes))
        for axis, step in zip(self.axes, self.steps, strict=True):
            found = found + _along(axis, shape) * np.asarray(step.at(sizes))
        return np.broadcast_to(found, shape).astype(self.dtype)


class Banded(Form):
    """A square array, or a stack of them, of which i − j alone says what stands at (i, j): as a causal mask."""

    def __init__(self, shape: Form, axes: tuple[int, int], bands: Any) -> None:
        self.shape, self.axes, self.bands = shape, axes, bands  # of i − j = -reach … reach; beyond it all is alike

    def at(self, sizes: Sizes) -> Any:
        """Return the array."""
        shape = self.shape.at(sizes)
        reach = len(self.bands) // 2
        rows, columns = (np.arange(shape[axis]) for axis in self.axes)
        apart = np.clip(rows[:, None] - columns[None, :], -reach, reach) + reach
        return np.moveaxis(self.bands[apart], (0, 1), self.axes)


# -------------------------------------------------------------------------------------- finding
def fit(values: Sequence[Any], samples: Sequence[Sizes]) -> Form:
    """Return the simplest form that is each of the values at its sizes; raises DoesNotFitError if there is none."""
    first = values[0]
    kinds = {type(x) for x in values}
    if len(kinds) > 1:
        raise DoesNotFitError(f"at some sizes it is of type {', at others '.join(sorted(k.__name__ for k in kinds))}")
    if isinstance(first, np.ndarray):
        return _array(values, samples)
    if isinstance(first, tuple | list):
        if len({len(x) for x in values}) > 1:
            raise DoesNotFitError(f"there are {len(first)} at some size, and {len(values[-1])} at another")
        forms = [fit(each, samples) for each in zip(*values, strict=True)]
        return Constant(first) if all(isinstance(form, Constant) for form in forms) else Each(forms)
    if isinstance(first, float):
        return _number(tuple(values), tuple(samples))
    if isinstance(first, int) and not isinstance(first, bool):
        return _whole(tuple(values), tuple(samples))
    if all(x is first for x in values) or pickle.dumps(first) == pickle.dumps(values[-1]):
        return Constant(first)
    raise DoesNotFitError(f"a {type(first).__name__} differs from size to size")


@lru_cache(MOST)
def _whole(values: tuple[int, ...], samples: tuple[Sizes, ...]) -> Form:
    if len({*values}) == 1:
        return Constant(values[0])
    found = _polynomial(list(map(Fraction, values)), samples, lambda x: x.denominator == 1)
    if found is None:
        raise DoesNotFitError(f"{', '.join(map(str, values))} at the sizes {samples} is no polynomial of them")
    return Polynomial(found, whole=True)


@lru_cache(MOST)
def _number(values: tuple[float, ...], samples: tuple[Sizes, ...]) -> Form:
    if len({x.hex() for x in values}) == 1:
        return Constant(values[0])
    if not all(map(math.isfinite, values)) or 0.0 in values:
        raise DoesNotFitError(f"{', '.join(map(str, values))} is no function of the sizes")
    for exponents in _exponents(len(samples[0])):
        factors = [x / _power(sizes, exponents) for x, sizes in zip(values, samples, strict=True)]
        if _are_one(factors):
            return Power(_simplest(factors), exponents)
    found = []
    for inverse in (False, True):
        exact = [_fraction(1.0 / x if inverse else x) for x in values]
        terms = None if None in exact else _polynomial(exact, samples, lambda x: x.denominator <= NICE)  # type: ignore[arg-type]
        if terms is not None:
            found.append((sum(abs(c.numerator) * c.denominator for c, _ in terms), inverse, terms))
    if not found:
        raise DoesNotFitError(f"{', '.join(map(str, values))} at the sizes {samples} is no simple function of them")
    _, inverse, terms = min(found)
    return Polynomial(terms, whole=False, inverse=inverse)


def _polynomial(
    values: Sequence[Fraction], samples: Sequence[Sizes], nice: Callable[[Fraction], bool]
) -> list[tuple[Fraction, tuple[int, ...]]] | None:
    """Return the terms of a polynomial of degree 2 at most that has these values; of several the one of fewest terms.

    Among those that are as long as there are samples, so that any values fit, its coefficients must be `nice`.
    """
    for basis in _bases(len(samples[0]), len(samples)):
        rows = [[Fraction(math.prod(sizes[k] for k in places)) for places in basis] for sizes in samples]
        solution = _solved(rows, values)
        if solution is not None and all(map(nice, solution)):
            return list(zip(solution, basis, strict=True))
    if len(samples) > 1:  # n (n ± 1) / 2, a triangle with or without its diagonal
        for k, sign in product(range(len(samples[0])), (1, -1)):
            rows = [[Fraction(sizes[k] * (sizes[k] + sign), 2)] for sizes in samples]
            solution = _solved(rows, values)
            if solution is not None and nice(solution[0]):
                half = solution[0] / 2
                return [(half, (k, k)), (sign * half, (k,))]
    return None


@cache
def _bases(count: int, most: int) -> list[tuple[tuple[int, ...], ...]]:
    """Return sets of monomials, small ones first: of one monomial, then with a constant, then of more."""
    monomials = [places for degree in (1, 2) for places in combinations_with_replacement(range(count), degree)]
    linear = [(k,) for k in range(count)]
    bases: list[tuple[tuple[int, ...], ...]] = [(places,) for places in monomials]
    bases += [((), places) for places in linear]
    for size in range(2, most + 1):
        bases += [basis for basis in combinations([(), *monomials], size) if basis not in bases]
    return [basis for basis in bases if len(basis) <= most]


def _solved(rows: list[list[Fraction]], values: Sequence[Fraction]) -> list[Fraction] | None:
    """Return the exact solution of linear equations, one or more a unknown, or None."""
    table = [[*row, x] for row, x in zip(rows, values, strict=True)]
    unknowns = len(rows[0])
    for column in range(unknowns):
        pivot = next((i for i in range(column, len(table)) if table[i][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        head = table[column] = [x / table[column][column] for x in table[column]]
        for i, row in enumerate(table):
            if i != column and row[column]:
                table[i] = [x - row[column] * y for x, y in zip(row, head, strict=True)]
    if any(row[-1] for row in table[unknowns:]):
        return None
    return [row[-1] for row in table[:unknowns]]


@cache
def _exponents(count: int) -> list[tuple[float, ...]]:
    """Return the powers of sizes that a number may be proportional to: of one of them, then of several."""
    alone = [tuple(p if i == k else 0.0 for i in range(count)) for p in EXPONENTS for k in range(count)]
    return alone + [some for some in product((0.0, -1.0, 1.0), repeat=count) if sum(map(bool, some)) > 1]


def _power(sizes: Sizes, exponents: Sequence[float]) -> float:
    return math.prod([math.pow(n, p) for n, p in zip(sizes, exponents, strict=True) if p])


def _are_one(numbers: Sequence[float]) -> bool:
    return max(numbers) - min(numbers) <= ROUNDING * abs(numbers[0])


def _simplest(numbers: Sequence[float]) -> float:
    """Return which of numbers that are equal but for rounding is written shortest."""
    return min((float(f"{numbers[0]:.14g}"), *numbers), key=lambda x: len(repr(x)) if _are_one([x, numbers[0]]) else 99)


def _fraction(x: float) -> Fraction | None:
    """Return the simple fraction that a float is the rounding of, or None."""
    simple = Fraction(x).limit_denominator(NICE)
    return simple if abs(float(simple) - x) <= ROUNDING * abs(x) else None


# --------------------------------------------------------------------------------------- arrays
def _array(values: Sequence[Any], samples: Sequence[Sizes]) -> Form:
    first = values[0]
    if all(x.shape == first.shape and x.tobytes() == first.tobytes() for x in values):
        return Constant(first)
    if len({(x.ndim, x.dtype) for x in values}) > 1:
        raise DoesNotFitError("arrays differ in their number of axes")
    shape = fit([x.shape for x in values], samples)
    grows = [axis for axis in range(first.ndim) if len({x.shape[axis] for x in values}) > 1]
    found = [_linear(values, samples, shape, grows)] if first.dtype.kind in "if" else []
    found += [_banded(values, shape, (grows[0], grows[1]))] if len(grows) == 2 else []
    for form in found:
        if form and all(np.array_equal(form.at(sizes), x) for sizes, x in zip(samples, values, strict=True)):
            return form
    raise DoesNotFitError(f"an array of shape {first.shape} has no rule that is seen")


def _linear(values: Sequence[Any], samples: Sequence[Sizes], shape: Form, grows: Sequence[int]) -> Form | None:
    corner = tuple(slice(0, 1) if axis in grows else slice(None) for axis in range(values[0].ndim))
    starts = [x[corner] for x in values]
    steps = []
    try:
        for axis in grows:
            beside = tuple(slice(1, 2) if i == axis else part for i, part in enumerate(corner))
            steps.append(fit([tuple((x[beside] - x[corner]).ravel().tolist()) for x in values], samples))
        start = fit([tuple(x.ravel().tolist()) for x in starts], samples)
    except DoesNotFitError:
        return None
    own = starts[0].shape
    return Linear(shape, grows, _Shaped(start, own), [_Shaped(step, own) for step in steps], values[0].dtype)


class _Shaped(Form):
    """Numbers that have forms, as an array."""

    def __init__(self, numbers: Form, shape: tuple[int, ...]) -> None:
        self.numbers, self.shape = numbers, shape

    def at(self, sizes: Sizes) -> Any:
        return np.array(self.numbers.at(sizes)).reshape(self.shape)


def _along(axis: int, shape: tuple[int, ...]) -> Any:
    return np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))])


def _banded(values: Sequence[Any], shape: Form, axes: tuple[int, int]) -> Form:
    least = min(values, key=lambda x: min(x.shape[axis] for axis in axes))
    square = np.moveaxis(least, axes, (0, 1))
    reach = min(square.shape[:2]) - 1
    return Banded(shape, axes, np.concatenate([square[0, reach:0:-1], square[: reach + 1, 0]]))
