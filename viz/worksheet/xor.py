"""The worksheet without a graph of one's own: two rows of XOR through a network 2–2–1, in numbers of one digit.

True is 2 and false −1: where an input is 1 or 0, a mistake that leaves it out leads to the right number.
"""

from __future__ import annotations

import random
from typing import Final

from autograd import Value
from nn import MLP, mean_squared_error
from viz.worksheet.worksheet import Worksheet

ROWS: Final = [[-1.0, 2.0], [2.0, 2.0]]
TARGETS: Final = [2.0, -1.0]
DRAWS: Final = 12
RATE: Final = 0.5
TITLE: Final = "XOR by hand, with 2 for true and −1 for false"


def xor_worksheet(seed: int = 0, level: int = 1) -> Worksheet:
    """Return the worksheet of XOR with a seed's weights: of several draws the one that tells mistakes apart best."""
    draw = random.Random(seed)
    sheets = [Worksheet(xor_loss(draw), seed, level, RATE, TITLE) for _ in range(DRAWS)]
    return min(sheets, key=lambda sheet: sheet.untold)


def xor_loss(draw: random.Random) -> Value:
    """Return the mean squared error of a network with random weights of one digit, none of them 0."""
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    for parameter in model.parameters():
        parameter.data = draw.choice((-1.0, 1.0)) * draw.randint(1, 5) / 10.0
    return mean_squared_error([model(row) for row in ROWS], TARGETS)
