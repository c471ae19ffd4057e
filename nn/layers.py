"""Neurons, fully connected layers of them, and the multilayer perceptron."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd import Group, Value, modes, number
from autograd.affine import Affine, Hidden, Numbers, RowActivation
from autograd.answers import key
from autograd.messages import shown
from autograd.operation import TABLE, Operation
from autograd.value import changes
from nn.guesses import ACTIVATIONS
from nn.initializers import Initializer, chosen, generator_from
from nn.module import Inputs, Module, Row, one_row, refuse_more, watching

Activation = str | Callable[[Any], Any] | None
Seed = int | random.Random | None


def resolve_activation(activation: Activation) -> Any:
    """Return the operation of that name, or the callable itself; None and "linear" mean none.

    Raises ValueError naming the activations there are, TypeError for what cannot be called.
    """
    if activation is None:
        return None
    if isinstance(activation, str):
        known = [name for name, op in TABLE.items() if not op.groups and op.arity - len(op.defaults) == 1]
        meant = {key(name): name for name in known} | ACTIVATIONS
        name = activation if activation in known else meant.get(key(activation), activation)
        if name in known:
            return TABLE[name]
        if name == "linear":
            return None
        if name != "softmax":
            raise ValueError(f"no activation {activation!r}; there are: linear, {', '.join(known)}")
    if activation_name(activation).lower() == "softmax" or isinstance(activation, str):
        raise ValueError("softmax is an activation of a whole row: put nn.Softmax() after the layer")
    if isinstance(activation, type):
        raise TypeError(f"an activation is a name, an operation or a function, not the class {activation.__name__}")
    if not callable(activation):
        raise TypeError(f"an activation is a name, an operation or a function, not {activation!r}")
    return activation


def activation_name(activation: Any) -> str:
    """Return how an activation is called in tables: its operation's or function's name, "linear" for none."""
    if activation is None:
        return "linear"
    if isinstance(activation, partial):
        given = [repr(x) for x in activation.args] + [f"{name}={x!r}" for name, x in activation.keywords.items()]
        return shown(f"{activation_name(activation.func)}({', '.join(given)})")
    return shown(getattr(activation, "name", None) or getattr(activation, "__name__", type(activation).__name__))


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
        elif isinstance(inputs, str | dict | set | frozenset) or not hasattr(inputs, "__iter__"):
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
            x = resolve_activation(x)
            # the method of Value is the fastest way to an operation of one input
            self._activate = getattr(Value, x.name) if isinstance(x, Operation) and not x.defaults else x
        super().__setattr__(name, x)
        _note_version()

    @property
    def w(self) -> Group:
        """The weights, by the name that micrograd has for them."""
        return self.weights

    @w.setter
    def w(self, weights: Any) -> None:
        self.weights = weights

    @property
    def b(self) -> Value:
        """The bias, by the name that micrograd has for it."""
        return self.bias

    @b.setter
    def b(self, bias: Value) -> None:
        self.bias = bias

    @property
    def nonlin(self) -> bool:
        """Whether there is an activation, by the name that micrograd has for it; set False, there is none."""
        return self.activation is not None

    @nonlin.setter
    def nonlin(self, nonlin: bool) -> None:
        if nonlin != self.nonlin:
            self.activation = "relu" if nonlin else None

    def _take_path(self, path: str) -> None:
        super()._take_path(path)
        self._z_name, self._a_name = (f"{path}.z", f"{path}.a") if path else ("z", "a")

    @one_row
    def __call__(self, inputs: Inputs | Value, *more: Any) -> Value:
        """Return the activation for one row of inputs; raises ValueError if there are too many or too few."""
        if more:
            refuse_more(self, (inputs, *more))
        z, a = Firing([self])(input_group(inputs, len(self.weights), "this neuron"))
        if watching:
            self.keep_pass(z, a)
        return a[0]

    def _kind(self) -> str:
        return activation_name(self.activation)

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
        if (
            self._can_wait
            and not (modes.active and modes.current("__class__"))
            and not (watching and watching.is_here())
        ):
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

    @one_row
    def __call__(self, inputs: Inputs | Value, *more: Any) -> Any:
        """Return the activations of all neurons, as a list, or the Value itself if there is one neuron.

        Raises ValueError if there are too many or too few inputs.
        """
        if more:
            refuse_more(self, (inputs, *more))
        row = self.row(inputs)
        return row[0] if len(row) == 1 else row

    def row(self, inputs: Inputs | Value) -> Row:
        """Return the activations of all neurons, a list even of one; raises ValueError as a call does."""
        z, a = self._now()(input_group(inputs, len(self.neurons[0].weights), "this layer"))
        if watching:
            self.keep_pass(z, a)
        return a

    def hidden(self, inputs: Inputs | Value) -> Group:
        """Return the activations as the group that the next layer's neurons share; raises ValueError as a call does."""
        if watching and watching.is_here():
            return Group(self.row(inputs))
        return self._now().hidden(input_group(inputs, len(self.neurons[0].weights), "this layer"))

    def __getstate__(self) -> dict[str, Any]:
        return {name: x for name, x in vars(self).items() if name != "_firing"}  # a copy looks anew

    def _now(self) -> Firing:
        firing = self._firing
        if firing is None or not firing.holds(self.neurons):
            firing = self._firing = Firing(self.neurons) if firing is None else firing.renewed(self.neurons)
        return firing

    @property
    def activation(self) -> Any:
        """The activation of the first neuron, which in most layers is that of all; set, it is all neurons'."""
        return self.neurons[0].activation

    @activation.setter
    def activation(self, activation: Activation) -> None:
        for neuron in self.neurons:
            neuron.activation = activation

    def _is_one_line(self) -> bool:
        return True

    def _kind(self) -> str:
        kinds = [neuron._kind() for neuron in self.neurons]
        return kinds[0] if len(set(kinds)) == 1 else ", ".join(kinds)

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
            counted = isinstance(sizes, int) and isinstance(activation, int)
            example = f"MLP({inputs!r}, [{sizes}, {activation}])" if counted else "MLP(2, [16, 16, 1])"
            raise ValueError(f"an MLP needs the sizes of its layers, as in {example}, not {sizes!r}")
        generator = generator_from(seed)
        activation, last = resolve_activation(activation), len(sizes) - 1
        self.layers = [
            Layer(before, size, activation if i < last else output, initializer=initializer, seed=generator)
            for i, (before, size) in enumerate(zip([inputs, *sizes], sizes, strict=False))
        ]

    @property
    def activation(self) -> Any:
        """What the hidden layers have; it is set layer by layer, since the last has another."""
        return self.layers[0].activation

    @activation.setter
    def activation(self, activation: Activation) -> None:
        raise AttributeError("an MLP has an activation in each layer: set model.layers[0].activation, and so on")

    @one_row
    def __call__(self, inputs: Inputs | Value, *more: Any) -> Any:
        """Return the outputs for one row: the Value itself if there is one output, else a list."""
        if more:
            refuse_more(self, (inputs, *more))
        row: Any = inputs
        last = len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            row = layer.hidden(row) if i < last and layer.__class__ is Layer else layer(row)
        return row if isinstance(row, Value) or len(row) != 1 else row[0]
