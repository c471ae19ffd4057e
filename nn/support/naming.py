"""How the names of a network's parameters and nodes are shown: `layers.0.neurons.1.weights.2` is w⁽¹⁾₂₃."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from autograd.explain.naming import SUBSCRIPTS, SUPERSCRIPTS, Paths, is_path, is_place
from autograd.support.messages import printable

_LETTERS: Final = {"weights": "w", "weight": "w", "bias": "b", "biases": "b"}


@lru_cache(maxsize=50_000)
def neuron_of(name: str | None) -> str | None:
    """Return the path of the neuron or module that a name such as `layers.0.neurons.1.weights.2` lies in, or None."""
    if name is None or not is_path(name):
        return None
    neuron, found = re.subn(r"\.[A-Za-z_]\w*(\.[0-9]{1,9})*$", "", name)
    return neuron if found else None


@lru_cache(maxsize=50_000)
def layer_of(name: str | None) -> str | None:
    """Return the path of the layer that a name such as `layers.0.neurons.1.z` lies in, or None."""
    neuron = neuron_of(name)
    return None if neuron is None else re.sub(r"\.neurons\.[0-9]{1,9}\b.*$", "", neuron)


def titled(path: str) -> str:
    """Return the path of a layer or neuron as people read it, counted from 1 as the letters of nodes are.

    `net.layers.0.neurons.3` is `net, layer 1, neuron 4`.
    """
    safe = printable(path)
    counted = re.sub(r"\b(layer|neuron)s\.([0-9]{1,9})\b", lambda found: f"\n{found[1]} {int(found[2]) + 1}\n", safe)
    return ", ".join(part.strip(".") for part in counted.split("\n") if part.strip("."))


def textbook_letters(paths: Sequence[str]) -> list[str]:
    """Return each path as a textbook writes it, one-to-one: with its layer or module if needed.

    `layers.0.neurons.1.weights.2` is w⁽¹⁾₂₃, and `hidden.neurons.1.weights.2` is hidden.w₂₃; what would be written as
    another path is stays a path.
    """
    places = [_place(path) for path in paths]
    layers = len({number for _, number in places} - {None}) > 1
    letters = [_abbreviate(path, layers, modules=False) for path in paths]
    if len(set(letters)) < len(set(paths)):
        letters = [_abbreviate(path, layers, modules=True) for path in paths]
    counts = Counter(letters)
    return [path if counts[text] > 1 else text for path, text in zip(paths, letters, strict=True)]


def _abbreviate(name: str, layers: bool, modules: bool) -> str:
    """Return `layers.0.neurons.1.weights.2` as w⁽¹⁾₂₃: layer 1, neuron 2, input 3, counted from 1 as books do."""
    parts = name.split(".")
    last = max(i for i, part in enumerate(parts) if not is_place(part))
    places = [int(p) + 1 for before, p in pairwise(parts) if before == "neurons" and is_place(p)]
    places += [int(p) + 1 for p in parts[last + 1 :]]
    text = _LETTERS.get(parts[last], parts[last])
    module, layer = _place(name)
    if layers and layer is not None:
        text += "⁽" + str(layer + 1).translate(SUPERSCRIPTS) + "⁾"
    text += ("," if any(p > 9 for p in places) else "").join(map(str, places)).translate(SUBSCRIPTS)
    return f"{module}.{text}" if modules and module else text


def _place(name: str) -> tuple[str, int | None]:
    """Return the module that a path lies in, but for its layer and neuron; and the number of that layer, or None."""
    module = layer_of(name) or ""
    found = re.fullmatch(r"(?:(.*)\.)?layers\.([0-9]{1,9})(?:\.(.*))?", module)
    return (".".join(filter(None, (found[1], found[3]))), int(found[2])) if found else (module, None)


TEXTBOOK: Final = Paths(textbook_letters, {"neuron": neuron_of, "layer": layer_of})  # given to the engine by `nn`
