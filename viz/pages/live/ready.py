"""Programs made beforehand, for where there is no NumPy to make them with: a page's own Python.

What is emitted for a network of layers does not depend on its numbers, so that one network's programs are those of all
that are built alike.  `key_of` says which are; what has no key is never found here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import nn
from autograd import Value
from autograd.rules.operation import TABLE, Operation
from viz.graph.network import Layers
from viz.pages.live import parts as made


@dataclass(frozen=True)
class Structure:
    """A model as programs, without its numbers: `script` defines PROGRAMS, `data` is about them.

    `order` are the paths of the parameters, in the order in which the programs take them.
    """

    data: dict[str, Any]
    script: str
    order: list[str]


READY: Final[dict[str, Structure]] = {}


def key_of(
    model: Any,
    layers: Layers,
    targets: Sequence[Sequence[float]],
    loss: Callable[[Any, Any], Value] | None,
    optimizer: Any,
    activations: Sequence[str],
) -> str:
    """Return what all that has the same programs has in common, or "" where they are a program's own."""
    kind, outputs = type(optimizer).__name__, len(layers[-1][1])
    sizes = [len(layers[0][1][0].weights), *(len(neurons) for _, neurons in layers)]
    count = sum(units * (inputs + 1) for inputs, units in pairwise(sizes))
    kinds = [neuron.activation for _, neurons in layers for neuron in neurons]
    ours = made.is_chain(model) and len(model.parameters()) == count and optimizer.is_plain
    ours = ours and getattr(nn, kind, None) is type(optimizer)
    ours = ours and all(a is None or (isinstance(a, Operation) and TABLE.get(a.name) is a) for a in kinds)
    if not ours or (loss is not None and made.MEANS.get(getattr(loss, "__name__", "")) is not loss):
        return ""
    flat = {x for target in targets for x in target}
    fitting = made.fitting_loss([[*target] for target in targets], outputs if outputs > 1 else 0).__name__
    return json.dumps(
        {
            "sizes": sizes,
            "activations": [a and a.name for a in kinds],
            "choices": [*activations],
            "loss": fitting if loss is None else loss.__name__,
            "targets": [len(targets[0]), fitting, flat <= {-1.0, 1.0}],
            "optimizer": [kind, *(repr(getattr(optimizer, name)) for name in optimizer.settings[1:])],
        }
    )
