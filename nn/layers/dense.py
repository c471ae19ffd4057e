"""Neurons, fully connected layers of them, and the multilayer perceptron."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from autograd import Group, Value
from autograd.fused.hidden import Constants, Hidden, is_on_rows
from autograd.fused.units import Units
from autograd.recording import modes
from autograd.recording.nodes import operand
from nn.layers.calling import one_row, refuse_more
from nn.layers.forward_cache import Row, watched
from nn.layers.initializers import Initializer, chosen, generator_from
from nn.layers.module import Inputs, Module
from nn.support.operation_names import ActivationLike, activation_kind, activation_name, resolve_activation, returned
from nn.support.validate import positive_count, said

Seed = int | random.Random | None


def input_group(inputs: Inputs | Value, wanted: int, who: str) -> Group:
    """Return one row of inputs as the group that all neurons of a layer share.

    Raises ValueError if they are not as many as `wanted`, TypeError if they are no sequence.
    """
    if inputs.__class__ is not list and not isinstance(inputs, Group):
        if isinstance(inputs, Value):
            inputs = [inputs]
        elif isinstance(inputs, str | dict | set | frozenset) or not hasattr(inputs, "__iter__"):
            raise TypeError(f"{who} takes a sequence of {wanted} numbers, not {type(inputs).__name__}")
    try:
        group = Constants.of(inputs)
    except TypeError:
        if any(hasattr(x, "__iter__") and not isinstance(x, Value | str) for x in inputs):
            wants = f"{who} takes one row of {wanted} numbers, not several rows"
            raise TypeError(f"{wants}: for those use batch(rows)") from None
        raise
    if len(group) != wanted:
        raise ValueError(f"{who} takes {wanted} input{'s' * (wanted != 1)}, not {len(group)}")
    return group


class Neuron(Module):
    """a = activation(w · x + b), over `inputs` numbers: the perceptron.  (Rosenblatt 1958.)

    `activation` is a name from the table of operations, an operation, any function of a Value, or None.  Weights
    begin by `initializer`, by default He's or Xavier's as suits the activation, the bias at 0; with `bias=False` it is
    None.  `nonlin=False` means no activation, `outputs` is how many neurons its layer has, on which Xavier's variance
    depends.  A neuron is one node for z (`<path>.z`) and one for a (`<path>.a`).
    """

    weights: Group
    bias: Value | None = None

    def __init__(
        self,
        inputs: int,
        activation: ActivationLike = "relu",
        *,
        nonlin: bool = True,
        initializer: Initializer | None = None,
        seed: Seed = None,
        outputs: int = 1,
        bias: bool = True,
    ) -> None:
        inputs = positive_count(inputs, "the number of inputs")
        self.activation = resolve_activation(activation) if nonlin else None
        draw, generator = chosen(initializer, self.activation), generator_from(seed)
        self.weights = Group([Value(draw(generator, inputs, outputs)) for _ in range(inputs)])
        if bias:
            self.bias = Value(0.0)

    def __setattr__(self, name: str, x: Any) -> None:
        if name == "weights":
            x = Group.of(x)
        elif name == "activation":
            x = resolve_activation(x)
        elif name == "bias" and x is not None and not isinstance(x, Value):
            raise TypeError(
                f"a neuron's bias is a Value or None, not {said(x)}: neuron.bias.data = 0.0 sets its number"
            )
        super().__setattr__(name, x)

    @property
    def w(self) -> Group:
        """The weights, by the name that micrograd has for them."""
        return self.weights

    @w.setter
    def w(self, weights: Any) -> None:
        self.weights = weights

    @property
    def b(self) -> Value | None:
        """The bias, by the name that micrograd has for it."""
        return self.bias

    @b.setter
    def b(self, bias: Value | None) -> None:
        self.bias = bias

    @property
    def _added(self) -> Value:
        return operand(0.0) if self.bias is None else self.bias

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
        self._names = (f"{path}.z", f"{path}.a") if path else ("z", "a")

    @one_row
    def __call__(self, inputs: Inputs | Value, *more: Any) -> Value:
        """Return the activation for one row of inputs; raises ValueError if there are too many or too few."""
        if more:
            refuse_more(self, (inputs, *more))
        group = input_group(inputs, len(self.weights), "this neuron")
        z = Units([self.weights], [self._added])(group, [self._names[0]])
        a = _activated([self], z)
        if watched.get():
            self.keep_pass(z, a)
        return a[0]

    def _kind(self) -> str:
        return activation_kind(self.activation)

    def describe(self) -> str:
        """Return the neuron's size and activation."""
        return f"Neuron {len(self.weights)} → 1, {activation_name(self.activation)}{_without(self)}"


Perceptron = Neuron


def _without(neuron: Neuron) -> str:
    return ", no bias" if neuron.bias is None else ""


def _activated(neurons: Sequence[Neuron], z: Row) -> Row:
    """Return a = activation(z) of each neuron."""
    a = []
    for x, neuron in zip(z, neurons, strict=True):
        if (activation := neuron.activation) is not None:
            x = activation(x)
            try:
                x.name = neuron._names[1]
            except AttributeError:
                raise TypeError(returned(activation, x)) from None
        a.append(x)
    return a


class _Made:
    """What a layer is made of, and what follows from that while the neurons are the same and nothing of theirs is set.

    That is asked at each row, by two comparisons of lists: it buys 1.1× for T2.
    """

    __slots__ = ("activation", "can_wait", "names", "neurons", "units", "versions", "width", "z_names")

    def __init__(self, neurons: Sequence[Neuron]) -> None:
        self.neurons, self.versions = list(neurons), [n._assignments for n in neurons]
        self.names = [n._names for n in neurons]
        self.z_names = [z for z, _ in self.names]
        self.units = Units([n.weights for n in neurons], [n._added for n in neurons])
        self.width, self.activation = len(neurons[0].weights), neurons[0].activation
        alike = all(n.activation is self.activation for n in neurons)
        self.can_wait = alike and self.units.can_wait and (self.activation is None or is_on_rows(self.activation))

    def holds(self, neurons: Sequence[Neuron]) -> bool:
        """Return whether these neurons make this; of a kind of its own, which may compute its parts, none does."""
        versions = [n._assignments for n in neurons if n.__class__ is Neuron]
        return versions == self.versions and neurons == self.neurons

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()  # a copy of the layer makes its own


class Layer(Module):
    """`outputs` neurons that see the same `inputs`: a = activation(W x + b), one row in, one row out.

    W has a row of `inputs` weights for each of the `outputs` neurons, b one number for each (none with `bias=False`).
    """

    _latest: _Made | None = None

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: ActivationLike = "relu",
        *,
        nonlin: bool = True,
        initializer: Initializer | None = None,
        seed: Seed = None,
        bias: bool = True,
    ) -> None:
        generator, activation = generator_from(seed), activation if nonlin else None
        self.neurons = [
            Neuron(inputs, activation, initializer=initializer, seed=generator, outputs=outputs, bias=bias)
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
        return self._row(self._made(), inputs)

    def _row(self, made: _Made, inputs: Inputs | Value) -> Row:
        z = made.units(input_group(inputs, made.width, "this layer"), made.z_names)
        a = _activated(made.neurons, z)
        if watched.get():
            self.keep_pass(z, a)
        return a

    def hidden(self, inputs: Inputs | Value) -> Group:
        """Return the activations as the group that the next layer's neurons share; raises ValueError as a call does.

        Its nodes are made when somebody looks, where they can wait so long.
        """
        made = self._made()
        if not made.can_wait or modes.recorders or watched.get():
            return Group(self._row(made, inputs))
        group = input_group(inputs, made.width, "this layer")
        return Hidden(made.units.now(), group, made.activation, made.names)

    def _made(self) -> _Made:
        """Return what the layer is made of at this moment."""
        made = self._latest
        if made is None or not made.holds(self.neurons):
            made = vars(self)["_latest"] = _Made(self.neurons)
        return made

    @property
    def activation(self) -> Any:
        """The activation of the first neuron, which in most layers is that of all; set, it is all neurons'."""
        return self.neurons[0].activation

    @activation.setter
    def activation(self, activation: ActivationLike) -> None:
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
        return (
            f"Layer {len(neuron.weights)} → {len(self.neurons)}, {activation_name(neuron.activation)}{_without(neuron)}"
        )


class MLP(Module):
    """A multilayer perceptron: `MLP(2, [16, 16, 1])` has 2 inputs, two hidden layers of 16 and 1 output.

    aˡ = activation(Wˡ aˡ⁻¹ + bˡ), layer by layer from a⁰ = x.  (Rumelhart, Hinton and Williams 1986.)
    Hidden layers have the `activation`, the last has `output` (by default none: a score or a logit).  Weights are
    those of the `seed`; with None they follow from Python's own `random`.  With `bias=False` no layer has biases.
    """

    def __init__(
        self,
        inputs: int,
        sizes: Sequence[int],
        activation: ActivationLike = "relu",
        *,
        output: ActivationLike = None,
        initializer: Initializer | None = None,
        seed: Seed = None,
        bias: bool = True,
    ) -> None:
        if isinstance(sizes, str) or not hasattr(sizes, "__len__") or not len(sizes):
            counted = isinstance(sizes, int) and isinstance(activation, int)
            example = f"MLP({inputs!r}, [{sizes}, {activation}])" if counted else "MLP(2, [16, 16, 1])"
            raise ValueError(f"an MLP needs the sizes of its layers, as in {example}, not {sizes!r}")
        generator = generator_from(seed)
        activation, last = resolve_activation(activation), len(sizes) - 1
        self.layers = [
            Layer(before, size, activation if i < last else output, initializer=initializer, seed=generator, bias=bias)
            for i, (before, size) in enumerate(zip([inputs, *sizes], sizes, strict=False))
        ]

    @property
    def activation(self) -> Any:
        """What the hidden layers have; it is set layer by layer, since the last has another."""
        return self.layers[0].activation

    @activation.setter
    def activation(self, activation: ActivationLike) -> None:
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
