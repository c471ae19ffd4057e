"""Numbers that say what they are of the sizes: 128 as `n`, 0.0078125 as `(1 / n)`, wherever they are written.

A `Size` has no number at all: it is what a length, an offset or a stride is at every size.

    n = Size.named(0)       16 * n + 8        (n - 1).at([7]) = 6        n > 1 is True, n > 8 is a NoSizeError
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from autograd.support.locks import cached_property

LEAST: Final = 4  # below this a size is a case of its own, such as a row alone
USUAL: Final = 12  # what a size is where a choice is made that is right for all of them, and good for some


class SizedInt(int):
    """A whole number, written as `text`."""

    text: str

    def __new__(cls, x: int, text: str) -> SizedInt:
        """Return the number `x`."""
        made = super().__new__(cls, x)
        made.text = text if text.isidentifier() else f"({text})"
        return made

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return format(int(self), form) if form else self.text


class SizedFloat(float):
    """A number, written as `text`."""

    text: str

    def __new__(cls, x: float, text: str) -> SizedFloat:
        """Return the number `x`."""
        made = super().__new__(cls, x)
        made.text = text if text.isidentifier() else f"({text})"
        return made

    def __repr__(self) -> str:
        return self.text


class NoSizeError(TypeError):
    """What was asked of a length is so at some sizes, and otherwise at others."""


class Atom:
    """What sizes are polynomials of: a size itself, a length rounded to whole registers, or a place in memory.

    `rule` says what it is where others are known, `least` what it never is below, `usual` what it usually is.
    """

    __slots__ = ("least", "rule", "text", "usual")

    def __init__(self, text: str, rule: Callable[[Values], int], least: int, usual: float) -> None:
        self.text, self.rule, self.least, self.usual = text, rule, least, usual

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


class Values:
    """What everything is at these sizes."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self._known: dict[str, int] = {}

    def number(self, x: Any) -> int:
        """Return what a Size, or a number, is."""
        if not isinstance(x, Size):
            return int(x)
        total: Any = 0
        for atoms, c in x.terms.items():
            for atom in atoms:
                known = self._known.get(atom.text)
                if known is None:
                    known = self._known[atom.text] = atom.rule(self)
                c = c * known
            total += c
        return int(total)


class Size:
    """A length, an offset or a stride at every size, each of which is LEAST or more: a polynomial with whole values.

    It compares as it does at all sizes, or raises NoSizeError; two that differ at some size are not equal.  `float` is
    what it usually is, as a part of a cost.
    """

    def __init__(self, terms: Mapping[tuple[Atom, ...], Any]) -> None:
        self.terms = terms

    @staticmethod
    def named(k: int) -> Size:
        """Return size number k itself."""
        return Size({(Atom(f"n{k}", lambda values: values.sizes[k], LEAST, USUAL),): 1})

    @staticmethod
    def place(k: int, x: Any) -> Size:
        """Return x by a name of its own, as place number k."""
        return Size({(Atom(f"place{k}", lambda values: values.number(x), getattr(x, "least", x) or 0, float(x)),): 1})

    def __float__(self) -> float:
        return float(sum(c * math.prod([atom.usual for atom in atoms]) for atoms, c in self.terms.items()))

    def __repr__(self) -> str:
        return " + ".join("*".join([str(c), *[a.text for a in atoms]]) for atoms, c in self.terms.items())

    @property
    def apart(self) -> tuple[Any, int]:
        """What varies, and what is the same at all sizes."""
        constant = self.terms.get((), 0)
        return self - constant, int(constant)

    def rounded(self, name: str, rule: Callable[[int], int]) -> Size:
        """Return it rounded by a rule that grows with it."""
        least, usual = rule(max(self.least or 0, 0)), rule(int(float(self)))
        return Size({(Atom(f"{name}({self!r})", lambda values: rule(values.number(self)), least, usual),): 1})

    @cached_property
    def least(self) -> int | None:
        """A number that it is never below, or None: the constant, if all grows with how far sizes are above theirs."""
        if not any(c < 0 for atoms, c in self.terms.items() if atoms):
            return int(sum(c * math.prod([atom.least for atom in atoms]) for atoms, c in self.terms.items()))
        beyond: Any = 0
        for atoms, c in self.terms.items():
            beyond += c * math.prod([Size({(atom,): 1}) + atom.least for atom in atoms])
        if isinstance(beyond, Size) and any(c < 0 for atoms, c in beyond.terms.items() if atoms):
            return None
        return int(beyond.terms.get((), 0) if isinstance(beyond, Size) else beyond)

    # ---------------------------------------------------------------------------------- arithmetic
    def __add__(self, other: Any) -> Any:
        if isinstance(other, int):
            constant = self.terms.get((), 0) + other
            varies = {atoms: c for atoms, c in self.terms.items() if atoms}
            return Size({**varies, (): constant} if constant else varies)
        return _collected([*self.terms.items(), *_terms(other)])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -1 * other

    def __rsub__(self, other: Any) -> Any:
        return -1 * self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, float):
            return float(self) * other
        if isinstance(other, int):
            return Size({atoms: c * other for atoms, c in self.terms.items()}) if other else 0
        factors = _terms(other)
        pairs = [((*a, *b), c * d) for a, c in self.terms.items() for b, d in factors]
        return _collected([(tuple(sorted(atoms, key=lambda atom: atom.text)), c) for atoms, c in pairs])

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> float:
        return float(self) / float(other)

    def __rtruediv__(self, other: Any) -> float:
        return float(other) / float(self)

    # ---------------------------------------------------------------------------------- comparisons
    def __eq__(self, other: object) -> bool:
        if isinstance(other, int) and other < 2:
            return not (self > other or self < other)
        return isinstance(other, Size) and self.terms == other.terms

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        return self != 0

    def __gt__(self, other: Any) -> bool:
        return _is_above(self, other, 1)

    def __ge__(self, other: Any) -> bool:
        return _is_above(self, other, 0)

    def __lt__(self, other: Any) -> bool:
        return _is_above(other, self, 1)

    def __le__(self, other: Any) -> bool:
        return _is_above(other, self, 0)


def _terms(x: Any) -> list[tuple[tuple[Atom, ...], Any]]:
    return list(x.terms.items()) if isinstance(x, Size) else [((), x)] if x else []


def _collected(terms: Iterable[tuple[tuple[Atom, ...], Any]]) -> Any:
    """Return the sum of terms: a number, where no size is left in it."""
    sums: dict[tuple[Atom, ...], Any] = {}
    for atoms, c in terms:
        sums[atoms] = sums.get(atoms, 0) + c
    sums = {atoms: c for atoms, c in sorted(sums.items(), key=_order) if c}
    return Size(sums) if any(sums) else sums.get((), 0)


def _order(term: tuple[tuple[Atom, ...], Any]) -> Any:
    return -len(term[0]), [atom.text for atom in term[0]]


def _is_above(x: Any, y: Any, by: int) -> bool:
    """Whether x is y + `by` or more, at every size."""
    if isinstance(y, int) and x.least is not None and x.least >= y + by:
        return True
    for apart, bound, answer in ((x - y, by, True), (y - x, 1 - by, False)):
        least = apart.least if isinstance(apart, Size) else apart
        if least is not None and least >= bound:
            return answer
    raise NoSizeError(f"{x!r} is at some sizes above {y!r}, at others not")


def up(x: Any, to: int) -> Any:
    """Return the multiple of `to` that is next above x, or x."""
    return x.rounded(f"up{to}", lambda n: up(n, to)) if isinstance(x, Size) else -(-x // to) * to


def down(x: Any, to: int) -> Any:
    """Return the multiple of `to` that is next below x, or x."""
    return x.rounded(f"down{to}", lambda n: down(n, to)) if isinstance(x, Size) else x // to * to


def quotient(x: Any, y: Any) -> Any:
    """Return x / y where that is whole at every size, else None."""
    if isinstance(x, int) and isinstance(y, int):
        return None if x % y else x // y
    found: Any = 0
    (atoms, c), *_ = _terms(y)
    while isinstance(x, Size):
        left, d = next(iter(x.terms.items()))
        rest = list(left)
        for atom in atoms:
            if atom not in rest:
                return None
            rest.remove(atom)
        part = Fraction(d) / c
        if part.denominator != 1:
            return None
        part = _collected([(tuple(rest), int(part))])
        found, x = found + part, x - part * y
    return found if x == 0 else None
