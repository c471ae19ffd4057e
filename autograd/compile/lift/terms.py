"""Terms: sums and products of places of a tape, written there in one form."""

from __future__ import annotations

from typing import Any, Final

from autograd.compile.lift.tape import Tape

__all__ = ["combined", "dot", "plus_bias", "scales", "times"]

MODERATE: Final = 1e-30  # a number beyond it, or its inverse, scales what it was written beside: that may need it


def times(tape: Tape, x: int, y: int) -> int:
    """Return the place of a product of two places; a weight times 1 is a bias."""
    for one, weight in ((x, y), (y, x)):
        if tape.op[weight] == "parameter" and tape.numbers.get(one) == 1.0:
            return weight
    return tape.write("multiply", x, y)


def combined(tape: Tape, parts: list[tuple[int, int]], number: float | None) -> int:
    """Return the place of a few signed places, and a number if there is one, added up one by one."""
    if len(parts) != 2 or parts[0][0] < parts[1][0]:
        parts.sort(key=lambda part: -part[0])  # stable: what is added first, then what is taken away
    if not parts:
        return tape.constant(number or 0.0)
    (sign, whole), *rest = parts
    if sign < 0:
        whole = tape.write("subtract", tape.constant(number), whole) if number else tape.write("negative", whole)
        number = None
    for sign, x in rest:
        whole = tape.write("add" if sign > 0 else "subtract", whole, x)
    return whole if number is None else tape.write("add", whole, tape.constant(number))


def plus_bias(tape: Tape, whole: int, bias: int) -> int:
    """Return the place of a sum and a bias; 0 is none."""
    if tape.op[bias] == "constant" and tape.operands[bias][0] == 0.0:
        return whole
    return tape.write("add", whole, bias)


def dot(tape: Tape, weights: int, values: int) -> int:
    """Return the place of Σ weightᵢ · valueᵢ: one dot for each pair of kinds, added up."""
    if tape.is_uniform(weights) and tape.is_uniform(values):
        if not tape.groups[weights]:
            return tape.constant(0.0)
        if tape.factors(tape.groups[weights][0], tape.groups[values][0])[0] != tape.groups[weights][0]:
            return dot(tape, values, weights)
        return tape.reduce("dot", weights, values)
    buckets: dict[Any, list[tuple[int, int]]] = {}
    for x, y in zip(tape.groups[weights], tape.groups[values], strict=True):
        x, y = tape.factors(x, y)
        buckets.setdefault((tape.kind[x], tape.kind[y]), []).append((x, y))
    parts: list[tuple[int, int]] = []
    constant = 0.0
    for pairs in buckets.values():
        x = (
            dot(tape, *[tape.group(side) for side in zip(*pairs, strict=True)])
            if len(pairs) > 1
            else times(tape, *pairs[0])
        )
        number = tape.numbers.get(x)
        if number is None:
            parts.append((1, x))
        else:
            constant += number
    return combined(tape, parts, constant or None)


def scales(number: float | None) -> bool:
    """Whether this is a number that may scale either factor of a product: 0, as in a mask, or none that is extreme."""
    return number is not None and (number == 0.0 or MODERATE < abs(number) < 1.0 / MODERATE)
