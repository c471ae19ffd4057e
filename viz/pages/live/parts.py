"""What networks of any size are made of in a page: a sum of n inputs, an activation, the share of one row in a loss.

The page puts these programs together as it adds and removes units, layers and rows.  Each of them comes from the table
of operations, as in every other backend, and what several of them send to one value adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from autograd import Value, dot
from autograd.rules.operation import TABLE
from nn import (
    MLP,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from nn.layers.module import Module

if TYPE_CHECKING:
    from autograd.compile.backends.javascript import Emitted

Part = tuple["Emitted", dict[str, Any]]  # a program, and what the page has to know of it
Parts = dict[str, Part]

MOST_UNITS: Final = 8  # that a layer can be given in the page
MEANS: Final[dict[str, Callable[..., Value]]] = {  # losses that are the mean of what each row has alone
    loss.__name__: loss
    for loss in (
        mean_squared_error,
        binary_cross_entropy_with_logits,
        binary_cross_entropy,
        hinge,
        softmax_cross_entropy,
    )
}


def is_chain(model: Module) -> bool:
    """Whether the model is nothing but layers of neurons with biases, so that a page can add and remove some."""
    return type(model) is MLP and all(
        isinstance(neuron.bias, Value) for layer in model.layers for neuron in layer.neurons
    )


def fitting_loss(targets: list[list[float]], outputs: int) -> Callable[..., Value]:
    """Return the loss that fits the targets: a cross-entropy where they are classes, else the mean squared error."""
    if outputs > 1:
        width = len(targets[0])
        classes = width == 1 or all(sum(t) == 1.0 == max(t) for t in targets)
        return softmax_cross_entropy if classes else mean_squared_error
    binary = all(t[0] in (0.0, 1.0) for t in targets)
    return binary_cross_entropy_with_logits if binary else mean_squared_error


def sums(sizes: Iterable[int]) -> Parts:
    """Return for each number of inputs the program of w·x + b times a seed, with the slopes of w, b and x."""
    return {f"sum.{size}": _sum(size) for size in sorted({*sizes})}


def _sum(size: int) -> Part:
    weights, given = ([Value(0.0) for _ in range(size)] for _ in range(2))
    bias = Value(0.0)
    return _seeded(lambda: dot(weights, given, bias), [*weights, bias, *given])


def activations(names: Iterable[str]) -> Parts:
    """Return for each activation its program times a seed, with its slope."""
    return {f"activation.{name}": _activation(name) for name in names}


def _activation(name: str) -> Part:
    z = Value(0.0)
    return _seeded(lambda: getattr(z, TABLE[name].name)(), [z])


def _seeded(function: Callable[[], Value], order: list[Value]) -> Part:
    """Return the program of a function of these Values times a seed, so that its gradient is what flows back."""
    shown: dict[str, list[Value]] = {}

    def seeded(seeds: list[Value]) -> Value:
        shown["out"] = [function()]
        return shown["out"][0] * seeds[0]

    return emitted(seeded, [(1,)], order, ["seeds"], shown)


def shares(losses: Iterable[str], outputs: int, width: int) -> Parts:
    """Return for each loss the program of what one row adds to the mean, with its slopes by the outputs."""
    return {f"loss.{name}": _share(MEANS[name], outputs, width) for name in losses}


def _share(loss: Callable[..., Value], outputs: int, width: int) -> Part:
    given = [Value(0.0) for _ in range(max(outputs, 1))]
    predictions: list[Any] = [given] if outputs else given
    shape = (1, width) if width > 1 else (1,)
    return emitted(lambda y, share: loss(predictions, y) * share[0], [shape, (1,)], given, ["y", "share"])


def emitted(
    function: Callable[..., Value],
    shapes: list[tuple[int, ...]],
    order: list[Value],
    names: list[str],
    shown: dict[str, list[Value]] | None = None,
) -> Part:
    """Return a program, and what the page has to know of it: which of `order` its numbers are, and what it is given."""
    from autograd.compile import emit

    program = emit(function, shapes, order, names, show=shown)
    place = {parameter: k for k, parameter in enumerate(order)}
    return program.source, {
        "places": [place[parameter] for parameter in program.parameters],
        "arguments": program.arguments,
        "others": [x.data for x in program.others],
    }
