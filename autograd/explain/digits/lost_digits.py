"""Where digits went: from a number with few right digits back to the operations that lost them, and the way out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograd.explain.digits.balls import arb
from autograd.explain.digits.passes import ALL_DIGITS, Graph, Pass, digits_of
from autograd.recording.nodes import CONSTANT
from autograd.support.locks import cached_property
from autograd.value import Value

MOST_LOSSES: Final = 3
LEAST_LOSS: Final = 1.0  # digits
ADDITIVE: Final = ("add", "subtract", "dot", "total")


@dataclass(frozen=True)
class Loss:
    """One operation that lost digits on the way to a result.

    Attributes
        what     the operation with its numbers, `v = 1 − a = 1 − 0.9999 = 0.0001`
        digits   how many it lost
        why      in a word or two
        line     the user's line, file:line, or None if it is not known
        way_out  what to write instead, or None if the library has nothing for it
    """

    what: str
    digits: float
    why: str
    line: str | None
    way_out: str | None

    def __str__(self) -> str:
        line = f" ({self.line})" if self.line else ""
        way_out = f"; {self.way_out}" if self.way_out else ""
        digits = "1 digit" if round(self.digits) == 1 else f"{self.digits:.0f} digits"
        return f"{digits} lost at {self.what}{line}: {self.why}{way_out}"


class Losses:
    """The losses on the way to any result of a pass: at each step back, it follows the largest error."""

    def __init__(self, graph: Graph, true: Pass, lines: Mapping[Value, str]) -> None:
        self.graph, self.true, self.lines = graph, true, lines

    def of_value(self, i: int) -> tuple[Loss, ...]:
        """Return the largest losses on the way to the number of node `i`."""
        return _largest(self._to_value(i))

    def of_gradient(self, i: int) -> tuple[Loss, ...]:
        """Return the largest losses on the way to the gradient of node `i`."""
        return _largest(self._to_gradient(i))

    def by_node(self) -> dict[Value, tuple[float, float]]:
        """Return how many digits each node loses, in its number and in its local derivatives, where that is 1 or more.

        What it had are the digits of the input that has the fewest.
        """
        found = {}
        for i, node in enumerate(self.graph.nodes):
            if self.graph.is_computed(i):
                had = min((self.digits(j) for j in self.graph.flat(i)), default=ALL_DIGITS)
                own = node.local_derivatives
                slopes = [_digits(own[slot], derivative) for _, derivative, slot in self.true.edges(i)]
                lost = had - self.digits(i), had - min(slopes, default=had)
                if counts(max(lost)):
                    found[node] = lost
        return found

    def digits(self, i: int) -> float:
        """Return how many digits of the number of node `i` are right."""
        return _digits(self.graph.nodes[i]._data, self.true.values[i])

    def _to_value(self, i: int) -> Iterator[Loss]:
        graph, true = self.graph, self.true
        while graph.inputs[i]:
            worst, error = None, 0.0
            for j, derivative, _ in true.edges(i, constants=True):
                moved = _size(true.values[j] - arb(graph.nodes[j]._data)) * _size(derivative)
                if moved > error:
                    worst, error = j, moved
            lost = (ALL_DIGITS if worst is None else self.digits(worst)) - self.digits(i)
            if counts(lost):
                yield self._of_value(i, lost)
            if worst is None:
                return
            i = worst

    def _to_gradient(self, i: int) -> Iterator[Loss]:
        graph, true = self.graph, self.true
        while True:
            worst, error = None, -1.0
            for child in self._children.get(i, ()):
                upstream = graph.adjoints[child]
                if upstream is None or true.adjoints[child] is None:
                    continue
                own = () if graph.passed_on[child] else graph.nodes[child].local_derivatives
                for j, derivative, slot in true.edges(child):
                    if j == i:
                        local = 1.0 if graph.passed_on[child] else own[slot]
                        wrong = _size(true.adjoints[child] * derivative - arb(upstream * local))
                        if wrong > error:
                            worst, error = (child, slot, local, derivative), wrong
            if worst is None:
                return
            child, slot, local, derivative = worst
            upstream = graph.adjoints[child]
            sent = _digits(upstream * local, true.adjoints[child] * derivative)  # type: ignore[operator]
            lost = sent - _digits(graph.adjoints[i], true.adjoints[i])
            if counts(lost):
                name = self.graph.words.gradient(i)
                why = "cancellation of what reaches it over several ways"
                yield Loss(f"the sum that is {name}", lost, why, None, None)
            if _digits(local, derivative) < _digits(upstream, true.adjoints[child]):
                yield from self._to_derivative(child, slot, local, derivative)
                return
            i = child

    def _to_derivative(self, i: int, slot: int, local: float, derivative: Any) -> Iterator[Loss]:
        inputs = self.graph.flat(i)
        op = self.graph.nodes[i].op
        product = op.role in ("dot", "multiply")  # type: ignore[union-attr]  # the derivative is the other factor
        factors = [j for j in inputs if product and self.graph.nodes[j]._data == local]
        worst = min(factors or inputs, key=self.digits)
        lost = self.digits(worst) - _digits(local, derivative)
        if counts(lost):
            name, parent = self.graph.words.names[i], self.graph.words.names[inputs[slot]]
            what = f"∂{name}/∂{parent} = {self.graph.words.derivative(i, slot)} = {local:.3g}"
            saturated = op.name in ("tanh", "sigmoid")  # type: ignore[union-attr]
            why = "cancellation in the derivative itself" if saturated else "the derivative itself"
            way_out = "keep its input small: beyond, the unit is saturated" if saturated else None
            yield Loss(what, lost, why, self.lines.get(self.graph.nodes[i]), way_out)
        yield from self._to_value(worst)

    def _of_value(self, i: int, lost: float) -> Loss:
        node = self.graph.nodes[i]
        name = getattr(node.op, "name", "")
        overflows = not math.isfinite(node._data) and self.true.values[i].is_finite()
        why = "cancellation" if name in ADDITIVE else "it makes the error of its input larger"
        why = "overflow, beyond the largest float, 1.8e308" if overflows else why
        return Loss(self.graph.words.computation(i), lost, why, self.lines.get(node), way_out(node))

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for i in range(len(self.graph.nodes)):
            for j in dict.fromkeys(self.graph.flat(i)):
                found.setdefault(j, []).append(i)
        return found


def counts(lost: float) -> bool:
    """Return whether so many digits lost are told."""
    return lost >= LEAST_LOSS


def _largest(losses: Iterator[Loss]) -> tuple[Loss, ...]:
    return tuple(sorted(losses, key=lambda loss: -loss.digits)[:MOST_LOSSES])


def _size(ball: Any) -> float:
    size = float(abs(ball).upper()) if ball.is_finite() else math.inf
    return size if size == size else math.inf


def _digits(number: float | None, ball: Any) -> float:
    found = digits_of(number, ball)
    return 0.0 if found is None else found


# ------------------------------------------------------------------------------------- ways out
def _is(x: Any, *names: str) -> bool:
    return getattr(x.op, "name", None) in names


def _is_one(x: Any) -> bool:
    return x.op is CONSTANT and x._data == 1.0


def _is_square(x: Any) -> bool:
    if _is(x, "multiply"):
        return x.parents[0] is x.parents[1]
    return _is(x, "power") and x.parents[1]._data == 2.0


def _beside_one(node: Any) -> Any:
    """Return what a node adds to 1, or None if it adds something else."""
    first, second = node.parents
    return second if _is_one(first) else first if _is_one(second) else None


def _of_logarithm(node: Any) -> str | None:
    (inside,) = node.parents
    if _is(inside, "sigmoid"):
        return "-softplus(-z) is this log σ(z); a loss on logits begins with z"
    if _is(inside, "total") and all(_is(x, "exp") for x in inside.parents):
        return "logsumexp(values) is this without overflow"
    if _is(inside, "add") and (other := _beside_one(inside)) is not None:
        return "softplus(x) is this log(1 + exp(x))" if _is(other, "exp") else "log1p(x) is this log(1 + x)"
    if _is(inside, "subtract") and _is_one(inside.parents[0]):
        if _is(inside.parents[1], "sigmoid"):
            return "-softplus(z) is this log(1 − σ(z)); a loss on logits begins with z"
        return "log1p(-x) is this log(1 − x)"
    return None


def _of_difference(node: Any) -> str | None:
    first, second = node.parents
    if _is_one(second) and _is(first, "exp"):
        return "expm1(x) is this exp(x) − 1"
    if _is_one(first):
        ways = {
            "sigmoid": "sigmoid(-z) is this 1 − σ(z); under a logarithm, a loss on logits begins with z",
            "erf": "erfc(x) is this 1 − erf(x)",
            "exp": "-expm1(x) is this 1 − exp(x)",
            "cos": "2 sin(x/2)² is this 1 − cos(x)",
            "tanh": "2 sigmoid(-2x) is this 1 − tanh(x)",
        }
        return ways.get(getattr(second.op, "name", ""))
    if _is_square(first) and _is_square(second):
        return "(a − b)(a + b) is this a² − b²"
    return None


def _of_sum(node: Any) -> str | None:
    first, second = node.parents
    if _is(second, "negative") and _is_one(first):
        return "write 1 − x with what is advised there"
    return "expm1(x) is this exp(x) − 1" if _is(first, "exp") and second._data == -1.0 else None


_WAYS: Final[dict[str, Callable[[Any], str | None]]] = {
    "log": _of_logarithm,
    "subtract": _of_difference,
    "add": _of_sum,
}


def way_out(node: Value) -> str | None:
    """Return what the library has in place of an operation that loses digits, or None.

    >>> x = Value(1e-12)
    >>> way_out(x.exp() - 1.0)
    'expm1(x) is this exp(x) − 1'
    """
    find = _WAYS.get(getattr(node.op, "name", ""))
    return find(node) if find is not None else None
