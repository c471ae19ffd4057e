"""What the README shows, made again by `python -m demos.pictures`; a test holds it to be current.

__main__.py     makes every picture again
pages.py        pages as a browser shows them
stills.py       the figures of the book as they are drawn at first
why.svg         the graph of the first example, and why the gradient of a is what it is
network.svg     the network of the second example, with its weights and their gradients
book.png        a figure of the book, and what was predicted
steps.png       the page that steps through a pass, in the middle of the backward one
playground.png  the page in which the network learns
film.gif        its training, from beginning to end, once
"""

from __future__ import annotations

import nn
from autograd import Value
from viz import Picture, draw, draw_network

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def why() -> Picture:
    """Return the graph of README's first example, with every way that leads to the gradient of a."""
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    d = a * b + c
    return draw(d * d - a, why=a)


def network() -> Picture:
    """Return the network of README's second example before its training, at the row (0, 1)."""
    inputs, targets = XOR
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    nn.binary_cross_entropy_with_logits([model(row) for row in inputs], targets).backward()
    return draw_network(model, inputs, example=1)


PICTURES = {"why.svg": why, "network.svg": network}
