"""Random acts on a model, its optimizer and their file, beside a plain reimplementation on lists of floats."""

import copy
import math
import random
import tempfile
import warnings
from pathlib import Path

import autograd as ag
import nn
from tests.fuzz.against import EQUAL, Differs

ACTS = ("backward", "backward", "step", "step", "clear", "weight", "rate", "save", "load", "copy", "fit")
HIDDEN = 3
ROWS = [[0.3, -0.7], [1.1, 0.2], [-0.4, 0.9], [0.0, 1.0]]
TARGETS = [0.5, -0.25, 1.0, 0.0]


class Plain:
    """A network of 2-3-1 units with tanh, its gradients and its optimizer, all by hand."""

    def __init__(self, numbers, rule, rate):
        self.p, self.g = list(numbers), None  # no pass has reached it
        self.rule, self.rate, self.count = rule, rate, 0
        self.m, self.v = [0.0] * len(numbers), [0.0] * len(numbers)

    def add_gradient(self):
        p, n = self.p, len(ROWS)
        self.g = [0.0] * len(p) if self.g is None else self.g
        out = p[3 * HIDDEN : 3 * HIDDEN + HIDDEN]
        for row, target in zip(ROWS, TARGETS, strict=True):
            h = [math.tanh(p[3 * i] * row[0] + p[3 * i + 1] * row[1] + p[3 * i + 2]) for i in range(HIDDEN)]
            error = 2.0 * (sum(a * b for a, b in zip(out, h, strict=True)) + p[-1] - target) / n
            for i in range(HIDDEN):
                inner = error * out[i] * (1.0 - h[i] ** 2)
                self.g[3 * i] += inner * row[0]
                self.g[3 * i + 1] += inner * row[1]
                self.g[3 * i + 2] += inner
                self.g[3 * HIDDEN + i] += error * h[i]
            self.g[-1] += error

    def step(self):
        self.count += 1
        for i, g in enumerate(self.g or ()):
            if self.rule == "sgd":
                self.p[i] -= self.rate * g
            elif self.rule == "momentum":
                self.m[i] = 0.9 * self.m[i] + g
                self.p[i] -= self.rate * self.m[i]
            else:
                self.m[i] = 0.9 * self.m[i] + 0.1 * g
                self.v[i] = 0.999 * self.v[i] + 0.001 * g * g
                first, second = self.m[i] / (1.0 - 0.9**self.count), self.v[i] / (1.0 - 0.999**self.count)
                self.p[i] -= self.rate * first / (math.sqrt(second) + 1e-8)


class Ours:
    """The same by the library."""

    def __init__(self, rule, rate, seed):
        self.model = nn.MLP(2, [HIDDEN, 1], activation="tanh", seed=seed)
        kinds = {"sgd": nn.SGD, "momentum": lambda p, r: nn.SGD(p, r, momentum=0.9), "adam": nn.Adam}
        self.make = lambda model: kinds[rule](model.parameters(), rate)
        self.optimizer = self.make(self.model)
        self.compiled = {}

    def loss(self, x, y):
        return nn.mean_squared_error([self.model(row) for row in x], y)

    def backward(self, backend):
        if backend == "recorded":
            self.loss(ROWS, TARGETS).backward()
            return
        if backend not in self.compiled:
            self.compiled[backend] = ag.compile(self.loss, parameters=self.model.parameters(), backend=backend)
        self.compiled[backend](ROWS, TARGETS)


def history(seed):
    """Do random acts to both, and compare after each; returns what it came to, or raises Differs."""
    warnings.simplefilter("ignore")
    r = random.Random(seed)
    rule, rate = r.choice(["sgd", "momentum", "adam"]), r.choice([0.01, 0.1, 0.3])
    ours = Ours(rule, rate, seed)
    plain = Plain([p.data for p in ours.model.parameters()], rule, rate)
    backends = ["recorded", "numpy", "native"]
    done = []
    with tempfile.TemporaryDirectory() as folder:
        saved = None
        for _ in range(r.randint(4, 14)):
            act = r.choice(ACTS)
            backend = r.choice(backends)
            done.append(f"{act} {backend}" if act in ("backward", "fit") else act)
            if act == "backward":
                ours.backward(backend)
                plain.add_gradient()
            elif act == "step":
                ours.optimizer.step()
                plain.step()
            elif act == "clear":
                ours.optimizer.zero_grad()
                plain.g = None
            elif act == "weight":
                i, x = r.randrange(len(plain.p)), r.uniform(-1.0, 1.0)
                ours.model.parameters()[i].data = plain.p[i] = x
            elif act == "rate":
                ours.optimizer.learning_rate = plain.rate = r.choice([0.02, 0.2])
            elif act == "save":
                nn.save(Path(folder) / "a", ours.model, ours.optimizer)
                saved = copy.deepcopy(plain)
            elif act == "load" and saved is not None:
                gradients = plain.g
                nn.load(Path(folder) / "a", ours.model, ours.optimizer)
                plain = copy.deepcopy(saved)
                plain.g = gradients
            elif act == "copy":
                ours.model, ours.optimizer = copy.deepcopy((ours.model, ours.optimizer))
                ours.compiled = {}
            elif act == "fit":
                ours.optimizer.zero_grad()
                nn.fit(ours.model, ROWS, TARGETS, loss=nn.mean_squared_error, optimizer=ours.optimizer, epochs=2,
                       batch_size=len(ROWS), shuffle=None, backend=backend)  # fmt: skip
                for _ in range(2):
                    plain.g = None
                    plain.add_gradient()
                    plain.step()
                ours.optimizer.zero_grad()
                plain.g = None
            _assert_same(ours, plain, f"{rule}, η = {rate}: {', '.join(done)}")
    return EQUAL


def _assert_same(ours, plain, told):
    gradients = plain.g or [0.0] * len(plain.p)
    for found, *right in zip(ours.model.parameters(), plain.p, gradients, strict=True):
        for x, y in zip((found.data, found.grad), right, strict=True):
            if abs(x - y) > 1e-9 * max(1.0, abs(y)):
                raise Differs(f"{x!r}, and by hand {y!r}, after {told}")
