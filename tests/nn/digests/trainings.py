"""Ten small trainings and a digest of all their losses and gradients: `python -m tests.nn.digests.trainings recorded`.

They begin with weights that are sixteenths, so that no random numbers matter.  Recorded, they need autograd and nn
alone.
"""

import hashlib
import json
import math
import struct
import sys
from contextlib import contextmanager
from pathlib import Path

import autograd as ag
import nn

ROWS = [[0.0, 0.25], [1.0, -0.5], [0.75, 1.0], [-1.25, 0.5], [0.5, 0.5]]
TARGETS = [0.0, 1.0, 1.0, 0.0, 0.5]
STEPS = 6
STORED = Path(__file__).with_name("digests.json")
WIDTHS = {2: ("x86-64", "sse2"), 4: ("x86-64-v3", "avx2"), 8: ("x86-64-v4", "avx512f")}  # a processor of each


def begun(model):
    """Return a model whose parameters are sixteenths."""
    for k, p in enumerate(model.parameters()):
        p.data = ((7 * k * k + 3 * k) % 31 - 15) / 16.0
    return model


def regression(model, rule, loss=nn.mean_squared_error):
    return model, rule, lambda x, y: loss([model(row) for row in x], y)


def xor_with_tanh():
    loss = nn.binary_cross_entropy_with_logits
    return regression(nn.MLP(2, [4, 1], activation="tanh"), lambda p: nn.SGD(p, 0.5), loss)


def relu():
    return regression(nn.MLP(2, [5, 5, 1]), lambda p: nn.SGD(p, 0.0625))


def hinge_with_momentum():
    model = nn.MLP(2, [4, 1])
    signs = [1.0 if t > 0.25 else -1.0 for t in TARGETS]
    return model, lambda p: nn.SGD(p, 0.125, momentum=0.5), lambda x, y: nn.hinge([model(row) for row in x], signs)


def leaky_with_adam():
    return regression(nn.MLP(2, [4, 1], activation="leaky_relu"), lambda p: nn.Adam(p, 0.0625))


def root_of_squares():
    model = nn.MLP(2, [3, 1])
    return model, lambda p: nn.SGD(p, 0.0625), lambda x, y: ag.norm([model(r) - t for r, t in zip(x, y, strict=True)])


def three_classes():
    model = nn.MLP(2, [4, 3], activation="sigmoid")
    kinds = [0, 1, 2, 1, 0]
    return model, lambda p: nn.SGD(p, 0.5), lambda x, y: nn.softmax_cross_entropy([model(row) for row in x], kinds)


def gelu():
    return regression(nn.MLP(2, [4, 1], activation="gelu"), lambda p: nn.SGD(p, 0.25))


def embedding():
    table, layer = nn.Embedding(4, 2), nn.MLP(2, [1])
    model = nn.Sequential(layer, nn.Sequential(table))

    def loss(x, y):
        rows = [[a + b for a, b in zip(table(k % 4), row, strict=True)] for k, row in enumerate(x)]
        return nn.mean_squared_error([layer(row) for row in rows], y)

    return model, lambda p: nn.SGD(p, 0.125), loss


def batch_norm():
    model = nn.Sequential(nn.Layer(2, 3), nn.BatchNorm(3), nn.Layer(3, 1, activation=None))
    return model, lambda p: nn.SGD(p, 0.0625), lambda x, y: nn.mean_squared_error(model.batch(x), y)


def gradient_penalty():
    model = nn.MLP(2, [3, 1])

    def loss(x, y):
        slopes = [ag.grad(lambda r: model(r) * model(r))(row) for row in x]
        return ag.mean([ag.dot(s, s) for s in slopes]) + nn.mean_squared_error([model(row) for row in x], y)

    return model, lambda p: nn.SGD(p, 1 / 256), loss


TRAININGS = (
    relu, hinge_with_momentum, root_of_squares, embedding, batch_norm, gradient_penalty,
    xor_with_tanh, leaky_with_adam, three_classes, gelu,
)  # fmt: skip
BY_LIBM = ("xor_with_tanh", "leaky_with_adam", "three_classes", "gelu")  # when recorded: exp, log, tanh, erf, pow


def numbers(training, backend):
    """Return all losses and gradients of a training."""
    model, rule, loss = training()
    optimizer = rule(begun(model).parameters())
    step = None if backend == "recorded" else ag.compile(loss, parameters=model.parameters(), backend=backend)
    found = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        if step is None:
            root = loss(ROWS, TARGETS)
            root.backward()
            found.append(root.data)
        else:
            found.append(step(ROWS, TARGETS))
        found += [p.grad for p in model.parameters()]
        optimizer.step()
    return found + [p.data for p in model.parameters()]


def digest(found):
    return hashlib.sha256(struct.pack(f"<{len(found)}d", *found)).hexdigest()[:16]


def digests(backend):
    """Return {name of a training: its digest}."""
    return {training.__name__: digest(numbers(training, backend)) for training in TRAININGS}


def stored(what):
    return json.loads(STORED.read_text(encoding="utf-8"))[what]


def assert_differs_by_roundings(training, found):
    """Compare the numbers of a training with those of its recorded run."""
    true = numbers(training, "recorded")
    scale = max(map(abs, true))
    assert max(abs(x - y) for x, y in zip(found, true, strict=True)) <= STEPS * 1e-14 * max(1.0, scale), training


def libm():
    """Return a digest of what the C library's functions give at a thousand points."""
    functions = (math.exp, math.tanh, math.erf, math.erfc, math.log1p, lambda x: math.pow(0.9, x))
    return digest([f(abs(k / 64.0 - 8.0)) for f in functions for k in range(1000)])


@contextmanager
def as_on(cpu, lanes):
    """Compile for that processor inside the `with` block, with so many doubles a register."""
    from autograd.compile.backends.native.host.processor import host

    before = dict(vars(host()))
    vars(host()).update(cpu=cpu, features="", lanes=lanes, _targets={})
    try:
        yield
    finally:
        vars(host()).update({name: before[name] for name in ("cpu", "features", "lanes", "_targets")})


if __name__ == "__main__":
    print(json.dumps(digests(sys.argv[1])))
