"""The worksheet without a graph of one's own: two rows of XOR through a network 2–2–1, in numbers of one digit.

True is 1.5 and false −0.5: where an input is 1, 0 or −1, or as large as the number of rows, mistakes look alike.
"""

from __future__ import annotations

import random
from typing import Final

from nn import MLP, mean_squared_error
from viz.worksheet.worksheet import Worksheet

TRUE, FALSE = 1.5, -0.5
ROWS: Final = [[FALSE, TRUE], [TRUE, TRUE]]
TARGETS: Final = [TRUE, FALSE]
RATE: Final = 0.1
TITLE: Final = "XOR by hand, with 1.5 for true and −0.5 for false"


def xor_worksheet(seed: int = 0, level: int = 1) -> Worksheet:
    """Return the worksheet of XOR with the weights of a seed, no two of one size."""
    draw = random.Random(seed)
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    parameters = model.parameters()
    for parameter, size in zip(parameters, draw.sample(range(1, 10), len(parameters)), strict=True):
        parameter.data = draw.choice((-1.0, 1.0)) * size / 10.0
    loss = mean_squared_error([model(row) for row in ROWS], TARGETS)
    return Worksheet(loss, seed, level, RATE, TITLE)
