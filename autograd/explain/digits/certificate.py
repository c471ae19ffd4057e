"""`certify`: how many digits of a value and its gradients are right, proved by running the graph on balls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any, Final

from autograd.explain.digits.balls import context
from autograd.explain.digits.lost_digits import Loss, Losses
from autograd.explain.digits.passes import ALL_DIGITS, Graph, Pass, digits_of, rounded
from autograd.recording import modes
from autograd.recording.no_grad import recorder, recording_again
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from autograd.support.foreign_names import GUESSES
from autograd.support.messages import LONGEST_NAME, shown
from autograd.support.user_line import user_line
from autograd.support.validate import number
from autograd.value import Value

PRECISIONS: Final = (128, 512, 2048)  # bits; with the last, a sum that is 0 is known to be below the least float
FEW: Final = 13  # whole digits, below which it is told where the others went
MOST_TOLD: Final = 12  # results that are printed, those with the fewest digits first


@dataclass(frozen=True)
class Certified:
    """One number, the loss or a gradient, beside the truth.

    Attributes
        name    how it is shown
        number  what was computed
        true    the float nearest to the truth, None if that is not known
        truth   the truth to 20 digits
        digits  how many digits of the number are proved to be right, −log₁₀ of its relative error: 16 for the nearest
                float; None if the truth is no finite number, or not known
        lost    where the others went, the largest loss first: told of the dozen results with the fewest digits
    """

    name: str
    number: float
    true: float | None
    truth: str
    digits: float | None
    lost: tuple[Loss, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """How many digits of a value and its gradients are right, for the numbers that the leaves hold.

    `branches` names where rounding decides which branch is taken; `trusted` the operations of one's own, whose
    derivatives are taken at their word.  Printing it shows a table.
    """

    value: Certified
    gradients: tuple[Certified, ...]
    branches: tuple[str, ...]
    bits: int
    trusted: tuple[str, ...] = ()

    @property
    def digits(self) -> float:
        """The fewest digits of all, 0.0 where one is not known."""
        return min(_digits(x) for x in (self.value, *self.gradients))

    def __str__(self) -> str:
        results = sorted(self.gradients, key=_digits)[:MOST_TOLD]
        rows = [("", "computed", "true", "digits")]
        rows += [(x.name, repr(x.number), x.truth, _told(x.digits)) for x in (self.value, *results)]
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        lines = []
        for row, result in zip(rows, (None, self.value, *results), strict=True):
            lines.append("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
            if result is not None:
                lines += [f"    {loss}" for loss in result.lost]
        if left := self.gradients[MOST_TOLD:]:
            fewest = _told(sorted(map(_digits, self.gradients))[MOST_TOLD])
            lines.append(f"and {len(left)} more gradients, with {fewest} digits or more")
        lines += [f"rounding decides: {branch}" for branch in self.branches[:MOST_TOLD]]
        if len(self.branches) > MOST_TOLD:
            lines.append(f"and {len(self.branches) - MOST_TOLD} more branches that rounding decides")
        if self.trusted:
            named = ", ".join(self.trusted)
            lines.append(f"not proved: the derivative of {named}, which is taken at its word; gradcheck checks it")
        return "\n".join(lines)

    __repr__ = __str__


def _digits(x: Certified) -> float:
    return 0.0 if x.digits is None else x.digits


def _told(digits: float | None) -> str:
    return "unknown" if digits is None else "all" if digits == ALL_DIGITS else f"{int(10.0 * digits) / 10.0:.1f}"


@GUESSES
def certify(
    root: Value | Callable[[], Any],
    parameters: Value | Iterable[Value] | Iterable[tuple[str, Value]] | Mapping[str, Value] | None = None,
) -> Certificate:
    """Return how many digits of a Value and of its gradients are right: never more than is proved.

    The recorded graph is run forward and backward on balls, by the rules of the table, at a precision that is raised
    until each result is known to the last bit.  The truth is that of the function which the graph records at the very
    floats that its leaves hold.  A function of no arguments, in place of the Value, is recorded here, so that the
    user's lines are known. The package's rules are proved by its tests; an operation of one's own is taken at its word,
    rule and derivative, which `gradcheck` checks: printing says where there is one. `parameters` are Values or names
    with Values, all leaves if none are given. The graph is left as it is. Raises ImportError without the extra `exact`,
    RuntimeError if a number has been changed since it was computed from, ValueError for a parameter that is not in the
    graph.

    >>> x = Value(1e-9, "x")
    >>> print(certify((x.exp() - 1.0) / x))
           computed            true                    digits
    L      1.000000082740371   1.0000000005000000002   7.0
        9 digits lost at v₂ = v₁ − 1 = 1 − 1 = 1.0e-9: cancellation; expm1(x) is this exp(x) − 1
    ∂L/∂x  -81.74037098884583  0.50000000033333333346  0.0
        9 digits lost at v₂ = v₁ − 1 = 1 − 1 = 1.0e-9: cancellation; expm1(x) is this exp(x) − 1
        7 digits lost at the sum that is ∂L/∂x: cancellation of what reaches it over several ways
    """
    lines: dict[Value, str] = {}
    graph = Graph(root if isinstance(root, Value) else _recorded(root, lines))
    wanted = _wanted(graph, parameters)
    return _certificate(
        graph, wanted, graph.nodes[-1]._data, [graph.adjoints[i] or 0.0 for i in wanted.values()], lines
    )


def compare(root: Value, parameters: Iterable[Value], value: float, gradients: Iterable[float]) -> Certificate:
    """Return how many digits of numbers that were computed elsewhere are those of a recorded graph.

    Parameters from which the root was not computed are left out.
    """
    graph = Graph(root)
    known = [(p, x) for p, x in zip(parameters, gradients, strict=True) if id(p) in graph.place]
    return _certificate(graph, _wanted(graph, [p for p, _ in known]), value, [x for _, x in known], {})


def _certificate(
    graph: Graph, wanted: dict[str, int], value: float, gradients: list[float], lines: Mapping[Value, str]
) -> Certificate:
    bits, true = _proved(graph, list(wanted.values()))
    root = len(graph.nodes) - 1
    names, places, numbers = (graph.words.names[root], *wanted), (root, *wanted.values()), (value, *gradients)
    with context(bits):
        balls = [true.values[root], *map(true.gradient, wanted.values())]
        losses = Losses(graph, true, lines)
        digits = list(map(digits_of, numbers, balls))
        few = [(d, k) for k, d in enumerate(digits) if d is not None and int(d) < FEW]
        told = {k for _, k in nsmallest(MOST_TOLD + 1, few)}  # of the value, too
        results = []
        for k, (name, i, ours, ball) in enumerate(zip(names, places, numbers, balls, strict=True)):
            lost: tuple[Loss, ...] = ()
            if k in told:
                lost = losses.of_gradient(i) if k else losses.of_value(i)
            results.append(Certified(name, ours, rounded(ball), _text(ball), digits[k], lost))
        return Certificate(results[0], tuple(results[1:]), tuple(_branches(graph, true, lines)), bits, _own(graph))


def _own(graph: Graph) -> tuple[str, ...]:
    """Return the names of the operations whose rules are not the package's own."""
    own = [node.op for node in graph.nodes if isinstance(node.op, Operation) and not node.op.is_ours]
    return tuple(dict.fromkeys(shown(op.name, LONGEST_NAME) for op in own))


def _proved(graph: Graph, places: list[int]) -> tuple[int, Pass]:
    """Return a pass in which the value and the gradients there are known to the last bit, if more bits can do so."""
    for bits in PRECISIONS:
        with context(bits):
            true = Pass(graph)
            if rounded(true.values[-1]) is not None and all(rounded(true.gradient(i)) is not None for i in places):
                break
    return bits, true


def lost_at(root: Value) -> dict[Value, tuple[float, float]]:
    """Return how many digits each node loses, in its number and in its local derivatives, where that is one or more."""
    graph = Graph(root)
    bits, true = _proved(graph, [])
    with context(bits):
        return Losses(graph, true, {}).by_node()


def _text(ball: Any) -> str:
    """Return the truth to 20 digits, or what is known of it."""
    if not ball.is_finite():
        return "not known"
    if ball.is_exact() and ball == 0:
        return "0"
    if ball.contains(0):
        return f"within {abs(ball).upper().str(2, radius=False)} of 0"
    return str(ball.str(20, radius=False))


# -------------------------------------------------------------------------------------- branches
def _branches(graph: Graph, true: Pass, lines: Mapping[Value, str]) -> Iterable[str]:
    """Yield where the truth lies on another side of a kink or comparison than the floats, or may do so."""
    for i, node in enumerate(graph.nodes):
        op = node.op
        if not graph.is_computed(i) or not isinstance(op, Operation):
            continue
        if true.adjoints[i] is None and not (op.stops_at_zero and op.kink is not None):
            continue
        given = true.given(i)
        if op.name == "largest":
            numbers = [graph.nodes[j]._data for j in graph.inputs[i][0]]
            first = given[0][numbers.index(max(numbers))] if max(numbers) in numbers else None
            decided = first is None or all(first is x or first >= x for x in given[0])
        elif op.kink is not None and op.name != "where":
            kink: Callable[..., Any] = op.kink
            ball, here = kink(*given), kink(*[x._data for x in node.parents])
            same = op.arity == 2 and given[0] is given[1]
            decided = here != here or same or (ball > 0 if here > 0.0 else ball < 0 if here < 0.0 else ball == 0)
        else:
            continue
        if not decided:
            line = lines.get(node)
            yield graph.words.computation(i) + (f" ({line})" if line else "")


# ------------------------------------------------------------------------------------- arguments
class _Lines:
    """Records as usual, and remembers the user's lines."""

    def __init__(self, lines: dict[Value, str]) -> None:
        self.outer, self.lines = recorder(), lines

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the operation's result."""
        node = self.outer(op, inputs)
        self.lines[node] = user_line()
        return node


def _recorded(function: Any, lines: dict[Value, str]) -> Value:
    if not callable(function):
        raise TypeError(f"certify takes a Value, or a function of no arguments that computes one, not {function!r}")
    with recording_again(), modes.mode(_Lines(lines)):
        result = function()
    return result if isinstance(result, Value) else Value(number(result))


def _wanted(graph: Graph, parameters: Any) -> dict[str, int]:
    """Return the places of the parameters by the names that their gradients are shown by."""
    nodes = graph.nodes
    if parameters is None:
        found = [i for i, node in enumerate(nodes) if node.is_leaf and node.op is not CONSTANT and len(nodes) > 1]
        items: list[Any] = [nodes[i] for i in found]
    else:
        given = [parameters] if isinstance(parameters, Value) else parameters
        items = list(given.items()) if isinstance(given, Mapping) else list(given)
    names = graph.words
    wanted: dict[str, int] = {}
    for k, item in enumerate(items):
        name, p = item if isinstance(item, tuple) and len(item) == 2 else (None, item)
        label = shown(name, LONGEST_NAME) if name else f"parameter {k}"
        if not isinstance(p, Value):
            raise TypeError(f"certify(root, parameters): {label} is a {type(p).__name__}, and no Value")
        if id(p) not in graph.place:
            raise ValueError(f"certify(root, parameters): the root was not computed from {label}, {p!r}")
        i = graph.place[id(p)]
        text = f"∂{names.names[-1]}/∂{shown(name, LONGEST_NAME) if name else names.names[i]}"
        wanted[text if text not in wanted else f"{text}[{k}]"] = i
    return wanted
