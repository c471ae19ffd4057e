"""What an operation is: one rule, read in many ways.

A rule takes a maths library and its inputs, and returns the output with the local derivative
with respect to each input.  Run on floats it computes; on `Value`s it differentiates again; on
symbols it becomes source or a printed formula; on numbers of 60 digits it is the truth for the tests.
Whatever stands in for a number says itself how an operation applies to it, by `apply_operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    from autograd.recording.conditions import Condition
    from autograd.value import Value

from autograd.rules.identifiers import Name
from autograd.rules.maths import FLOATS, IEEE, IEEE_FLOATS
from autograd.rules.maths import TABLE as TABLE
from autograd.support.validate import listed, number

_SIGNS: Final = {  # what Python calls the methods behind its own signs
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "power": "pow", "negative": "neg",
    "abs": "abs",
}  # fmt: skip

Rule = Callable[..., tuple[Any, tuple[Any, ...]]]
Interval = tuple[float, float]
Box = tuple[Interval, ...]

NEAR_0: Final[Interval] = (-3.0, 3.0)
POSITIVE: Final[Interval] = (0.25, 3.0)
NEGATIVE: Final[Interval] = (-3.0, -0.25)


class Operation:
    """One row of the table: a rule, how it prints, where it is smooth and what it does where it is not.

    Attributes
        name           the function's and the method's name
        symbol         how it prints, `+` or `tanh`
        glyph          what a picture writes on a node of it: the symbol, `w · x` for a weighted sum
        role           how it is explained: as a "dot", a "multiply", "total" or "power", as "unary" if it has one
                       input, or as none of these ("")
        rule           (maths, *inputs) -> (output, local derivatives); a derivative may be a function of no
                       arguments, called only if it is needed
        groups         how many of the first inputs are sequences, shared by reference (`dot`, `total`)
        stops_at_zero  True if a derivative of 0 is structural: such an edge carries nothing, not even 0 times inf
        smooth_on      one box of inputs per branch, inside which the rule is smooth
        kink           a function of the inputs that changes sign where the derivative jumps, or None
        is_wide        True if its nodes keep their inputs in `_operands`, as those of more than two or of groups do
        at_edges       inputs at a kink or at the edge of the domain -> (output, local derivatives) there
    """

    def __init__(
        self,
        name: str,
        rule: Rule,
        *,
        symbol: str,
        smooth_on: Sequence[Box] = (),
        groups: int = 0,
        stops_at_zero: bool = False,
        kink: Callable[..., float] | None = None,
        at_edges: dict[tuple[Any, ...], tuple[float, tuple[Any, ...]]] | None = None,
        role: str = "",
    ) -> None:
        self.name = self.__name__ = name
        self.symbol, self.rule = symbol, rule
        self.groups, self.stops_at_zero = groups, stops_at_zero
        self.smooth_on, self.kink, self.at_edges = tuple(smooth_on), kink, at_edges or {}
        self.arity = rule.__code__.co_argcount - 1
        self.defaults: tuple[Any, ...] = rule.__defaults__ or ()
        self.is_wide = bool(groups or stops_at_zero or self.arity > 2)
        self.glyph = f"w {symbol} x" if groups == 2 else symbol
        one_input = self.arity == 1 and not groups
        self.role = role or ("dot" if groups == 2 else "unary" if one_input else "")
        self.__doc__ = rule.__doc__
        self.kind: type | None = None  # what its first input is where a method of that records it quickly

    def __repr__(self) -> str:
        required = self.arity - len(self.defaults)
        names = self.rule.__code__.co_varnames[1:]
        shown = [*names[:required], *map("{}={}".format, names[required:], self.defaults)]
        return f"<operation {self.name}({', '.join(shown)})>"

    def __reduce__(self) -> tuple[Any, ...]:
        return operation, (self.name,)

    @property
    def is_ours(self) -> bool:
        """Whether its rule is the package's own, and not a user's."""
        return self.rule.__module__.startswith("autograd.")

    @property
    def methods(self) -> list[str]:
        """The names of the methods of `Value` that record it; the second of two is the second operand's."""
        if self.groups or (self.stops_at_zero and self.name != "detach"):
            return []  # what takes sequences or conditions is a function
        if self.name not in _SIGNS:
            return [self.name]
        sign = _SIGNS[self.name]
        return [f"__{sign}__"] + [f"__r{sign}__"] * (self.arity == 2) + [self.name] * (self.name == "abs")

    @property
    def is_inlined(self) -> bool:
        """Whether its method is its rule, inlined."""
        return not (self.is_wide or self.defaults or self.name == "power")

    def __getattr__(self, name: str) -> Any:
        if name == "method":
            self.method = getattr(self.kind, self.methods[0])
            return self.method
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
            return self.method(*inputs)
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
        if self.groups:
            inputs = (*[listed(self.name, x) for x in inputs[: self.groups]], *inputs[self.groups :])
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


@overload
def op(symbol: Rule, /) -> Operation: ...
@overload
def op(
    symbol: str = "",
    *,
    smooth_on: Sequence[Box] = (),
    groups: int = 0,
    stops_at_zero: bool = False,
    kink: Callable[..., float] | None = None,
    at_edges: dict[tuple[Any, ...], tuple[float, tuple[Any, ...]]] | None = None,
    role: str = "",
) -> Callable[[Rule], Operation]: ...
def op(
    symbol: str | Rule = "",
    *,
    smooth_on: Sequence[Box] = (),
    groups: int = 0,
    stops_at_zero: bool = False,
    kink: Callable[..., float] | None = None,
    at_edges: dict[tuple[Any, ...], tuple[float, tuple[Any, ...]]] | None = None,
    role: str = "",
) -> Operation | Callable[[Rule], Operation]:
    """Make an operation of the decorated rule: one row of the table, by the rule's own name.

    A rule takes a library of functions and the inputs, and returns the output with the derivative with respect to each
    input, in arithmetic that floats, formulas and arrays do alike: `maths.where` for `if`, `maths.exp` for `math.exp`;
    every operation of the table is a function of the library.  The operation is then recorded, differentiated to any
    order, compiled by every backend, explained and drawn like all others, and is an activation by its name.

        symbol         how it prints, by default its name; without any of these, `@op` needs no parentheses
        smooth_on, kink, at_edges   see `Operation`: what tests and pictures are to know of it

    Raises ValueError if the name is taken or is no name, or for a wrong number of derivatives, TypeError for a rule
    that branches on its inputs, compares them with ==, or computes with other functions than the library's.  The same
    rule entered again, as a notebook's cell does, is the operation it was.

    >>> @op("cube")
    ... def cube(maths, x):
    ...     return x * x * x, (3.0 * x * x,)
    >>> from autograd import grad
    >>> cube(2.0), grad(cube)(2.0), grad(grad(cube))(2.0)
    (8.0, 12.0, 12.0)
    """
    if not isinstance(symbol, str):
        return op()(symbol)

    def enter(rule: Rule) -> Operation:
        name = Name(rule.__name__.strip("_"))
        if name in TABLE:
            known = TABLE[name]
            if known.rule.__code__ == rule.__code__ and known.symbol == (symbol or name) and not rule.__closure__:
                return known
            raise ValueError(f"there is an operation {name!r} already")
        row = Operation(
            name,
            rule,
            symbol=symbol or name,
            groups=groups,
            stops_at_zero=stops_at_zero,
            smooth_on=smooth_on,
            kink=kink,
            at_edges=at_edges,
            role=role,
        )
        if rule.__module__ != "autograd.ops":  # whose rules may use each other before all are there
            _check(row)
        TABLE[name] = row
        return row

    return enter


def _check(row: Operation) -> None:
    """Raise TypeError or ValueError unless the rule can be read on symbols, and has a derivative for each input."""
    from autograd.rules.symbols import FUNCTIONS, SYMBOLS, named, parameters, reading

    if row.arity < 1:
        raise ValueError(f"{row.name}: a rule takes a library of functions and then its inputs, one or more")
    names = list(map(named, parameters(row)))
    for maths in (SYMBOLS, FUNCTIONS):
        with reading():
            result = row.rule(maths, *names)
        if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], tuple)):
            raise TypeError(
                f"{row.name}: a rule returns its output and a tuple of derivatives, as in `return y, (1.0,)`"
            )
        if len(result[1]) != row.arity:
            raise ValueError(f"{row.name} takes {row.arity} inputs, and its rule returns {len(result[1])} derivatives")
        with reading():
            for derivative in result[1]:
                if callable(derivative):
                    derivative()
