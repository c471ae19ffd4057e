"""Masks: where in an array something holds.  None stands for everywhere; anything else is an array, true where not 0.

What is known of a mask without running the program (which elements of an array are looked up at all, which stand for
no scalar) is worked out here and now, as a constant; a mask that holds everywhere leaves no trace in a program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from autograd.compile.ir.program import COMPARISONS, VIEWS, Array, Builder, Shape

Mask = Array | None
Truths = np.ndarray[Any, Any]


class Masks:
    """Writes masks as lines of a program."""

    def __init__(self, builder: Builder) -> None:
        self.b = builder
        self._constants = {_key(a.detail): a for a in reversed(builder.lines) if _is_known(a)}

    # ------------------------------------------------------------------------------------ algebra
    def true(self, condition: Array) -> Mask:
        """Return where a condition holds."""
        if condition.op == "constant":
            return self.constant(np.asarray(condition.detail) != 0.0)
        return condition if _is_truth(condition) else self._not(self._not(condition))

    def false(self, condition: Array) -> Mask:
        """Return where a condition does not hold."""
        if condition.op == "constant":
            return self.constant(np.asarray(condition.detail) == 0.0)
        return self._not(condition)

    def _not(self, condition: Array) -> Array:
        if condition.op == "equal" and condition.operands[1].number == 0.0 and _is_truth(condition.operands[0]):
            return condition.operands[0]
        return self.b.apply("equal", condition, self.b.number(0.0))

    def both(self, one: Mask, other: Mask) -> Mask:
        """Return where both hold."""
        if one is None or other is None or one is other:
            return one or other
        if _is_known(one) and _is_known(other):
            return self.constant(one.detail & other.detail)
        return self.b.apply("multiply", one, other)

    def either(self, masks: Sequence[Mask]) -> Mask:
        """Return where one of the masks holds."""
        rest: list[Array] = []
        for mask in masks:
            if mask is None:
                return None
            if mask not in rest:
                rest.append(mask)
        found = rest.pop(0)
        while rest:
            at, simpler = next(
                ((i, s) for i, s in enumerate(self._simpler(found, mask) for mask in rest) if s), (0, None)
            )
            mask = rest.pop(at)
            union = simpler[0] if simpler else self.b.apply("maximum", found, mask)
            if union is None:
                return None
            found = union
        return found

    def _simpler(self, one: Array, other: Array) -> tuple[Mask] | None:
        """Return where one of two masks holds if no new mask is needed to say so: such as the whole of two halves."""
        if _is_known(one) and _is_known(other):
            return (self.constant(one.detail | other.detail),)
        ones, others = _factors(one), _factors(other)
        own, foreign = [x for x in ones if x not in others], [x for x in others if x not in ones]
        if not own or not foreign:
            return (other if own else one,)
        if len(own) == len(foreign) == 1 and (self._not(own[0]) is foreign[0] or self._not(foreign[0]) is own[0]):
            whole: Mask = None
            for x in ones:
                whole = whole if x is own[0] else self.both(whole, x)
            return (whole,)
        return None

    # ----------------------------------------------------------------------------------- movement
    def constant(self, truths: Truths) -> Mask:
        """Return a mask that is known: None if it holds everywhere."""
        return None if truths.all() else self._known(truths)

    def _known(self, truths: Truths) -> Array:
        key = _key(truths)
        found = self._constants.get(key)
        if found is None:
            found = self._constants[key] = self.b.make("constant", (), truths.shape, truths)
        return found

    def broadcast(self, mask: Mask, shape: Shape) -> Array:
        """Return a mask as an array of the very shape that it is of, or repeats to."""
        if mask is None or _is_known(mask):
            return self._known(np.array(np.broadcast_to(True if mask is None else mask.detail, shape)))
        return self.b.broadcast(mask, shape)

    def moved(self, mask: Mask, move: Callable[[Array], Array], *, adds: bool = False) -> Mask:
        """Return where a linear operation puts, or adds up, anything of what a mask shows."""
        if mask is None:
            return None
        there = move(mask)
        truths = _truths(there)
        if truths is not None:
            return self.constant(truths)
        return self.b.apply("greater", there, self.b.number(0.0)) if adds else there

    def any(self, mask: Mask, axis: int) -> Mask:
        """Return where along an axis, counted from the last, a mask holds at least once; the axis stays as length 1."""
        if mask is None or len(mask.shape) < -axis or mask.shape[axis] == 1:
            return mask
        return self.moved(mask, lambda x: self.b.sum(x, (len(x.shape) + axis,)), adds=True)

    def covers(self, mask: Mask, places: Truths) -> bool:
        """Whether a mask of a vector is known to hold at these places."""
        return mask is None or (_is_known(mask) and bool(mask.detail[places].all()))

    def assembled(self, masks: Sequence[Array], shape: Shape, slices: Any) -> Mask:
        """Return where pieces that are put together show anything."""
        return self.moved(masks[0], lambda _: self.b.make("assemble", masks, shape, slices), adds=True)


def _key(truths: Truths) -> tuple[Shape, bytes]:
    return truths.shape, np.packbits(truths).tobytes()


def _is_known(a: Array) -> bool:
    return a.op == "constant" and not isinstance(a.detail, float) and a.detail.dtype == bool


def _is_truth(a: Array) -> bool:
    """Whether the array holds nothing but 1 and 0."""
    if a.op in ("multiply", "maximum", "gather", "join", "assemble", *VIEWS):
        return all(map(_is_truth, a.operands))
    if a.op == "where":
        return all(_is_truth(x) or x.number in (0.0, 1.0) for x in a.operands[1:])
    return a.op in COMPARISONS or _is_known(a)


def _factors(mask: Array) -> list[Array]:
    """Return the masks that all hold where a mask does."""
    return [x for part in mask.operands for x in _factors(part)] if mask.op == "multiply" else [mask]


def _truths(a: Array) -> Truths | None:
    """Return where linear operations on known masks put anything; None if that depends on anything else."""
    if _is_known(a):
        return np.asarray(a.detail)
    if a.op not in MASKS:
        return None
    operands = [_truths(x) for x in a.operands]
    return None if any(x is None for x in operands) else MASKS[a.op](a, *operands)


def _scattered(a: Array, x: Truths) -> Truths:
    whole = np.zeros(a.size, dtype=bool)
    index = np.broadcast_to(a.detail, x.shape)
    whole[index[(index >= 0) & x]] = True
    return whole.reshape(a.shape)


def _assembled(a: Array, *parts: Truths) -> Truths:
    whole = np.zeros(a.shape, dtype=bool)
    for part, slices in zip(parts, a.detail, strict=True):
        whole[tuple(slice(*r) for r in slices)] |= part
    return whole


MASKS: Final[dict[str, Callable[..., Truths]]] = {
    **VIEWS,
    "sum": lambda a, x: x.any(axis=a.detail).reshape(a.shape),
    "join": lambda a, *xs: np.concatenate([x.reshape(-1) for x in xs]),
    "scatter": _scattered,
    "assemble": _assembled,
}
