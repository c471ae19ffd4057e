"""What tests of pages that compute share: a model for XOR, classes of points, Python's numbers beside the page's."""

import math
import random

import nn
import viz
from tests.support.web import until

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
TRAINING = 'MODULES["playground/training.js"]'
TABLE = """[...document.querySelectorAll("#numbers tr")]
  .map((line) => [...line.children].map((cell) => cell.textContent))"""


def xor(activation="tanh", **settings):
    model = nn.MLP(2, [4, 1], activation=activation, seed=1)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.5)
    loss = nn.binary_cross_entropy_with_logits
    return model, optimizer, viz.playground(model, *XOR, loss=loss, optimizer=optimizer, **settings)


def three():
    draw = random.Random(3)
    rows = [[draw.gauss(c, 1.0) for c in (k, -k, 0.5 * k)] for k in (0, 1, 2) for _ in range(4)]
    return rows, [k for k in (0, 1, 2) for _ in range(4)]


def table(tab):
    """Return (value, gradient) of each parameter by its place in the model, with all digits."""
    tab.evaluate("document.getElementById('all').open = true")
    until(
        tab, f'!{TRAINING}.VIEW.dirty && document.querySelectorAll("#numbers tr").length > 0'
    )  # shown before the next picture
    return {path: tuple(float(x.replace("−", "-")) for x in pair) for _, path, *pair in tab.evaluate(TABLE)}


def gradients(model, loss, rows, targets):
    model.zero_grad()
    loss([model(row) for row in rows], targets).backward()
    return {path: (p.data, p.grad) for path, p in model.named_parameters()}


def agree(mine, right):
    assert mine.keys() == right.keys()
    for path, pair in right.items():
        for a, b in zip(mine[path], pair, strict=True):
            assert math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-14), (path, mine[path], pair)


def steps(model, optimizer, loss, rows, targets, count=10):
    for _ in range(count):
        gradients(model, loss, rows, targets)
        optimizer.step()
    return gradients(model, loss, rows, targets)
