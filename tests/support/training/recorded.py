"""A network with all that a file holds, and its whole state as text."""

import json
import random
import struct

import pytest

from nn import (
    Adam,
    BatchNorm,
    Dropout,
    EarlyStopping,
    History,
    Layer,
    Sequential,
    fit,
)
from nn.saving import file_format as rules
from tests.support.training.saved import X, Y, loss

safetensors = pytest.importorskip("safetensors.numpy")


class Net(Sequential):
    def __init__(self, seed=1):
        super().__init__(
            Layer(1, 3, "tanh", seed=seed), BatchNorm(3), Dropout(0.2, seed=3), Layer(3, 1, None, seed=seed)
        )
        self.noise = random.Random(seed)


def trained(seed=1, kind=Adam, **settings):
    model = Net(seed)
    optimizer, history = kind(model.parameters(), **settings), History()
    fit(
        model, X, Y, loss=loss, optimizer=optimizer, history=history, epochs=2, batch_size=4,
        early_stopping=EarlyStopping(9), clip=5.0, backend="recorded",
    )  # fmt: skip
    return model, optimizer, history


def state_of(model, optimizer, history):
    return repr(
        (
            [p.data for p in model.parameters()],
            model.named_buffers(),
            {name: x for name, x in vars(optimizer).items() if name != "parameters"},
            history.__dict__,
            random.getstate(),
            model.noise.getstate(),
        )
    )


def parts(data):
    size = struct.unpack("<Q", data[:8])[0]
    return safetensors.load(data), json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["chainrule"])


def written(path, tensors, record, *, signed):
    """Write a file of these; signed as one would who wants it believed."""
    if signed and isinstance(record, dict):
        record = {**record, "digest": rules._digest(tensors, record)}
    path.write_bytes(safetensors.save(tensors, metadata={"chainrule": json.dumps(record)}))
