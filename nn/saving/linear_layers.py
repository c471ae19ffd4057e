"""Weights that PyTorch saved: a safetensors file with the state of an `nn.Sequential` of `Linear` layers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from autograd.support.messages import shown
from nn.layers.dense import Layer
from nn.saving.file_format import FORMAT, library
from nn.support.fields import names

__all__ = ["linear_weights"]

_PART: Final = re.compile(r"(.*?)\.?(weight|bias)")


def linear_weights(data: bytes, model: Any) -> dict[str, float] | None:
    """Return the model's parameters by path as such a file has them, or None if it is no such file.

    Raises ValueError, naming the layer, for other layers than the model's.
    """
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")].decode())
        if FORMAT in header.get("__metadata__", {}):
            return None
        tensors: Mapping[str, Any] = library().load(data)
    except Exception:  # of whatever kind: the bytes are anybody's
        return None
    parts: dict[str, dict[str, Any]] = {}
    for name in sorted(tensors):
        found = _PART.fullmatch(name)
        if found is None:
            raise ValueError(f"it holds {shown(name)}, which is no weight or bias of a Linear layer")
        parts.setdefault(found[1], {})[found[2]] = tensors[name]
    layers = [(path, module) for path, module in model.named_modules() if isinstance(module, Layer)]
    if len(parts) != len(layers):
        raise ValueError(
            f"it has {len(parts)} Linear layers ({names(sorted(parts))}), and this model {len(layers)} Layers"
        )
    numbers: dict[str, float] = {}
    for name, (path, layer) in zip(sorted(parts, key=_in_order), layers, strict=True):
        numbers |= _of_layer(shown(name), parts[name], path, layer)
    others = [path for path, _ in model.named_parameters() if path not in numbers]
    if others:
        raise ValueError(f"it has Linear layers alone, and this model other parameters, too: {names(others)}")
    return numbers


def _in_order(name: str) -> list[Any]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in name.split(".")]


def _of_layer(name: str, parts: Mapping[str, Any], path: str, layer: Layer) -> dict[str, float]:
    neurons = layer.neurons
    has_bias = neurons[0].bias is not None
    if "weight" not in parts or ("bias" in parts) != has_bias:
        held = "no bias" if "bias" not in parts else "a bias"
        raise ValueError(
            f"{name} has {held}, and {path} is {layer.describe()}: a Layer has {held} with bias={not has_bias}"
        )
    shape = (len(neurons), len(neurons[0].weights))
    if parts["weight"].shape != shape or (has_bias and parts["bias"].shape != shape[:1]):
        raise ValueError(f"{name}.weight has the shape {parts['weight'].shape}, and {path} in this model is {shape}")
    found: dict[str, float] = {}
    for i, row in enumerate(parts["weight"].astype("float64").tolist()):
        found |= {f"{path}.neurons.{i}.weights.{j}": x for j, x in enumerate(row)}
        if has_bias:
            found[f"{path}.neurons.{i}.bias"] = float(parts["bias"][i])
    return found
