"""Wrong answers that are known, by what makes them: read off the right ones and the table of operations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograd.explain.notation import Words
from autograd.explain.numbers import show_number
from autograd.recording.graph import topological_order
from autograd.rules.formulas import evaluate
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas, named, parameters
from autograd.value import Value

ADD_UP: Final = (
    "{y}: a node used twice keeps only its last gradient: add (`.grad += …`), do not overwrite (`.grad = …`)"
)
ORDER: Final = (
    "a node sends its gradient on before all of it has arrived: go through the graph in reversed topological order, the "
    "result first and each node after all that use it"
)
LEFT_NUMBER: Final = "a plain number on the left of {sign} needs the method {method}"


@dataclass(frozen=True)
class Wrong:
    """An answer whose cause is known: these numbers, an error of this kind, or gradients that are all too large."""

    found: Mapping[str, float] | None
    advice: str
    error: str = ""
    too_large: bool = False

    def fits(self, found: Mapping[str, Any], right: Mapping[str, Any], error: str) -> bool:
        """Whether this is what was found; `error` is the kind of error, or empty."""
        if self.error or error:
            return bool(self.error) and self.error == error
        if self.too_large:
            gone = [name for name in right if not agree(found[name], right[name])]
            return all(isinstance(found[x], float) and found[x] > right[x] for x in gone)
        return all(agree(found[name], x) for name, x in (self.found or {}).items())


def agree(found: Any, right: Any) -> bool:
    """Whether two numbers are the same but for rounding; nan is nan, and a text that stands for no number is itself."""
    if isinstance(found, str) or isinstance(right, str):
        return bool(found == right)
    if found != found or right != right:
        return bool(found != found and right != right)
    return math.isclose(found, right, rel_tol=1e-6, abs_tol=0.0 if right else 1e-12)


def wrong_derivatives(name: str, text: str, inputs: Sequence[float], used: Sequence[str]) -> tuple[Wrong, ...]:
    """Return wrong answers of one operation alone, whose operands are called `used`."""
    output, slopes = TABLE[name].evaluate(*inputs)
    right = {f"{x}.grad": slope for x, slope in zip(used, slopes, strict=False)}
    told = _formulas(name, inputs, used)
    found = []
    if len(used) == 2 and slopes[0] != slopes[1]:
        turned = {"a.grad": slopes[1], "b.grad": slopes[0]}
        found.append(Wrong(turned, f"{text}: the two derivatives are exchanged: d{text}/da is {told['a']}"))
    for x, slope in zip(used, slopes, strict=False):
        says = f"the derivative of {text} with respect to {x} is {told[x]} = {show_number(slope)} here"
        known = [
            (0.0, f"{text} sends nothing back to {x}: {says}"),
            (-slope, f"{text}: the sign of {x}'s gradient is wrong: {says}"),
            *_known(name, x, says, inputs, output, slope),
        ]
        gradients = [y for y, _ in known if not agree(y, slope)]
        found += [
            Wrong({f"{x}.grad": y}, said) for y, said in known if y in gradients
        ]
        found.append(Wrong({f"{o}.grad": s for o, s in zip(used, slopes, strict=False) if o != x} | {"y.data": output}, says))
    return tuple(found) if right else ()


def _known(
    name: str, x: str, says: str, inputs: Sequence[float], output: float, slope: float
) -> Iterator[tuple[float, str]]:
    """Yield derivatives that people write for this one, with what they did."""
    a, *b = inputs
    if name == "power":
        yield slope * a, f"the exponent is to be lowered by 1: {says}"
        yield slope / b[0], f"the exponent is to stand before it as a factor: {says}"
    elif name == "divide" and x == "b":
        yield slope * b[0], f"the denominator is to be squared: {says}"
        yield -slope * b[0], f"the sign is wrong, and the denominator is to be squared: {says}"
        yield slope / a, f"the numerator is missing: {says}"
    elif len(inputs) == 1:
        formula, (derivative,) = formulas(name)
        variable = named(parameters(TABLE[name])[0])
        numbers = {variable.name: a}
        yield evaluate(derivative.replace({formula: variable}), numbers), f"the input stands where the output belongs: {says}"
        yield TABLE[name].evaluate(output)[1][0], f"the output stands where the input belongs: {says}"


def wrong_upstreams(text: str, slopes: Mapping[str, float], upstream: float) -> tuple[Wrong, ...]:
    """Return wrong answers of an operation whose result gets the gradient `upstream`."""
    forgotten = f"{text} forgets the gradient that its result got: multiply its derivative by out.grad (the chain rule)"
    added = f"{text} adds the gradient that its result got to its derivative: the chain rule multiplies the two"
    known = [Wrong(dict.fromkeys(slopes, 0.0), ORDER), Wrong(slopes, forgotten)]
    known += [Wrong({x: slope}, forgotten) for x, slope in slopes.items() if slope]
    return (*known, *(Wrong({x: slope + upstream}, added) for x, slope in slopes.items()))


def _formulas(name: str, inputs: Sequence[float], used: Sequence[str]) -> dict[str, str]:
    """Return the derivative with respect to each operand, as a person writes it."""
    operands = [Value(x, used[i]) if i < len(used) else x for i, x in enumerate(inputs)]
    y = TABLE[name](*operands)
    y.name = "y"
    order = topological_order(y)
    words = Words(order, [node.data for node in order])
    return {x: words.derivative(len(order) - 1, slot) for slot, x in enumerate(used)}
