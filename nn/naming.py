"""How the names of a network's parameters and nodes are shown: `layers.0.neurons.1.weights.2` is w⁽¹⁾₂₃."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from autograd.explain.naming import SUBSCRIPTS, SUPERSCRIPTS, Paths, is_path, is_place
from autograd.support.messages import printable

__all__ = ["TEXTBOOK", "layer_of", "neuron_of", "titled"]

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
    """Return each path as a textbook writes it, with its layer and its network where the paths are of several."""
    layers = len({_layer_number(p) for p in paths} - {None}) > 1
    prefixes = len({_prefix(p) for p in paths if _layer_number(p) is not None}) > 1
    return [_abbreviate(path, layers, prefixes) for path in paths]


def _abbreviate(name: str, layers: bool, prefixes: bool) -> str:
    """Return `layers.0.neurons.1.weights.2` as w⁽¹⁾₂₃: layer 1, neuron 2, input 3, counted from 1 as books do."""
    parts = name.split(".")
    last = max(i for i, part in enumerate(parts) if not is_place(part))
    places = [int(p) + 1 for before, p in pairwise(parts) if before == "neurons" and is_place(p)]
    places += [int(p) + 1 for p in parts[last + 1 :]]
    text = _LETTERS.get(parts[last], parts[last])
    if layers and (layer := _layer_number(name)) is not None:
        text += "⁽" + str(layer + 1).translate(SUPERSCRIPTS) + "⁾"
    text += ("," if any(p > 9 for p in places) else "").join(map(str, places)).translate(SUBSCRIPTS)
    return f"{_prefix(name)}.{text}" if prefixes and _prefix(name) else text


def _layer_number(name: str) -> int | None:
    found = re.search(r"(?:^|\.)layers\.([0-9]{1,9})\.", name)
    return int(found[1]) if found else None


def _prefix(name: str) -> str:
    found = re.match(r"(.*?)\.?\blayers\.[0-9]{1,9}\.", name)
    return found[1] if found else ""


TEXTBOOK: Final = Paths(textbook_letters, {"neuron": neuron_of, "layer": layer_of})  # given to the engine by `nn`
