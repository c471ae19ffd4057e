"""Rules read on symbols: the same arithmetic as names on paper, for formulas and for source code.

A symbol is a name, a number or a function of symbols.  Two symbols that say the same are equal, so a
rule's derivative can be seen to mention its output.  Sums and products with 0 and 1 simplify as they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, NoReturn

from autograd.rules.identifiers import Name, apart
from autograd.rules.maths import FloatMaths, Maths
from autograd.rules.operation import TABLE, Operation
from autograd.support.validate import number

# What sources of Python call their own, besides the operations of the table: no rule's input goes by such a name there.
_OWN: Final = frozenset({"float", "inf", "nan", "output", "outputs", "derivatives", "row"})
_READING: Final = ContextVar("_READING", default=False)  # whether a rule computes, or what it said is looked up


def _both_ways(function: str) -> tuple[Callable[[Any, object], Symbol], Callable[[Any, object], Symbol]]:
    """Return the methods for a sign of Python's: with the symbol on its left, and on its right."""
    return lambda x, y: apply(function, x, symbol(y)), lambda x, y: apply(function, symbol(y), x)


class Symbol:
    """`function` applied to `inputs`; a name has the function "name" and its text, a number "number" and its float."""

    __slots__ = ("function", "inputs")
    __array_ufunc__ = None  # NumPy's numbers and arrays ask the symbol

    def __init__(self, function: str, inputs: tuple[Any, ...]) -> None:
        self.function, self.inputs = function, inputs

    def __eq__(self, other: object) -> bool:
        if _READING.get():
            raise TypeError("a rule cannot compare its inputs with == or !=: use maths.equal(x, y)")
        if not isinstance(other, Symbol) or self.function != other.function or self.inputs != other.inputs:
            return False
        return self.function != "number" or repr(self.inputs) == repr(other.inputs)  # 0.0 and -0.0 are two numbers

    def __hash__(self) -> int:
        return hash((self.function, self.inputs))

    def __repr__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.inputs))})"

    __add__, __radd__ = _both_ways("add")
    __sub__, __rsub__ = _both_ways("subtract")
    __mul__, __rmul__ = _both_ways("multiply")
    __truediv__, __rtruediv__ = _both_ways("divide")

    def __neg__(self) -> Symbol:
        return apply("negative", self)

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

    def __float__(self) -> NoReturn:
        raise TypeError("a rule cannot take floats of its inputs, as math.exp(x) does: use maths.exp(x)")

    def __abs__(self) -> NoReturn:
        raise TypeError("a rule cannot take abs(x) of its inputs: use maths.abs(x)")

    def __pow__(self, other: object) -> NoReturn:
        raise TypeError("a rule cannot raise its inputs with x ** n: use maths.power(x, n), or x * x")

    __rpow__ = __pow__

    @property
    def name(self) -> Name:
        """The identifier that stands for this symbol in a source.  Raises TypeError for what is none."""
        found = self.inputs[0] if self.function == "name" else None
        if type(found) is not Name:
            raise TypeError(f"only identifiers become source code, and {ascii(found)[:60]} is none")
        return found

    @property
    def number(self) -> float | None:
        """The float that this symbol is, or None."""
        return self.inputs[0] if self.function == "number" else None

    @property
    def operands(self) -> tuple[Symbol, ...]:
        """The symbols that this one is a function of: none for a name or a number."""
        return () if self.function in ("name", "number") else self.inputs

    def replace(self, known: Mapping[Symbol, Symbol]) -> Symbol:
        """Return this symbol with each of the symbols in `known` in place of what it stands for."""
        if self in known:
            return known[self]
        return Symbol(self.function, tuple(x.replace(known) for x in self.operands)) if self.operands else self


def symbol(x: object) -> Symbol:
    """Return `x` as a symbol: a symbol is itself, a real number is that number as a plain float.

    Raises TypeError for anything else: text above all, for it would become source code.
    """
    if isinstance(x, Symbol):
        return x
    if isinstance(x, str | bytes):
        raise TypeError(f"a rule computes with numbers, and {ascii(x)[:60]} is text: no text becomes source code")
    return Symbol("number", (float(number(x)),))


def named(text: str) -> Symbol:
    """Return the symbol of that name; raises ValueError for text that is no identifier."""
    return Symbol("name", (Name(text),))


def label(text: str) -> Symbol:
    """Return a symbol that prints as any text, in formulas to be read; no source can be written of it."""
    return Symbol("name", (text,))


# ---------------------------------------------------------------------------------- simplification
def apply(function: str, *inputs: Symbol) -> Symbol:
    """Return a function of symbols, as the rewrite rule in `SIMPLIFY` has it if there is one for it."""
    return SIMPLIFY[function](*inputs) if function in SIMPLIFY else Symbol(function, inputs)


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


def _opposite(x: Symbol) -> Symbol:
    if x.number is not None:
        return symbol(-x.number)
    return x.inputs[0] if x.function == "negative" else Symbol("negative", (x,))


def _power(x: Symbol, n: Symbol) -> Symbol:
    return symbol(1.0) if n.number == 0.0 else x if n.number == 1.0 else Symbol("power", (x, n))


SIMPLIFY: Final[dict[str, Callable[..., Symbol]]] = {
    "add": _sum,
    "subtract": _difference,
    "multiply": _product,
    "divide": _quotient,
    "negative": _opposite,
    "power": _power,
}


# ------------------------------------------------------------------------------- formulas of rules
class SymbolMaths(Maths):
    """Functions that write themselves down; a name from the table stands for its operation, not inlined."""

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        if name not in TABLE and name not in vars(FloatMaths):
            raise AttributeError(f"{type(self).__name__} has no function {name!r}")
        return lambda *inputs: Symbol(name, tuple(map(symbol, inputs)))


class FunctionMaths(SymbolMaths):
    """Symbols that are differentiated again: each stands for a function of the inputs, not for its number alone."""

    def as_function(self, x: Any, function: Callable[[], Any]) -> Any:
        """Return the function."""
        return function()


SYMBOLS: Final = SymbolMaths()
FUNCTIONS: Final = FunctionMaths()


@cache
def formulas(operation: str, maths: SymbolMaths = SYMBOLS) -> tuple[Symbol, tuple[Symbol, ...]]:
    """Return output and local derivatives of the operation of that name, as its rule states them.

    The inputs carry the names of the rule's parameters.  With FUNCTIONS, they can be differentiated again.
    """
    op = TABLE[operation]
    with reading():
        output, derivatives = op.rule(maths, *map(named, parameters(op)))
        local = [d() if callable(d) else d for d in derivatives]
    return symbol(output), tuple(map(symbol, local))


@contextmanager
def reading() -> Iterator[None]:
    """While a rule runs here on symbols, == raises TypeError: whether two say the same is not whether they are equal.

    >>> with reading():
    ...     named("x") == 1.0
    Traceback (most recent call last):
    TypeError: a rule cannot compare its inputs with == or !=: use maths.equal(x, y)
    """
    token = _READING.set(True)
    try:
        yield
    finally:
        _READING.reset(token)


def functions_in(x: Symbol) -> set[str]:
    """Return the functions that a formula calls, signs included."""
    return {x.function}.union(*map(functions_in, x.operands)) if x.operands else set()


@cache
def check_composed(operation: str, place: str) -> None:
    """Raise NotImplementedError for an operation that its rule computes by a function of its own name, as tan."""
    if operation in vars(FloatMaths) and operation in functions_in(formulas(operation)[0]):
        raise NotImplementedError(f"{operation} is not composed of other operations: {place} needs a function for it")


@cache
def parameters(op: Operation) -> tuple[Name, ...]:
    """Return the names of the inputs in the operation's rule, apart from those that a source of it uses itself."""
    names: list[Name] = []
    for text in op.rule.__code__.co_varnames[1 : op.arity + 1]:
        names.append(apart(text, lambda x: x in names or _is_own(x), "x"))
    return tuple(names)


def _is_own(text: str) -> bool:
    is_step = text[:1] == "t" and text[1:].isdigit()
    return is_step or text in TABLE or text in _OWN or text in vars(FloatMaths)
