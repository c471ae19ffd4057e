"""What every optimizer has.  Each is one rule, `update`, written once as arithmetic that floats and arrays can do.

`optimizer.step()` applies the rule to every parameter from its `.grad`; `compile` reads the same rule on arrays.
To add one, add a class in a file of this folder: its hyper-parameters, the names of its memories, its `update`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, Final, Self

from autograd import Value
from autograd.recording.bulk import clear_gradients, gradients_of, keep_gradients, numbers_of, set_numbers
from autograd.rules.maths import FLOATS
from autograd.support.advice_on_names import guessed
from autograd.support.messages import name_or, shown
from autograd.support.user_line import warn
from nn.support.fields import check_fields, check_setting, list_of, names, real, whole
from nn.support.foreign_names import GUESSES, KEYWORDS, OF_AN_OPTIMIZER
from nn.support.validate import check_attribute, check_class, checked_setting, checked_values, shortened

OWN: Final = frozenset({"parameters", "settings", "state", "state_names", "step_count"})
FACTOR = "rate_factor"
DECAYS: Final = ("l1", "l2", "weight_decay")
TWICE = 2  # steps in a row: once may be meant
Moved = tuple[Any, tuple[Any, ...]]
Moves = list[tuple[int, Moved]]


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
        state          name of a memory -> one float per parameter
        state_names    the names of the memories that each parameter has
        step_count     how many steps were made
        settings       the names of the hyper-parameters, in the order of the constructor
        l1, l2         what the gradient has besides: l1 · sign(p) and l2 · p, as of λ Σ|p| and λ/2 Σp² in the loss
        weight_decay   λ of p ← (1 − η λ) p before each step, apart from the gradient (Loshchilov and Hutter 2017)
    """

    settings: tuple[str, ...] = ("learning_rate",)
    state_names: tuple[str, ...] = ()
    l1 = l2 = weight_decay = 0.0
    _has_decays = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_class(cls)
        if isinstance(declared := vars(cls).get("state"), tuple | list | str):
            raise TypeError(
                f"class {cls.__name__}: state = {declared!r} gives it no memories: name them by "
                f"state_names = {declared!r}, and optimizer.state holds their numbers"
            )
        cls._has_decays = set(DECAYS) <= set(cls.settings)  # else what it calls so is its own rule's
        if "__init__" in vars(cls):
            GUESSES.of_class(cls)

    def __setattr__(self, name: str, x: Any) -> None:
        if name not in OWN and type(self).__module__.startswith("nn.optim."):
            name = self._meant(name)
            if name == "momentum" and "state" in vars(self) and bool(x) != ("velocity" in self.state_names):
                made = "without momentum, and keeps no velocity" if x else "with momentum, and keeps a velocity"
                raise ValueError(f"this {self._call} was made {made}: make another, with momentum={x!r}")
        check_attribute(type(self), name, x)
        object.__setattr__(self, name, x)

    def _meant(self, name: str) -> str:
        """Return the name of the setting that is meant; raises AttributeError if it has none such."""
        ours = OF_AN_OPTIMIZER.get(name, name)
        if name[:1] == "_" or ours in self.settings:
            return ours
        way_out = GUESSES.way_out(name, self.settings) if ours == name else ours
        if ours == name and "did you mean" not in way_out and name not in KEYWORDS:
            return name  # a note of the user's own
        way_out = f"its settings are {', '.join(self.settings)}" if way_out.isidentifier() else way_out
        raise AttributeError(f"{self._call} has no {name} to set: {way_out}")

    @GUESSES
    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        given = checked_values(f"{self._call} takes the Values to move", parameters)
        for parameter in given:
            if not parameter.is_leaf:
                raise ValueError(f"{self._call} moves leaves of the graph, but {parameter!r} was computed from others")
        self.parameters = list(dict.fromkeys(given))
        if not self.parameters:
            raise ValueError(f"{self._call} was given no parameters to move")
        self.learning_rate = learning_rate
        for name, x in (("l1", l1), ("l2", l2), ("weight_decay", weight_decay)):
            if self._has_decays:
                setattr(self, name, self._within(name, x, 0.0))
        self.state: dict[str, list[float]] = {name: [0.0] * len(self.parameters) for name in self.state_names}
        self.step_count = 0
        self._warned: set[int] = set()
        self._has_warned_of_piled = False  # that zero_grad was forgotten
        self._piled = 0  # steps in a row that used gradients a second time

    def update(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return the parameter after one step, and its memories, in the order of `state_names`.

        A pure rule: no `if` on its inputs, none of them changed in place.  `step` counts from 1.
        """
        raise NotImplementedError(f"{type(self).__name__} has to say how a parameter moves: define update")

    def rule(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return what `update` does with what every optimizer has: decay of weights, and a rate of a group's own.

        It is what steps and programs call, with floats, arrays or formulas alike.
        """
        factors = memories[-1:] if FACTOR in self.state_names else ()
        if factors:
            memories, learning_rate = memories[:-1], learning_rate * factors[0]
        if self._has_decays and self.l2:
            gradient = gradient + self.l2 * parameter
        if self._has_decays and self.l1:
            gradient = gradient + self.l1 * maths.sign(parameter)
        if self._has_decays and self.weight_decay:
            parameter = parameter * (1.0 - learning_rate * self.weight_decay)
        moved, after = self.update(maths, parameter, gradient, learning_rate, step, *memories)
        return moved, (*after, *factors)

    @property
    def is_plain(self) -> bool:
        """Whether the rule is `update` alone: no decay of weights, no rate of a group's own."""
        decays = self._has_decays and any(getattr(self, name) for name in DECAYS)
        return not decays and FACTOR not in self.state_names

    def scale_rate(self, parameters: Iterable[Value], factor: float) -> None:
        """Leave these parameters with `factor` times the learning rate, whatever that is; 0 freezes them.

        The factors are a memory, "rate_factor", which is saved with the others.
        Raises ValueError for a parameter that this optimizer does not move, or a factor below 0.
        """
        factor = self._within("factor", factor, 0.0)
        places = {id(p): i for i, p in enumerate(self.parameters)}
        chosen = checked_values(f"{self._call}.scale_rate takes the Values whose rate changes", parameters)
        for p in chosen:
            if id(p) not in places:
                raise ValueError(
                    f"{name_or(p, repr(p))} is none of the {len(places)} parameters that this {self._call} moves"
                )
        if FACTOR not in self.state_names:
            self.state_names = (*self.state_names, FACTOR)
            self.state[FACTOR] = [1.0] * len(self.parameters)
        for p in chosen:
            self.state[FACTOR][places[id(p)]] = factor

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
            self.warn_unreached([i for i, parameter in enumerate(self.parameters) if not parameter.has_grad])
        self.move(moved)
        keep_gradients(self.parameters, [None if g is None else Used(g) for g in gradients])

    def move(self, moved: Moves) -> None:
        """Leave parameters and memories as `moves` said, and one more step counted."""
        memories = [self.state[name] for name in self.state_names]
        self.step_count += 1
        set_numbers([self.parameters[i] for i, _ in moved], [data for _, (data, _) in moved])
        if memories:
            for i, (_, after) in moved:
                for memory, x in zip(memories, after, strict=True):
                    memory[i] = x

    def moves(self, gradients: Iterable[float | None], learning_rate: float | None = None) -> Moves:
        """Return for each parameter with a gradient: its place, and where the next step takes it and its memories."""
        step, rate = self.step_count + 1, self.learning_rate if learning_rate is None else learning_rate
        update, numbers = self.update if self.is_plain else self.rule, numbers_of(self.parameters)
        if not self.state_names:
            return [(i, update(FLOATS, numbers[i], g, rate, step)) for i, g in enumerate(gradients) if g is not None]
        memories = [self.state[name] for name in self.state_names]
        return [
            (i, update(FLOATS, numbers[i], gradient, rate, step, *[memory[i] for memory in memories]))
            for i, gradient in enumerate(gradients)
            if gradient is not None
        ]

    @GUESSES
    def zero_grad(self) -> None:
        """Leave every parameter as no backward pass has reached it."""
        clear_gradients(self.parameters)

    # ------------------------------------------------------------------------------ saved and loaded
    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the settings, the step count and the memories (a number per parameter each), by name."""
        plain = {name: getattr(self, name) for name in (*self.settings, "step_count")}
        return plain | {name: list(self.state[name]) for name in self.state_names}

    @GUESSES
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Leave settings, step count and memories as `state_dict` found them, to the bit.

        Raises ValueError naming the field, and changes nothing, for names, settings or counts that do not fit.
        """
        check_fields("the state_dict", state, {*self.settings, "step_count", *self.state_names})
        settings = self.checked_settings({name: state[name] for name in self.settings}, "the state_dict")
        memories = {name: [real(name, x) for x in list_of(name, state[name])] for name in self.state_names}
        for name, memory in memories.items():
            if len(memory) != len(self.parameters):
                raise ValueError(f"{name} holds {len(memory)} numbers, and this optimizer moves {len(self.parameters)}")
        before = self.state_dict()
        try:
            self.put({**settings, "step_count": whole("step_count", state["step_count"]), **memories})
        except BaseException:  # an interrupt
            self.put(before)
            raise

    def put(self, state: Mapping[str, Any]) -> None:
        """Leave the optimizer with a state that was checked."""
        for name, x in state.items():
            if name in self.state_names:
                self.state[name][:] = x
            else:
                setattr(self, name, x)

    def checked_settings(self, settings: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Return the settings as the constructor checks them; raises ValueError, saying where they were found."""
        for name, x in settings.items():
            check_setting(f"{where}.{name}", x, getattr(self, name))
        try:
            tried = self._tried(settings)
        except Exception as error:  # a user's optimizer may raise anything
            raise ValueError(f"{where}: {shown(error, 200)}") from None
        if tried.state_names != tuple(name for name in self.state_names if name != FACTOR):
            raise ValueError(
                f"{where} are those of one with the memories {names(tried.state_names)}, and this has {self!r}"
            )
        return {name: getattr(tried, name) for name in settings}

    def _tried(self, settings: Mapping[str, Any]) -> Self:
        """Return another optimizer with these settings: made by the class, or a copy if its constructor is another."""
        make = type(self)
        others = list(inspect.signature(make).parameters.values())[1:]
        needed = {p.name for p in others if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
        if needed <= settings.keys() <= {p.name for p in others}:
            return make(self.parameters, **settings)
        tried = copy(self)
        for name, x in settings.items():
            setattr(tried, name, x)
        return tried

    def warn_unreached(self, places: Iterable[int]) -> None:
        """Warn, once for each parameter, that no backward pass has reached the parameters at these places."""
        new = [i for i in places if i not in self._warned]
        if not new:
            return
        self._warned.update(new)
        named = self._names(new)
        it, stays = ("it", "it stays as it is") if len(new) == 1 else ("them", "they stay as they are")
        warn(
            f"{named}: no backward pass has reached {it}, so {stays}; "
            f"either the loss does not depend on {it}, or backward() was not called",
            UserWarning,
        )

    def _look_for_piled(self, gradients: list[float | None]) -> None:
        """Warn, once, if in this step and the one before gradients were added to what a step had used already."""
        piled = [i for i, g in enumerate(gradients) if g.__class__ is Piled]
        self._piled = self._piled + 1 if piled else 0
        if self._piled == TWICE and not self._has_warned_of_piled:
            self._has_warned_of_piled = True
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
        """Return a setting of this optimizer, checked."""
        return checked_setting(self._call, name, x, low, below, above=above)

    def __repr__(self) -> str:
        shown = [name for name in self.settings if name not in DECAYS or getattr(self, name)]
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{self._call}({len(self.parameters)} parameters, {settings}, after {self.step_count} steps)"
