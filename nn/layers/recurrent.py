"""Recurrent networks: one cell, used again at each step of a sequence, its parameters shared by all steps.

A state is a row (LSTM: a pair of rows).  Calling a network unrolls it over a sequence of rows; `truncate=k` lets no
gradient pass between blocks of k steps (truncated backpropagation through time, Williams and Peng 1990).
`detach_state` takes a state from one window of a long sequence to the next as plain numbers, so that the graph of the
window before can be freed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from autograd import Group, Value
from nn.layers.containers import as_row
from nn.layers.dense import Layer, Seed, input_group
from nn.layers.forward_cache import Row
from nn.layers.initializers import generator_from
from nn.layers.module import Inputs, Module
from nn.support.foreign_names import GUESSES
from nn.support.validate import listed, positive_count, said

State = Any  # a row, or a tuple of rows


@GUESSES
def detach_state(state: State) -> State:
    """Return a state as plain numbers: the next window starts there, and no gradient leads back."""
    return _each_row(state, lambda row: [x.data for x in row])


def _row(outputs: Any) -> Row:
    return [outputs] if isinstance(outputs, Value) else outputs  # a layer of one unit gives the Value itself


def _each_row(state: State, change: Callable[[Sequence[Value]], list[Any]]) -> State:
    """Return the state with each of its rows changed."""
    return tuple(_each_row(x, change) for x in state) if isinstance(state, tuple) else change(as_row(state))


class Recurrent(Module):
    """What recurrent networks have in common: sizes, a first state, unrolling over a sequence."""

    remembering: ClassVar[str] = ""  # the gate that keeps the state where it is 1: saturated there it does its work

    def __init__(self, inputs: int, hidden: int) -> None:
        self.inputs = positive_count(inputs, "the number of inputs")
        self.hidden = positive_count(hidden, "the number of hidden units")

    def initial_state(self) -> State:
        """Return the state before any input: zeros."""
        return [0.0] * self.hidden

    def step(self, inputs: Inputs | Value, state: State) -> tuple[Row, State]:
        """Return the outputs for one row of inputs, and the state after it."""
        raise NotImplementedError

    def __call__(
        self, inputs: Sequence[Any], state: State = None, *, truncate: int | None = None
    ) -> tuple[list[Row], State]:
        """Return the outputs at each step of a sequence of rows, and the state after the last.

        Begins from `state`, by default zeros.  With `truncate=k` the state passes without its gradient
        from each block of k steps to the next.
        """
        if truncate is not None:
            positive_count(truncate, "the number of steps between truncations")
        state = self.initial_state() if state is None else state
        outputs = []
        for i, row in enumerate(listed(inputs, f"what this {type(self).__name__} is called on")):
            if truncate and i and i % truncate == 0:
                state = _each_row(state, lambda row: [x.detach() for x in row])
            output, state = self.step(row, state)
            outputs.append(output)
        return outputs, state

    def _joined(self, inputs: Inputs | Value, hidden: Sequence[Any]) -> tuple[Group, Group, Group]:
        """Return inputs, hidden state and both in one row, as groups that the gates share."""
        row = input_group(inputs, self.inputs, f"this {type(self).__name__}")
        before = input_group(hidden, self.hidden, f"the state of this {type(self).__name__}")
        return row, before, Group([*row.values, *before.values])

    def _is_one_line(self) -> bool:
        return True

    def describe(self) -> str:
        """Return the network's sizes."""
        return f"{type(self).__name__} {self.inputs} → {self.hidden}"


class RNN(Recurrent):
    """h′ = activation(W [x, h] + b).  (Elman 1990.)

    A sequence of T rows of `inputs` numbers in, T rows of `hidden` out, and the state h; W has a row of
    inputs + hidden weights for each hidden unit.
    """

    def __init__(self, inputs: int, hidden: int, activation: str = "tanh", *, seed: Seed = None) -> None:
        super().__init__(inputs, hidden)
        self.cell = Layer(inputs + hidden, hidden, activation, seed=seed)

    def step(self, inputs: Inputs | Value, state: State) -> tuple[Row, State]:
        """Return h′ twice: it is the output and the state."""
        hidden = _row(self.cell(self._joined(inputs, state)[2]))
        return hidden, hidden


class LSTM(Recurrent):
    """c′ = f · c + i · g and h′ = o · tanh(c′), with gates i, f, o = σ(W [x, h] + b) and g = tanh(W [x, h] + b).

    A sequence of T rows of `inputs` numbers in, T rows of `hidden` out, and the state (h, c); each gate has a W of its
    own, with a row of inputs + hidden weights for each hidden unit.
    The cell state c is carried by a sum, which is what lets gradients last (Hochreiter and Schmidhuber 1997).  The
    forget gate's bias begins at `forget_bias`, by default 1, so that it begins by remembering (Gers et al. 2000).
    """

    remembering: ClassVar[str] = "forget_gate"

    def __init__(self, inputs: int, hidden: int, *, forget_bias: float = 1.0, seed: Seed = None) -> None:
        super().__init__(inputs, hidden)
        generator = generator_from(seed)
        self.input_gate = Layer(inputs + hidden, hidden, "sigmoid", seed=generator)
        self.forget_gate = Layer(inputs + hidden, hidden, "sigmoid", seed=generator)
        self.candidate = Layer(inputs + hidden, hidden, "tanh", seed=generator)
        self.output_gate = Layer(inputs + hidden, hidden, "sigmoid", seed=generator)
        for neuron in self.forget_gate.neurons:
            neuron.bias = Value(forget_bias)

    def initial_state(self) -> State:
        """Return the state before any input: (h, c), zeros both."""
        return [0.0] * self.hidden, [0.0] * self.hidden

    def step(self, inputs: Inputs | Value, state: State) -> tuple[Row, State]:
        """Return h′ and the state (h′, c′)."""
        if not isinstance(state, list | tuple) or len(state) != 2:
            raise TypeError(f"the state of this LSTM is a pair (h, c) of {self.hidden} numbers each, not {said(state)}")
        _, _, joined = self._joined(inputs, state[0])
        cell = input_group(state[1], self.hidden, "the cell state of this LSTM")
        parts = self.input_gate, self.forget_gate, self.candidate, self.output_gate
        gates = [_row(part(joined)) for part in parts]
        kept = [f * c + i * g for i, f, g, c in zip(*gates[:3], cell, strict=True)]
        self.name_row(kept, "c")
        output = [o * c.tanh() for o, c in zip(gates[3], kept, strict=True)]
        self.name_row(output)
        return output, (output, kept)


class GRU(Recurrent):
    """h′ = (1 − u) · n + u · h, with n = tanh(W x + b + r · (V h + d)) and gates r, u = σ(W [x, h] + b).

    A sequence of T rows of `inputs` numbers in, T rows of `hidden` out, and the state h; W has a row of weights for
    each hidden unit, inputs + hidden of them in the gates and `inputs` in n, V has `hidden` in each.
    The form of PyTorch and cuDNN, where the reset gate acts after the product (Cho et al. 2014 have it before).
    """

    remembering: ClassVar[str] = "update_gate"

    def __init__(self, inputs: int, hidden: int, *, seed: Seed = None) -> None:
        super().__init__(inputs, hidden)
        generator = generator_from(seed)
        self.reset_gate = Layer(inputs + hidden, hidden, "sigmoid", seed=generator)
        self.update_gate = Layer(inputs + hidden, hidden, "sigmoid", seed=generator)
        self.candidate_from_inputs = Layer(inputs, hidden, None, seed=generator)
        self.candidate_from_hidden = Layer(hidden, hidden, None, seed=generator)

    def step(self, inputs: Inputs | Value, state: State) -> tuple[Row, State]:
        """Return h′ twice: it is the output and the state."""
        row, before, joined = self._joined(inputs, state)
        reset, update = _row(self.reset_gate(joined)), _row(self.update_gate(joined))
        of_inputs, of_hidden = _row(self.candidate_from_inputs(row)), _row(self.candidate_from_hidden(before))
        new = zip(of_inputs, reset, of_hidden, strict=True)
        candidate = [(x + r * h).tanh() for x, r, h in new]
        hidden = [(1.0 - u) * n + u * h for u, n, h in zip(update, candidate, before, strict=True)]
        self.name_row(hidden)
        return hidden, hidden
