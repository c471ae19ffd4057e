"""Neurons, fully connected layers of them, and the multilayer perceptron."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Group, Value, modes, number
from autograd.affine import Affine, Hidden, Numbers, RowActivation
from autograd.operation import TABLE, Operation
from autograd.value import changes
from nn.initializers import Initializer, chosen, generator_from
from nn.module import Inputs, Module, Row, watching

Activation = str | Callable[[Any], Any] | None
Seed = int | random.Random | None


def resolve_activation(activation: Activation) -> Any:
    """Return the operation of that name, or the callable itself; None and "linear" mean none.

    Raises ValueError naming the activations there are, TypeError for what cannot be called.
    """
    if activation is None or activation == "linear":
        return None
    if isinstance(activation, str):
        known = [name for name, op in TABLE.items() if not op.groups and op.arity - len(op.defaults) == 1]
        if activation not in known:
            if activation == "softmax":
                raise ValueError("softmax is an activation of a whole row: put nn.Softmax() after the layer")
            raise ValueError(f"no activation {activation!r}; there are: linear, {', '.join(known)}")
        return TABLE[activation]
    if not callable(activation):
        raise TypeError(f"an activation is a name, an operation or a function, not {activation!r}")
    return activation


def activation_name(activation: Any) -> str:
    """Return how an activation is called in tables: its operation's or function's name, "linear" for none."""
    if activation is None:
        return "linear"
    return str(getattr(activation, "name", None) or getattr(activation, "__name__", type(activation).__name__))


def positive_count(count: object, what: str) -> int:
    """Return `count`; raises TypeError or ValueError if it is no whole number of at least 1."""
    try:
        whole = operator.index(count)  # type: ignore[arg-type]  # a NumPy integer is one too
    except TypeError:
        whole = None
    if whole is None or isinstance(count, bool):
        raise TypeError(f"{what} is a whole number, not {count!r}")
    if whole < 1:
        raise ValueError(f"{what} is at least 1, not {whole}")
    return whole


def input_group(inputs: Inputs | Value, wanted: int, who: str) -> Group:
    """Return one row of inputs as the group that all neurons of a layer share.

    Raises ValueError if they are not as many as `wanted`, TypeError if they are no sequence.
    """
    if inputs.__class__ is not list:
        if isinstance(inputs, Value):
            inputs = [inputs]
        elif isinstance(inputs, str) or not hasattr(inputs, "__iter__"):
            raise TypeError(f"{who} takes a sequence of {wanted} numbers, not {type(inputs).__name__}")
    try:
        plain = inputs.__class__ is list and {float, int}.issuperset(map(type, inputs))
        group = Numbers(list(map(number, inputs))) if plain else Group.of(inputs)
    except TypeError:
        if any(hasattr(x, "__iter__") and not isinstance(x, Value | str) for x in inputs):
            wants = f"{who} takes one row of {wanted} numbers, not several rows"
            raise TypeError(f"{wants}: for those use batch(rows)") from None
        raise
    if len(group) != wanted:
        raise ValueError(f"{who} takes {wanted} input{'s' * (wanted != 1)}, not {len(group)}")
    return group


_versions = 0  # how often an attribute of any neuron has been set: whoever keeps what neurons are made of looks again


def _note_version() -> None:
    global _versions
    _versions += 1


class Neuron(Module):
    """a = activation(w · x + b), over `inputs` numbers: the perceptron.  (Rosenblatt 1958.)

    `activation` is a name from the table of operations, an operation, any function of a Value, or None.  Weights
    begin by `initializer`, by default He's or Xavier's as suits the activation, the bias at 0; `nonlin=False`
    means no activation, `outputs` is how many neurons its layer has, on which Xavier's variance depends.  A neuron is
    one node for z (`<path>.z`) and one for a (`<path>.a`).
    """

    weights: Group

    def __init__(
        self,
        inputs: int,
        activation: Activation = "relu",
        *,
        nonlin: bool = True,
        initializer: Initializer | None = None,
        seed: Seed = None,
        outputs: int = 1,
    ) -> None:
        inputs = positive_count(inputs, "the number of inputs")
        self.activation = resolve_activation(activation) if nonlin else None
        draw, generator = chosen(initializer, self.activation), generator_from(seed)
        self.weights = Group([Value(draw(generator, inputs, outputs)) for _ in range(inputs)])
        self.bias = Value(0.0)

    def __setattr__(self, name: str, x: Any) -> None:
        if name == "weights":
            x = Group.of(x)
        elif name == "activation":
            # the method of Value is the fastest way to an operation of one input
            self._activate = getattr(Value, x.name) if isinstance(x, Operation) and not x.defaults else x
        super().__setattr__(name, x)
        _note_version()

    def _take_path(self, path: str) -> None:
        super()._take_path(path)
        self._z_name, self._a_name = (f"{path}.z", f"{path}.a") if path else ("z", "a")

    def __call__(self, inputs: Inputs | Value) -> Value:
        """Return the activation for one row of inputs; raises ValueError if there are too many or too few."""
        z, a = Firing([self])(input_group(inputs, len(self.weights), "this neuron"))
        if watching:
            self.keep_pass(z, a)
        return a[0]

    def describe(self) -> str:
        """Return the neuron's size and activation."""
        return f"Neuron {len(self.weights)} → 1, {activation_name(self.activation)}"


Perceptron = Neuron


class Firing:
    """What neurons that see the same inputs are made of, ready to fire on row after row."""

    __slots__ = ("_acts", "_affine", "_can_wait", "_names", "_neurons", "_stamp", "_together", "_version")

    def __init__(self, neurons: Sequence[Neuron]) -> None:
        self._neurons, self._version, self._stamp = list(neurons), _versions, changes()
        self._affine = Affine([neuron.weights for neuron in neurons], [neuron.bias for neuron in neurons])
        self._acts = [(neuron._activate, neuron._a_name) for neuron in neurons]
        self._names = [neuron._z_name for neuron in neurons], [neuron._a_name for neuron in neurons]
        activation, *others = {neuron.activation for neuron in neurons}
        self._together = RowActivation.of(activation) if isinstance(activation, Operation) else None
        same = not others and (activation is None or self._together is not None)
        self._can_wait = same and self._affine.is_of_leaves()

    def holds(self, neurons: Sequence[Neuron]) -> bool:
        """Return whether these are the neurons still, and nothing about them has changed."""
        return self._stamp == changes() and self._version == _versions and self._neurons == neurons

    def renewed(self, neurons: Sequence[Neuron]) -> Firing:
        """Return what the neurons are made of at this moment: this, with the numbers that they hold now, or another."""
        if self._version != _versions or self._neurons != neurons:
            return Firing(neurons)
        if self._stamp != changes():
            self._affine, self._stamp = self._affine.renewed(), changes()
        return self

    def hidden(self, inputs: Group) -> Group:
        """Return the activations as a group; its nodes are made when somebody looks, where they can wait so long."""
        if self._can_wait and not modes.active and not watching:
            return Hidden(self._affine, inputs, self._together, self._names)
        return Group(self(inputs)[1])

    def __call__(self, inputs: Group) -> tuple[Row, Row]:
        """Return z = w · x + b and a = activation(z) of each neuron, for as many inputs as each has weights."""
        z = self._affine(inputs, self._names[0])
        a = []
        for x, (activate, a_name) in zip(z, self._acts):  # noqa: B905  # as many, by construction
            if activate is not None:
                x = activate(x)
                x.name = a_name
            a.append(x)
        return z, a


class Layer(Module):
    """`outputs` neurons that see the same `inputs`: a = activation(W x + b), one row in, one row out.

    W has a row of `inputs` weights for each of the `outputs` neurons, b one number for each.
    """

    _firing: Firing | None = None

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Activation = "relu",
        *,
        nonlin: bool = True,
        initializer: Initializer | None = None,
        seed: Seed = None,
    ) -> None:
        generator = generator_from(seed)
        self.neurons = [
            Neuron(inputs, activation, nonlin=nonlin, initializer=initializer, seed=generator, outputs=outputs)
            for _ in range(positive_count(outputs, "the number of outputs"))
        ]

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return the activations of all neurons, a list even of one.

        Raises ValueError if there are too many or too few inputs.
        """
        z, a = self._now()(input_group(inputs, len(self.neurons[0].weights), "this layer"))
        if watching:
            self.keep_pass(z, a)
        return a

    def hidden(self, inputs: Inputs | Value) -> Group:
        """Return the activations as the group that the next layer's neurons share; raises ValueError as a call does."""
        if watching:
            return Group(self(inputs))
        return self._now().hidden(input_group(inputs, len(self.neurons[0].weights), "this layer"))

    def _now(self) -> Firing:
        firing = self._firing
        if firing is None or not firing.holds(self.neurons):
            firing = self._firing = Firing(self.neurons) if firing is None else firing.renewed(self.neurons)
        return firing

    def _is_one_line(self) -> bool:
        return True

    def describe(self) -> str:
        """Return the layer's sizes and activation."""
        neuron = self.neurons[0]
        return f"Layer {len(neuron.weights)} → {len(self.neurons)}, {activation_name(neuron.activation)}"


class MLP(Module):
    """A multilayer perceptron: `MLP(2, [16, 16, 1])` has 2 inputs, two hidden layers of 16 and 1 output.

    aˡ = activation(Wˡ aˡ⁻¹ + bˡ), layer by layer from a⁰ = x.  (Rumelhart, Hinton and Williams 1986.)
    Hidden layers have the `activation`, the last has `output` (by default none: a score or a logit).  Weights are
    those of the `seed`; with None they follow from Python's own `random`.
    """

    def __init__(
        self,
        inputs: int,
        sizes: Sequence[int],
        activation: Activation = "relu",
        *,
        output: Activation = None,
        initializer: Initializer | None = None,
        seed: Seed = None,
    ) -> None:
        if isinstance(sizes, str) or not hasattr(sizes, "__len__") or not len(sizes):
            raise ValueError(f"an MLP needs the sizes of its layers, as in MLP(2, [16, 16, 1]), not {sizes!r}")
        generator = generator_from(seed)
        activation, last = resolve_activation(activation), len(sizes) - 1
        self.layers = [
            Layer(before, size, activation if i < last else output, initializer=initializer, seed=generator)
            for i, (before, size) in enumerate(zip([inputs, *sizes], sizes, strict=False))
        ]

    def __call__(self, inputs: Inputs | Value) -> Any:
        """Return the outputs for one row: the Value itself if there is one output, else a list."""
        row: Any = inputs
        last = len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            row = layer.hidden(row) if i < last and layer.__class__ is Layer else layer(row)
        return row[0] if len(row) == 1 else row
