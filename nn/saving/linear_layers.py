"""Weights that PyTorch saved: a safetensors file with the state of an `nn.Sequential` of `Linear` layers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from autograd.support.messages import shown
from autograd.support.user_line import warn
from nn.layers.dense import Layer
from nn.saving.file_format import FORMAT, library
from nn.support.fields import names

PICKLES: Final = (b"PK\x03\x04", b"\x80")  # in an archive, as PyTorch has them since 1.6, or by itself
AS_SAFETENSORS: Final = "safetensors.torch.save_file(model.state_dict(), path)"
KINDS: Final = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}
_PART: Final = re.compile(r"(.*?)\.?(weight|bias)")


def linear_weights(data: bytes, model: Any) -> dict[str, float] | None:
    """Return the model's parameters by path as such a file has them, or None if it is no such file.

    Raises ValueError, naming the layer, for other layers than the model's.
    """
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")].decode())
        if FORMAT in header.get("__metadata__", {}):
            return None
        kinds = {x["dtype"] for name, x in header.items() if name != "__metadata__"}
    except Exception:  # of whatever kind: the bytes are anybody's
        if data.startswith(PICKLES):
            raise ValueError(
                "it is a pickle, as torch.save writes, which may run any program that is in it: where PyTorch is, "
                f"{AS_SAFETENSORS} writes a file for nn.load"
            ) from None
        return None
    if unknown := kinds - KINDS:
        raise ValueError(
            f"it has numbers of the kind {names(sorted(map(str, unknown)))}, which NumPy has not: where PyTorch is, "
            f"{AS_SAFETENSORS} after model.float()"
        )
    try:
        tensors: Mapping[str, Any] = library().load(data)
    except Exception:
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
            f"it has {len(parts)} Linear layers ({', '.join(map(_called, sorted(parts))) or 'none'}), and this model "
            f"{len(layers)} Layers"
        )
    numbers: dict[str, float] = {}
    for name, (path, layer) in zip(sorted(parts, key=_in_order), layers, strict=True):
        numbers |= _of_layer(_called(name), parts[name], path, layer)
    lost = [path for path, x in numbers.items() if not math.isfinite(x)]
    if lost:
        warn(
            f"these weights are nan or infinite in the file, and so is all that is made of them: {names(lost)}",
            RuntimeWarning,
        )
    others = [path for path, _ in model.named_parameters() if path not in numbers]
    if others:
        raise ValueError(f"it has Linear layers alone, and this model other parameters, too: {names(others)}")
    return numbers


def _called(name: str) -> str:
    return shown(name) or "one without a name"


def _in_order(name: str) -> list[Any]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in name.split(".")]


def _of_layer(name: str, parts: Mapping[str, Any], path: str, layer: Layer) -> dict[str, float]:
    neurons = layer.neurons
    has_bias = neurons[0].bias is not None
    if "weight" not in parts:
        raise ValueError(f"{name} has a bias and no weight, which no Linear layer has")
    if ("bias" in parts) != has_bias:
        held = "no bias" if "bias" not in parts else "a bias"
        raise ValueError(
            f"{name} has {held}, and {path} is {layer.describe()}: a Layer has {held} with bias={not has_bias}"
        )
    shape = (len(neurons), len(neurons[0].weights))
    for part, wanted in (("weight", shape), ("bias", shape[:1])):
        if part in parts and parts[part].shape != wanted:
            raise ValueError(
                f"{name}.{part} has the shape {parts[part].shape}, and in {path} of this model it is {wanted}"
            )
    found: dict[str, float] = {}
    for i, row in enumerate(parts["weight"].astype("float64").tolist()):
        found |= {f"{path}.neurons.{i}.weights.{j}": x for j, x in enumerate(row)}
        if has_bias:
            found[f"{path}.neurons.{i}.bias"] = float(parts["bias"][i])
    return found
