"""An optimizer's rule as NumPy source: the same `update` that moves scalars, read on symbols for whole vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from autograd.compile.backends.numpy.operations import NAMESPACE, TIMES, is_reserved, printed
from autograd.rules.formulas import Text
from autograd.rules.identifiers import Name, apart
from autograd.rules.operation import TABLE
from autograd.rules.symbols import SYMBOLS, Symbol, named, symbol

SIGNS: Final = {"add": "+=", "subtract": "-=", "multiply": "*="}


def emit_update(optimizer: Any) -> str:
    """Return the source of `update(theta, gradient, *memories, learning_rate, step)`: the rule, in place."""
    names = _names_of(optimizer.state_names)
    theta, gradient, rate, step, *memories = map(named, ["theta", "gradient", "learning_rate", "step", *names])
    moved, after = optimizer.rule(SYMBOLS, theta, gradient, rate, step, *memories)
    rule = _Rule({theta, gradient, *memories})
    for memory, new in zip(memories, map(symbol, after), strict=True):
        if new != memory:
            rule.assign(memory, new)
    rule.assign(theta, symbol(moved), spent=gradient)
    body = "".join(f"    {line}\n" for line in rule.copies + rule.lines)
    return f"def update({', '.join(['theta', 'gradient', *names])}, learning_rate, step):\n{body}"


def _names_of(memories: Sequence[str]) -> list[Name]:
    """Return the memories' names, each apart from the others and from the reserved names of the source."""
    names: list[Name] = []
    for text in memories:
        own = (*TABLE, *names)
        names.append(apart(text, lambda x, own=own: x in own or is_reserved(x) or x.startswith("old_"), "memory"))  # type: ignore[misc]
    return names


class _Rule:
    """Assignments to vectors, in place where the rule lets it; what depends on no vector is computed as a number."""

    def __init__(self, vectors: set[Symbol]) -> None:
        self.vectors = vectors
        self.copies: list[str] = []  # of vectors whose old numbers are wanted after they have moved
        self.lines: list[str] = []
        self._known: dict[Symbol, Symbol] = {}

    def assign(self, target: Symbol, new: Symbol, spent: Symbol | None = None) -> None:
        """Write `target` ← `new`.  From now on `new` is called by the target's name, and what was there is old.

        The vector `spent` is wanted no more: it may be multiplied in place, since a new array is dear.
        """
        value = new.replace(self._known)
        for old in sorted(x.name for x in _names(value) if x.name.startswith("old_")):
            copy = f"{old} = {old.removeprefix('old_')}.copy()"
            self.copies.extend([] if copy in self.copies else [copy])
        self.lines.extend(self._steps(target, value, spent) or [f"{target.name}[:] = {self._text(value)[0]}"])
        old_ = named(f"old_{target.name}")
        self.vectors.add(old_)
        self._known[target] = old_
        self._known[new] = target

    def _steps(self, target: Symbol, value: Symbol, spent: Symbol | None = None) -> list[str] | None:
        """Return the steps `target ∘= …` that make it `value`, or None if they cannot."""
        if value == target:
            return []
        if value.function not in SIGNS:
            return None
        x, y = value.inputs
        if value.function != "subtract" and target in _names(y):
            x, y = y, x
        before = None if target in _names(y) else self._steps(target, x)
        if before is None:
            return None
        if y.function == "multiply" and y.inputs[1] == spent and not _names(y.inputs[0]) & self.vectors:
            before, y = [*before, f"{spent.name} *= {self._text(y.inputs[0])[0]}"], spent
        return [*before, f"{target.name} {SIGNS[value.function]} {self._text(y)[0]}"]

    def _text(self, x: Symbol) -> Text:
        return printed(x, self._scalar)

    def _scalar(self, x: Symbol, inputs: list[str]) -> Text | None:
        """Return how Python, rather than NumPy, computes with numbers."""
        if x.function not in ("power", "sqrt") or _names(x) & self.vectors:
            return None
        base, exponent = (text if text.replace(".", "").isalnum() else f"({text})" for text in [*inputs, "0.5"][:2])
        return f"{base} ** {exponent}", TIMES + 1


def _names(x: Symbol) -> set[Symbol]:
    if x.function in ("name", "number"):
        return {x} if x.function == "name" else set()
    return set().union(*map(_names, x.inputs))


def load_update(optimizer: Any, vectors: Sequence[Any]) -> Callable[[float, int], None]:
    """Return `update(learning_rate, step)`, which moves these vectors (θ, its gradient, memories) by the rule."""
    namespace: dict[str, Any] = {**NAMESPACE, "sign": np.sign}  # a program keeps the sign of 0; a sum has no use for it
    exec(compile(emit_update(optimizer), "<compiled update>", "exec"), namespace)
    return partial(namespace["update"], *vectors)
