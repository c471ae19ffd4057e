"""What an operation is: one rule, read in many ways.

A rule takes a maths library and its inputs, and returns the output with the local derivative
with respect to each input.  Run on floats it computes; on `Value`s it differentiates again; on
symbols it becomes source or a printed formula; on 50-digit numbers it is the truth for the tests.
Whatever stands in for a number says itself how an operation applies to it, by `apply_operation`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from numbers import Complex, Number, Real
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

if TYPE_CHECKING:
    from autograd.recording.conditions import Condition
    from autograd.value import Value

from autograd.fused import sums
from autograd.rules.identifiers import Name

Rule = Callable[..., tuple[Any, tuple[Any, ...]]]
Interval = tuple[float, float]
Box = tuple[Interval, ...]

ANY: Final[Interval] = (-3.0, 3.0)
POSITIVE: Final[Interval] = (0.25, 3.0)
NEGATIVE: Final[Interval] = (-3.0, -0.25)

TABLE: Final[dict[str, Operation]] = {}
RuleFunction = TypeVar("RuleFunction", bound=Rule)


def number(x: object) -> float:
    """Return the real number `x` as a float: the one door by which numbers enter a graph.

    int, float, bool, Fraction, Decimal and NumPy scalars pass.
    Raises TypeError for anything else, saying what to do instead.
    """
    if type(x) is float:
        return x
    is_real = type(x) is int or isinstance(x, Real) or (isinstance(x, Number) and not isinstance(x, Complex))
    kind = type(x).__name__
    if is_real or kind in ("bool_", "bool"):
        try:
            return float(x)  # type: ignore[arg-type]
        except OverflowError as error:
            raise OverflowError(f"this {kind} lies beyond the largest float, 1.8e308: scale it, or pass inf") from error
    if hasattr(type(x), "apply_operation"):
        advice = "pass its .data" if hasattr(type(x), "data") else "where(condition, 1.0, 0.0) makes one of it"
        raise TypeError(f"a number is needed here, and this is a {kind}: {advice}")
    if isinstance(x, type):
        advice = f"{x.__name__} is a type itself: pass a number"
    elif isinstance(x, Complex):
        advice = "only real numbers have a place in a graph: pass x.real, or abs(x)"
    elif isinstance(x, str):
        advice = f"convert it first: float({x!r})"
    elif x is None:
        advice = "a function that forgot to return its result gives None"
    elif kind == "Values":  # the array that `grad` makes of an array
        advice = "write the array first, as in array * value, or use NumPy's function, as np.subtract(value, array)"
    elif hasattr(x, "shape") or isinstance(x, Iterable):
        advice = "a Value is one number: make one Value per element, or pass x.item() if it holds just one"
    else:
        advice = "pass an int or a float"
    raise TypeError(f"a real number is needed here, not {kind}; {advice}")


class Maths:
    """A library of mathematical functions for one kind of number.

    A subclass supplies the primitives; every other operation of the table is found by its name
    and computed by its own rule.
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in TABLE:
            raise AttributeError(f"{type(self).__name__} has no function {name!r}")
        rule = TABLE[name].rule
        return lambda *inputs: rule(self, *inputs)[0]

    def as_function(self, x: Any, function: Callable[[], Any]) -> Any:
        """Return the number `x`; where it is differentiated again, `function()` is what it is as a function.

        For a guard that is right as a number and not near it: both are equal, and their derivatives are not.
        """
        return x


class FloatMaths(Maths):
    """The primitives on Python floats, as fast as Python has them.

    Where Python raises and IEEE 754 does not (1 / 0, log 0, exp 1000), the caller turns to `IEEEMaths`.
    """

    abs = staticmethod(abs)
    exp = staticmethod(math.exp)
    expm1 = staticmethod(math.expm1)
    log = staticmethod(math.log)
    log1p = staticmethod(math.log1p)
    sqrt = staticmethod(math.sqrt)
    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tanh = staticmethod(math.tanh)
    erf = staticmethod(math.erf)
    erfc = staticmethod(math.erfc)
    power = staticmethod(math.pow)
    equal = staticmethod(operator.eq)

    @staticmethod
    def isnan(x: float) -> bool:
        """Return whether x is not a number."""
        return x != x

    @staticmethod
    def where(condition: float, x: float, y: float) -> float:
        """Return x if the condition holds, else y."""
        return x if condition else y

    @staticmethod
    def dot(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
        """Return the sum of the products, on top of the bias."""
        return sums.dots(((weights, bias),), inputs)[0]

    @staticmethod
    def total(values: Sequence[float]) -> float:
        """Return the sum."""
        return sums.total(values)

    @staticmethod
    def largest(values: Sequence[float]) -> float:
        """Return the largest; nan if there is one."""
        if not values:
            raise ValueError("largest of no values is not defined: pass at least one")
        return next((x for x in values if x != x), max(values))

    @staticmethod
    def first(values: Sequence[float], wanted: float) -> list[float]:
        """Return 1.0 at the first of `values` that is `wanted` (nan counts as itself), 0.0 elsewhere."""
        place = next(i for i, x in enumerate(values) if x == wanted or wanted != wanted != x != x)
        return [1.0 if i == place else 0.0 for i in range(len(values))]


def _ieee(function: Callable[..., float], outside: Callable[..., float]) -> Callable[..., IEEE]:
    def call(*inputs: float) -> IEEE:
        try:
            return IEEE(function(*map(float, inputs)))
        except (ArithmeticError, ValueError):
            return IEEE(outside(*map(float, inputs)))

    return call


def _divide_by_zero(x: float, y: float) -> float:
    return math.nan if x == 0.0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def _power_outside(x: float, n: float) -> float:
    odd = n == math.floor(n) and math.fmod(n, 2.0) != 0.0
    if x < 0.0 and n != math.floor(n):
        return math.nan
    return math.copysign(math.inf, x) if odd else math.inf


class IEEE(float):
    """A float whose arithmetic never raises: x / 0 is an infinity or nan, as IEEE 754 has it."""

    def __truediv__(self, other: float) -> IEEE:
        return _ieee(operator.truediv, _divide_by_zero)(self, other)

    def __rtruediv__(self, other: float) -> IEEE:
        return _ieee(operator.truediv, _divide_by_zero)(other, self)

    def __add__(self, other: float) -> IEEE:
        return IEEE(float(self) + float(other))

    def __sub__(self, other: float) -> IEEE:
        return IEEE(float(self) - float(other))

    def __rsub__(self, other: float) -> IEEE:
        return IEEE(float(other) - float(self))

    def __mul__(self, other: float) -> IEEE:
        return IEEE(float(self) * float(other))

    def __neg__(self) -> IEEE:
        return IEEE(-float(self))

    __radd__ = __add__
    __rmul__ = __mul__


class IEEEMaths(FloatMaths):
    """The same primitives on numbers that follow IEEE 754 to the edges: nothing raises."""

    exp = staticmethod(_ieee(math.exp, lambda x: math.inf))
    expm1 = staticmethod(_ieee(math.expm1, lambda x: math.inf))
    log = staticmethod(_ieee(math.log, lambda x: -math.inf if x == 0.0 else math.nan))
    log1p = staticmethod(_ieee(math.log1p, lambda x: -math.inf if x == -1.0 else math.nan))
    sqrt = staticmethod(_ieee(math.sqrt, lambda x: math.nan))
    sin = staticmethod(_ieee(math.sin, lambda x: math.nan))
    cos = staticmethod(_ieee(math.cos, lambda x: math.nan))
    power = staticmethod(_ieee(math.pow, _power_outside))
    tanh = staticmethod(_ieee(math.tanh, math.tanh))
    erf = staticmethod(_ieee(math.erf, math.erf))
    erfc = staticmethod(_ieee(math.erfc, math.erfc))
    abs = staticmethod(_ieee(abs, abs))  # type: ignore[assignment]


FLOATS: Final = FloatMaths()
IEEE_FLOATS: Final = IEEEMaths()


class Operation:
    """One row of the table: a rule, how it prints, where it is smooth and what it does where it is not.

    Attributes
        name         the function's and the method's name
        symbol       how it prints, `+` or `tanh`
        glyph        what a picture writes on a node of it: the symbol, `w · x` for a sum of products
        role         how it is explained: as a "weighted sum", a "product", a "function" of one input, or as none ("")
        rule         (maths, *inputs) -> (output, local derivatives); a derivative may be a function of no
                     arguments, called only if it is needed
        groups       how many of the first inputs are sequences, shared by reference (`dot`, `total`)
        cuts         True if an edge whose derivative is 0 carries nothing at all, not even 0 times inf
        smooth_on    one box of inputs per branch, inside which the rule is smooth
        kink         a function of the inputs that changes sign where the derivative jumps, or None
        at_edges     inputs at a kink or at the edge of the domain -> (output, local derivatives) there
    """

    def __init__(
        self,
        name: str,
        rule: Rule,
        *,
        symbol: str,
        groups: int,
        cuts: bool,
        smooth_on: Sequence[Box],
        kink: Callable[..., float] | None,
        at_edges: dict[tuple[Any, ...], tuple[float, tuple[Any, ...]]],
        role: str = "",
    ) -> None:
        self.name = self.__name__ = name
        self.symbol, self.rule = symbol, rule
        self.groups, self.cuts = groups, cuts
        self.smooth_on, self.kink, self.at_edges = tuple(smooth_on), kink, at_edges
        self.arity = rule.__code__.co_argcount - 1
        self.defaults: tuple[Any, ...] = rule.__defaults__ or ()
        self.glyph = f"w {symbol} x" if groups == 2 else symbol
        one_input = self.arity == 1 and not groups
        self.role = role or ("weighted sum" if groups == 2 else "function" if one_input else "")
        self.__doc__ = rule.__doc__
        self.method: Callable[..., Any] | None = None  # what records it quickly when its first input is of `kind`
        self.kind: type | None = None

    def __repr__(self) -> str:
        required = self.arity - len(self.defaults)
        names = self.rule.__code__.co_varnames[1 : self.arity + 1]
        shown = [*names[:required], *map("{}={}".format, names[required:], self.defaults)]
        return f"<operation {self.name}({', '.join(shown)})>"

    def __reduce__(self) -> tuple[Any, ...]:
        return operation, (self.name,)

    def __getattr__(self, name: str) -> Any:
        if name != "__signature__":  # what editors show: the rule's own inputs
            raise AttributeError(f"an operation has no attribute {name!r}")
        from inspect import Signature, signature

        _, *inputs = signature(self.rule).parameters.values()
        kinds = ["Sequence[Value | float]" if i < self.groups else "Value | float" for i in range(self.arity)]
        typed = [x.replace(annotation=kind) for x, kind in zip(inputs, kinds, strict=True)]
        return Signature(typed, return_annotation="Value | float")

    @overload
    def __call__(self, x: Value | Condition | Iterable[Value], *others: Any, **named: Any) -> Value: ...
    @overload
    def __call__(self, x: float | Iterable[float]) -> float: ...
    @overload
    def __call__(self, *inputs: Any, **named: Any) -> Any: ...

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Return the operation's output: a float for numbers, a Value where a Value is among the inputs."""
        if inputs and inputs[0].__class__ is self.kind and len(inputs) == self.arity and not named:
            return self.method(*inputs)  # type: ignore[misc]  # it has one if it has a kind
        inputs = self.complete(self.in_order(inputs, named) if named else inputs)
        for x in self.flat(inputs):
            apply = getattr(type(x), "apply_operation", None)
            if apply is not None:
                return apply(self, inputs)
        floats = [list(map(number, x)) if i < self.groups else number(x) for i, x in enumerate(inputs)]
        return self.evaluate(*floats)[0]

    def flat(self, inputs: tuple[Any, ...]) -> list[Any]:
        """Return the inputs with the members of groups in their place."""
        return [x for group in inputs[: self.groups] for x in group] + list(inputs[self.groups :])

    def in_order(self, inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """Return the inputs with those given by name, as the rule calls them, in their places; raises TypeError."""
        names = self.rule.__code__.co_varnames[1 : self.arity + 1]
        required = self.arity - len(self.defaults)
        left = dict(named)
        for i, name in enumerate(names[len(inputs) :], len(inputs)):
            if name not in left and i < required:
                raise TypeError(f"{self.name}({', '.join(names)}) was given no {name}")
            inputs += (left.pop(name) if name in left else self.defaults[i - required],)
        for name in left:
            why = "was given twice" if name in names else "is not among its inputs"
            raise TypeError(f"{self.name}({', '.join(names)}): {name} {why}")
        return inputs

    def complete(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the inputs with defaults filled in; raises TypeError if there are too few or too many."""
        missing = self.arity - len(inputs)
        if 0 < missing <= len(self.defaults):
            inputs += self.defaults[len(self.defaults) - missing :]
        elif missing:
            least = self.arity - len(self.defaults)
            wanted = f"{least}" if least == self.arity else f"{least} to {self.arity}"
            raise TypeError(f"{self.name} takes {wanted} input{'s' * (wanted != '1')}, not {len(inputs)}")
        for i, group in enumerate(inputs[: self.groups]):
            if isinstance(group, str) or not hasattr(group, "__iter__") or not getattr(group, "is_group", True):
                raise TypeError(f"{self.name} takes a sequence of numbers as input {i + 1}, not {type(group).__name__}")
        if self.groups:
            inputs = (
                tuple(tuple(x) if not hasattr(x, "__len__") else x for x in inputs[: self.groups])
                + inputs[self.groups :]
            )
        if self.groups == 2 and len(inputs[0]) != len(inputs[1]):
            raise ValueError(
                f"{self.name} pairs each weight with an input, but got "
                f"{len(inputs[0])} weights and {len(inputs[1])} inputs"
            )
        return inputs

    def evaluate(self, *inputs: Any, constant: Sequence[bool] = ()) -> tuple[float, tuple[Any, ...]]:
        """Return the output and local derivatives on floats (lists of floats for groups); IEEE 754, never raises.

        A derivative that the rule offers only on demand is 0.0 for an input said to be constant.
        """
        try:
            return _computed(self.rule(FLOATS, *inputs), constant)
        except (ArithmeticError, ValueError):
            careful = [[IEEE(v) for v in x] if i < self.groups else IEEE(x) for i, x in enumerate(inputs)]
            output, derivatives = _computed(self.rule(IEEE_FLOATS, *careful), constant)
            return float(output), tuple(
                [[float(v) for v in d] if isinstance(d, list) else float(d) for d in derivatives]
            )


def _computed(result: tuple[Any, tuple[Any, ...]], constant: Sequence[bool]) -> tuple[Any, tuple[Any, ...]]:
    output, derivatives = result
    if not any(map(callable, derivatives)):
        return result
    skip = constant or (False,) * len(derivatives)
    return output, tuple((0.0 if s else d()) if callable(d) else d for d, s in zip(derivatives, skip, strict=True))


def operation(name: str) -> Operation:
    """Return the row of that name; raises KeyError naming the rows there are."""
    if name not in TABLE:
        raise KeyError(f"no operation {name!r}; there are: {', '.join(TABLE)}")
    return TABLE[name]


def op(
    symbol: str = "",
    *,
    smooth_on: Sequence[Box],
    groups: int = 0,
    cuts: bool = False,
    role: str = "",
    kink: Callable[..., float] | None = None,
    at_edges: dict[tuple[Any, ...], tuple[float, tuple[Any, ...]]] | None = None,
) -> Callable[[Rule], Operation]:
    """Enter the decorated rule in the table under its own name; raises ValueError if that is taken, or no name."""

    def enter(rule: Rule) -> Operation:
        name = Name(rule.__name__.strip("_"))
        if name in TABLE:
            raise ValueError(f"there is an operation {name!r} already")
        TABLE[name] = row = Operation(
            name,
            rule,
            symbol=symbol or name,
            groups=groups,
            cuts=cuts,
            smooth_on=smooth_on,
            kink=kink,
            at_edges=at_edges or {},
            role=role,
        )
        return row

    return enter
