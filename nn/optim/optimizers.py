"""Optimizers: each is one rule, `update`, written once as arithmetic that floats and whole arrays alike can do.

`optimizer.step()` applies the rule to every parameter from its `.grad`; `compile` reads the same rule on arrays.
To add an optimizer, add a class: its hyper-parameters, the names of its memories, its `update`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

from autograd import Value, number
from autograd.recording.bulk import clear_gradients, gradients_of, keep_gradients, numbers_of, set_numbers
from autograd.rules.operation import FLOATS
from autograd.support.answers import guessed
from autograd.support.caller import warn
from autograd.support.messages import name_or
from nn.guesses import GUESSES, KEYWORDS, OF_AN_OPTIMIZER
from nn.training.rows import check_attribute, checked_values, shortened

__all__ = ["SGD", "AdaGrad", "Adam", "AdamW", "Optimizer", "RMSProp"]

OWN: Final = frozenset({"parameters", "memories", "state", "settings", "step_count"})
TWICE = 2  # steps in a row: once may be meant
Updated = tuple[Any, tuple[Any, ...]]
Moves = list[tuple[int, Updated]]


class Used(float):
    """A gradient that a step has used.  What a backward pass adds to it is `Piled`, so the next step can tell."""

    __slots__ = ()

    def __add__(self, other: float) -> Piled:
        return Piled(float(self) + other)


class Piled(Used):
    """The sum of a gradient that a step has used and of new ones: nobody has cleared it in between."""

    __slots__ = ()


@guessed(OF_AN_OPTIMIZER)
class Optimizer:
    """What every optimizer has: parameters, memories that start at 0.0, a step count and `step`.

    Attributes
        parameters     the Values it moves, each once
        learning_rate  may be changed between steps; refused if negative, infinite or nan
        state          the names of the memories that each parameter has
        memories       name -> one float per parameter
        step_count     how many steps were made
        settings       the names of the hyper-parameters, in the order of the constructor
    """

    settings: tuple[str, ...] = ("learning_rate",)
    state: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, x in vars(cls).items():
            for base in cls.__bases__:
                check_attribute(base, name, x)
        if "__init__" in vars(cls):
            GUESSES.of_class(cls)

    def __setattr__(self, name: str, x: Any) -> None:
        if name not in OWN and type(self).__module__ == __name__:
            name = self._meant(name)
            if name == "momentum" and "memories" in vars(self) and bool(x) != ("velocity" in self.state):
                made = "without momentum, and keeps no velocity" if x else "with momentum, and keeps a velocity"
                raise ValueError(f"this {self._call} was made {made}: make another, with momentum={x!r}")
        check_attribute(type(self), name, x)
        object.__setattr__(self, name, x)

    def _meant(self, name: str) -> str:
        """Return the name of the setting that is meant; raises AttributeError for one that it has not, or a slip."""
        ours = OF_AN_OPTIMIZER.get(name, name)
        if name[:1] == "_" or ours in self.settings:
            return ours
        way_out = GUESSES.way_out(name, self.settings) if ours == name else ours
        if ours == name and "did you mean" not in way_out and name not in KEYWORDS:
            return name  # a note of the user's own
        way_out = f"its settings are {', '.join(self.settings)}" if way_out.isidentifier() else way_out
        raise AttributeError(f"{self._call} has no {name} to set: {way_out}")

    @GUESSES
    def __init__(self, parameters: Iterable[Value], learning_rate: float) -> None:
        given = checked_values(f"{self._call} takes the Values to move", parameters)
        for parameter in given:
            if not parameter.is_leaf:
                raise ValueError(f"{self._call} moves leaves of the graph, but {parameter!r} was computed from others")
        self.parameters = list(dict.fromkeys(given))
        if not self.parameters:
            raise ValueError(f"{self._call} was given no parameters to move")
        self.learning_rate = learning_rate
        self.memories: dict[str, list[float]] = {name: [0.0] * len(self.parameters) for name in self.state}
        self.step_count = 0
        self._warned: set[int] = set()
        self._told = False  # that zero_grad was forgotten
        self._piled = 0  # steps in a row that used gradients a second time

    def update(
        self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any
    ) -> Updated:
        """Return the parameter after one step, and its memories, in the order of `state`.

        A pure rule: no `if` on its inputs, none of them changed in place.  `step` counts from 1.
        """
        raise NotImplementedError(f"{type(self).__name__} has to say how a parameter moves: define update")

    def step(self, learning_rate: float | None = None) -> None:
        """Leave every parameter that a backward pass has reached moved by one step of the rule.

        The rate is that given, else the optimizer's own.  The others stay as they are, and are named once
        in a warning.  So are those whose gradients, in two steps in a row, were added to what a step had used already:
        `zero_grad` was forgotten.  An interrupt while it computes leaves everything as it was.
        """
        if learning_rate is not None:
            learning_rate = self._within("learning_rate", learning_rate, 0.0)
        gradients = gradients_of(self.parameters)
        kinds = set(map(type, gradients))
        marked = Used in kinds or Piled in kinds  # in a loop that clears its gradients none is
        moved = self.moves([None if g is None else float(g) for g in gradients] if marked else gradients, learning_rate)
        self._look_for_piled(gradients if Piled in kinds else [])
        if len(moved) < len(self.parameters):
            self.warn_unreached([i for i, parameter in enumerate(self.parameters) if not parameter.reached])
        self.move(moved)
        keep_gradients(self.parameters, [None if g is None else Used(g) for g in gradients])

    def move(self, moved: Moves) -> None:
        """Leave parameters and memories as `moves` said, and one more step counted."""
        memories = [self.memories[name] for name in self.state]
        self.step_count += 1
        set_numbers([self.parameters[i] for i, _ in moved], [data for _, (data, _) in moved])
        if memories:
            for i, (_, after) in moved:
                for memory, x in zip(memories, after, strict=True):
                    memory[i] = x

    def moves(self, gradients: Iterable[float | None], learning_rate: float | None = None) -> Moves:
        """Return for each parameter with a gradient: its place, and where the next step takes it and its memories."""
        step, rate = self.step_count + 1, self.learning_rate if learning_rate is None else learning_rate
        update, numbers = self.update, numbers_of(self.parameters)
        if not self.state:
            return [(i, update(FLOATS, numbers[i], g, rate, step)) for i, g in enumerate(gradients) if g is not None]
        memories = [self.memories[name] for name in self.state]
        return [
            (i, update(FLOATS, numbers[i], gradient, rate, step, *[memory[i] for memory in memories]))
            for i, gradient in enumerate(gradients)
            if gradient is not None
        ]

    @GUESSES
    def zero_grad(self) -> None:
        """Leave every parameter as no backward pass has reached it."""
        clear_gradients(self.parameters)

    def warn_unreached(self, places: Iterable[int]) -> None:
        """Warn, once for each parameter, that no backward pass has reached the parameters at these places."""
        new = [i for i in places if i not in self._warned]
        if not new:
            return
        self._warned.update(new)
        shown = self._names(new)
        it, stays = ("it", "it stays as it is") if len(new) == 1 else ("them", "they stay as they are")
        warn(
            f"{shown}: no backward pass has reached {it}, so {stays}; "
            f"either the loss does not depend on {it}, or backward() was not called",
            UserWarning,
        )

    def _look_for_piled(self, gradients: list[float | None]) -> None:
        """Warn, once, if in this step and the one before gradients were added to what a step had used already."""
        piled = [i for i, g in enumerate(gradients) if g.__class__ is Piled]
        self._piled = self._piled + 1 if piled else 0
        if self._piled == TWICE and not self._told:
            self._told = True
            warn(
                f"{self._names(piled)}: two steps in a row used gradients that hold those of the steps before, since "
                f"backward() adds to what is there: call zero_grad() before backward(), or after step()",
                UserWarning,
            )

    def _names(self, places: list[int]) -> str:
        return shortened([name_or(self.parameters[i], f"parameter {i}") for i in places])

    @property
    def learning_rate(self) -> float:
        """The size of a step; 0.0 or more, and finite."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._learning_rate = self._within("learning_rate", rate, 0.0)

    @property
    def _call(self) -> str:
        return type(self).__name__

    def _within(self, name: str, x: float, low: float, below: float = math.inf, *, above: bool = False) -> float:
        """Return `x`; raises ValueError unless low ≤ x < below (low < x with `above`)."""
        try:
            checked = number(x)
        except TypeError as error:
            raise TypeError(f"{self._call}({name}={x!r}): {error}") from None
        if not (low < checked if above else low <= checked) or not checked < below:
            least = f"greater than {low:g}" if above else f"{low:g} or more"
            most = "finite" if below == math.inf else f"less than {below:g}"
            raise ValueError(f"{self._call}({name}={x!r}): {name} must be {least} and {most}")
        return checked

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{self._call}({len(self.parameters)} parameters, {shown}, after {self.step_count} steps)"


class SGD(Optimizer):
    """Gradient descent, p ← p − η g; with momentum μ: v ← μ v + g, p ← p − η v; Nesterov's steps along g + μ v.

    Raises ValueError for hyper-parameters out of range.  (Polyak 1964; Nesterov 1983, as Sutskever et al. 2013.)
    """

    settings = ("learning_rate", "momentum", "nesterov")

    def __init__(
        self, parameters: Iterable[Value], learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        self.momentum = self._within("momentum", momentum, 0.0, 1.0)
        self.nesterov = bool(nesterov)
        if self.nesterov and self.momentum == 0.0:
            raise ValueError(
                "SGD(nesterov=True, momentum=0.0): the step looks ahead along the momentum; try momentum=0.9"
            )
        self.state = ("velocity",) if self.momentum else ()
        super().__init__(parameters, learning_rate)

    def update(
        self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any
    ) -> Updated:
        """Return p − η g, or the step with momentum."""
        if not self.momentum:
            return parameter - learning_rate * gradient, ()
        velocity = self.momentum * memories[0] + gradient
        direction = gradient + self.momentum * velocity if self.nesterov else velocity
        return parameter - learning_rate * direction, (velocity,)


class AdaGrad(Optimizer):
    """Steps that shrink with the gradients seen so far: s ← s + g², p ← p − η g / (√s + ε).

    Raises ValueError for hyper-parameters out of range.  (Duchi et al. 2011.)
    """

    settings = ("learning_rate", "epsilon")
    state = ("squares",)

    def __init__(self, parameters: Iterable[Value], learning_rate: float = 0.01, epsilon: float = 1e-10) -> None:
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        super().__init__(parameters, learning_rate)

    def update(
        self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any
    ) -> Updated:
        """Return p − η g / (√s + ε), and s + g²."""
        squares = memories[0] + gradient * gradient
        return parameter - learning_rate * gradient / (maths.sqrt(squares) + self.epsilon), (squares,)


class RMSProp(Optimizer):
    """Steps scaled by a running mean of squares: s ← α s + (1 − α) g², p ← p − η g / (√s + ε); α is `decay`.

    With momentum μ: v ← μ v + g / (√s + ε), p ← p − η v.
    Raises ValueError for hyper-parameters out of range.  (Tieleman and Hinton 2012.)
    """

    settings = ("learning_rate", "decay", "epsilon", "momentum")

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.01,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
    ) -> None:
        self.decay = self._within("decay", decay, 0.0, 1.0)
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        self.momentum = self._within("momentum", momentum, 0.0, 1.0)
        self.state = ("squares", "velocity") if self.momentum else ("squares",)
        super().__init__(parameters, learning_rate)

    def update(
        self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any
    ) -> Updated:
        """Return p − η g / (√s + ε), and the new mean of squares; or the step with momentum."""
        squares = self.decay * memories[0] + (1.0 - self.decay) * (gradient * gradient)
        scaled = gradient / (maths.sqrt(squares) + self.epsilon)
        if not self.momentum:
            return parameter - learning_rate * scaled, (squares,)
        velocity = self.momentum * memories[1] + scaled
        return parameter - learning_rate * velocity, (squares, velocity)


class Adam(Optimizer):
    """Running means of gradient and square, freed of their bias toward 0: p ← p − η m̂ / (√v̂ + ε).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
    Raises ValueError for hyper-parameters out of range.  (Kingma and Ba 2014.)
    """

    settings: tuple[str, ...] = ("learning_rate", "beta1", "beta2", "epsilon")
    state = ("mean", "variance")

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.beta1 = self._within("beta1", beta1, 0.0, 1.0)
        self.beta2 = self._within("beta2", beta2, 0.0, 1.0)
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        super().__init__(parameters, learning_rate)

    def update(
        self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any
    ) -> Updated:
        """Return p − η m̂ / (√v̂ + ε), and the new m and v."""
        mean = self.beta1 * memories[0] + (1.0 - self.beta1) * gradient
        variance = self.beta2 * memories[1] + (1.0 - self.beta2) * (gradient * gradient)
        rate = learning_rate / (1.0 - maths.power(self.beta1, step))
        scale = maths.sqrt(1.0 - maths.power(self.beta2, step))
        return parameter - rate * mean / (maths.sqrt(variance) / scale + self.epsilon), (mean, variance)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: p ← (1 − η λ) p before the step; λ is `weight_decay`.

    Raises ValueError for hyper-parameters out of range.  (Loshchilov and Hutter 2017.)
    """

    settings = (*Adam.settings, "weight_decay")

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        self.weight_decay = self._within("weight_decay", weight_decay, 0.0)
        super().__init__(parameters, learning_rate, beta1, beta2, epsilon)

    def update(
        self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any
    ) -> Updated:
        """Return Adam's step from the decayed parameter."""
        decayed = parameter * (1.0 - learning_rate * self.weight_decay)
        return super().update(maths, decayed, gradient, learning_rate, step, *memories)
