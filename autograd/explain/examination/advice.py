"""Wrong answers that are known, by what makes them: read off the right ones and the table of operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from autograd.explain.examination.case import Wrong, agree
from autograd.explain.notation import Words
from autograd.explain.number_format import show_number
from autograd.recording.graph import topological_order
from autograd.rules.formulas import evaluate
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas, named, parameters
from autograd.value import Value

ADD_UP: Final = (
    "{y}: a node used twice keeps only its last gradient: add (`.grad += …`), do not overwrite (`.grad = …`)"
)
ORDER: Final = (
    "a node sends its gradient on before all of it has arrived: go through the graph in reversed topological order, "
    "the result first and each node after all that use it"
)
FAILS: Final = "{y} cannot be tried: computing it, or going back through it, ends in an error, or not at all"
CHANGED: Final = "an operation changes its operand {x}: make a new Value"
LEFT_NUMBER: Final = "a plain number on the left of {sign} needs the method {method}"


def wrong_derivatives(name: str, text: str, inputs: Sequence[float], used: Sequence[str]) -> tuple[Wrong, ...]:
    """Return wrong answers of one operation alone, whose operands are called `used`."""
    output, slopes = TABLE[name].evaluate(*inputs)
    rights = {f"{x}.grad": slope for x, slope in zip(used, slopes, strict=False)}
    told = _formulas(name, inputs, used)
    computed = f"{text} is computed wrongly: it is {show_number(output)} here"
    found = [Wrong(None, CHANGED.format(x=x), off=f"{x}.data") for x in used] + [Wrong(None, computed, off="y.data")]
    if len(used) == 2 and slopes[0] != slopes[1]:
        turned = {"a.grad": slopes[1], "b.grad": slopes[0]}
        found.append(Wrong(turned, f"{text}: the two derivatives are exchanged: d({text})/da is {told['a']}"))
    for x, slope in zip(used, slopes, strict=False):
        result = " = ".join(dict.fromkeys((told[x], show_number(slope))))
        says = f"the derivative of {text} with respect to {x} is {result} here"
        known = [
            (0.0, f"{text} sends nothing back to {x}: {says}"),
            (-slope, f"{text}: the sign of {x}'s gradient is wrong: {says}"),
            *_known(name, x, says, inputs, output, slope),
        ]
        found += [Wrong({f"{x}.grad": y}, said) for y, said in known if not agree(y, slope)]
        found.append(Wrong({other: right for other, right in rights.items() if other != f"{x}.grad"}, says))
    return tuple(found)


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
        numbers: dict[str, float] = {variable.name: a}
        yield (
            evaluate(derivative.replace({formula: variable}), numbers),
            f"the input stands where the output belongs: {says}",
        )
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
    texts = [words.derivative(len(order) - 1, slot) for slot in range(len(used))]
    return {x: text[1:-1] if text[0] + text[-1] == "()" else text for x, text in zip(used, texts, strict=True)}
