"""Rules read on symbols: the same arithmetic as names on paper, for formulas and for source code.

A symbol is a name, a number or a function of symbols.  Two symbols that say the same are equal, so a
rule's derivative can be seen to mention its output.  Sums and products with 0 and 1 simplify as they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from autograd.operation import TABLE, Maths, Operation


class Symbol:
    """`function` applied to `inputs`; a name has the function "name" and its text, a number "number" and its float."""

    __slots__ = ("function", "inputs")

    def __init__(self, function: str, inputs: tuple[Any, ...]) -> None:
        self.function, self.inputs = function, inputs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and self.function == other.function and self.inputs == other.inputs

    def __hash__(self) -> int:
        return hash((self.function, self.inputs))

    def __repr__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.inputs))})"

    def __add__(self, other: object) -> Symbol:
        return _sum(self, symbol(other))

    def __radd__(self, other: object) -> Symbol:
        return _sum(symbol(other), self)

    def __sub__(self, other: object) -> Symbol:
        return _difference(self, symbol(other))

    def __rsub__(self, other: object) -> Symbol:
        return _difference(symbol(other), self)

    def __mul__(self, other: object) -> Symbol:
        return _product(self, symbol(other))

    def __rmul__(self, other: object) -> Symbol:
        return _product(symbol(other), self)

    def __truediv__(self, other: object) -> Symbol:
        return _quotient(self, symbol(other))

    def __rtruediv__(self, other: object) -> Symbol:
        return _quotient(symbol(other), self)

    def __neg__(self) -> Symbol:
        if self.number is not None:
            return symbol(-self.number)
        return self.inputs[0] if self.function == "negative" else Symbol("negative", (self,))

    def __lt__(self, other: object) -> Symbol:
        return Symbol("less", (self, symbol(other)))

    def __le__(self, other: object) -> Symbol:
        return Symbol("less_equal", (self, symbol(other)))

    def __gt__(self, other: object) -> Symbol:
        return Symbol("greater", (self, symbol(other)))

    def __ge__(self, other: object) -> Symbol:
        return Symbol("greater_equal", (self, symbol(other)))

    def __bool__(self) -> bool:
        raise TypeError("a rule cannot branch on its inputs with `if`: use maths.where(condition, x, y)")

    @property
    def number(self) -> float | None:
        """The float that this symbol is, or None."""
        return self.inputs[0] if self.function == "number" else None

    def replace(self, known: Mapping[Symbol, Symbol]) -> Symbol:
        """Return this symbol with each of the symbols in `known` in place of what it stands for."""
        if self in known:
            return known[self]
        if self.function in ("name", "number"):
            return self
        return Symbol(self.function, tuple(x.replace(known) for x in self.inputs))


def symbol(x: object) -> Symbol:
    """Return `x` as a symbol: a str is a name, a number is itself."""
    if isinstance(x, Symbol):
        return x
    return Symbol("name", (x,)) if isinstance(x, str) else Symbol("number", (float(x),))  # type: ignore[arg-type]


def _sum(x: Symbol, y: Symbol) -> Symbol:
    if x.number is not None and y.number is not None:
        return symbol(x.number + y.number)
    return y if x.number == 0.0 else x if y.number == 0.0 else Symbol("add", (x, y))


def _difference(x: Symbol, y: Symbol) -> Symbol:
    if x.number is not None and y.number is not None:
        return symbol(x.number - y.number)
    return -y if x.number == 0.0 else x if y.number == 0.0 else Symbol("subtract", (x, y))


def _product(x: Symbol, y: Symbol) -> Symbol:
    if x.number is not None and y.number is not None:
        return symbol(x.number * y.number)
    if x.number == 1.0:
        return y
    if y.number == 1.0:
        return x
    return -y if x.number == -1.0 else -x if y.number == -1.0 else Symbol("multiply", (x, y))


def _quotient(x: Symbol, y: Symbol) -> Symbol:
    return x if y.number == 1.0 else Symbol("divide", (x, y))


class SymbolMaths(Maths):
    """Functions that write themselves down; a name from the table stands for its operation, unopened."""

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *inputs: Symbol(name, tuple(map(symbol, inputs)))


class FunctionMaths(SymbolMaths):
    """Symbols that are differentiated again: each stands for a function of the inputs, not for its number alone."""

    def as_function(self, x: Any, function: Callable[[], Any]) -> Any:
        """Return the function."""
        return function()


SYMBOLS: Final = SymbolMaths()
FUNCTIONS: Final = FunctionMaths()


@cache
def formulas(name: str, maths: SymbolMaths = SYMBOLS) -> tuple[Symbol, tuple[Symbol, ...]]:
    """Return output and local derivatives of the operation of that name, as its rule states them.

    The inputs carry the names of the rule's parameters.  With FUNCTIONS, they can be differentiated again.
    """
    op = TABLE[name]
    output, derivatives = op.rule(maths, *map(symbol, parameters(op)))
    return symbol(output), tuple(symbol(d() if callable(d) else d) for d in derivatives)


def parameters(op: Operation) -> tuple[str, ...]:
    """Return the names of the inputs in the operation's rule."""
    return op.rule.__code__.co_varnames[1 : op.arity + 1]
