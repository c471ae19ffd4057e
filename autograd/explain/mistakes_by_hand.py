"""The mistakes that people make in a pass by hand, each in one sentence: pages, worksheets and terminal say these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

STEPPING: Final = {  # those that the stepping page names
    "overwritten": "that is the last part alone: add it to what had arrived before, do not overwrite that",
    "before": "that is the sum before this contribution: add the new one to it",
    "sign": "the size is right but the sign is not: look at the signs of the factors",
    "activation": "you forgot the activation's derivative: the error signal passes through it on the way here",
    "updated": "you used the weight after its update: the backward pass needs the weight that the forward pass used",
    "upstream": "that is the gradient from above alone: multiply it by the local derivative",
    "local": "that is the local derivative alone: multiply it by the gradient from above",
    "no bias": "you left out the bias",
    "raw": "that is the number before the function is applied to it",
    "uphill": "you went uphill: descent subtracts the gradient",
    "no rate": "you forgot the learning rate",
    "": "look at the numbers that flow in, and try again",  # where nobody knows what went wrong
}
MISTAKES: Final = STEPPING | {  # and those that a worksheet names besides
    "path": "a path is missing: every way into the node adds its part to the sum",
    "output": "you took the derivative at the function's output: it is taken at its input",
    "transposed": "you used the transposed weight: look at which unit it leads from and which it leads to",
    "bias": "you mistook a bias for a weight, or a weight for a bias: a weight comes with its input, a bias with 1",
    "rate in gradient": "the learning rate is no part of the gradient: it comes in once, when the weight moves",
    "average": "you forgot to average: the loss is the mean, so that every row counts for its part only",
}


def verdict(mistakes: Iterable[str]) -> str:
    """Return what to say of a wrong number that comes from one of these mistakes, or from none that is known.

    >>> verdict(["no bias"])
    'Not yet: you left out the bias.'
    """
    return f"Not yet: {'; or '.join(MISTAKES[mistake] for mistake in mistakes) or MISTAKES['']}."
