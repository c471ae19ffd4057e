"""Random programs as people write them, on rows of data: layers, statistics, look-ups, and branches that are not taken.

A program is drawn block by block from a seed.  Its branches hold what they must not run into: logarithms and roots of
negative numbers, divisions by zero, exponentials beyond all bounds.  What `compile` makes of it is compared with its
recorded run.
"""

import random
import warnings

import numpy as np

import autograd as ag
from autograd import Value, dot, largest, logsumexp, maximum, mean, minimum, softmax, take, total, where

GUARDED = [  # of a number: smooth, or with a branch that is nan or inf where it is not taken
    lambda h: where(h > 0.0, ag.log(h), h),
    lambda h: where(h > 0.0, h * ag.sqrt(h), 0.1 * h),
    lambda h: where(h < 0.0, ag.sqrt(-h), 0.0),
    lambda h: where(abs(h) > 0.3, 1.0 / h, h),
    lambda h: where(h <= 0.2, ag.exp(-5000.0 * (0.2 - h) ** 2), ag.exp(-h)),
    lambda h: where(h > 0.1, where(h > 1.0, ag.sqrt(h - 1.0), ag.log(h)), h * h),
    lambda h: where(h > 0.0, where(h <= 0.0, ag.log(-h), h), ag.exp(h)),
    lambda h: where(h > 2.0, h, ag.log(ag.exp(h) + 1.0)),
    lambda h: where(h > 0.0, h**0.5, -((-h) ** 1.5)),
    lambda h: where(where(h > 0.0, h, -h) > 0.5, h / (h * h - 0.1), h),
    lambda h: where(h >= 0.0, ag.detach(h) * h, ag.log(h - h)),
    lambda h: where(h > h, ag.sqrt(h - h), h) + 0.0 * h,
    lambda h: where(h > 0.0, h, 0.0),
]
SMOOTH = [
    ag.tanh, ag.sigmoid, ag.softplus, ag.relu, ag.leaky_relu, ag.elu, ag.silu, ag.gelu, ag.sin, ag.cos, ag.abs, ag.erf,
    lambda h: maximum(h, h), lambda h: maximum(h, 0.0), lambda h: minimum(0.5, h), lambda h: h * h - h,
    lambda h: ag.exp(ag.tanh(h)), lambda h: h / (1.5 + h * h), lambda h: (1.2 + ag.sin(h)) ** 1.5, lambda h: h,
]  # fmt: skip


class Drawn:
    """A program drawn from a seed: `function` of rows and whole numbers, its parameters, and arguments for it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows, self.width = self.random.randint(1, 4), self.random.randint(1, 4)
        self.parameters = []
        self.weights = [self.matrix(self.width, self.width) for _ in range(2)]
        self.table = self.matrix(self.random.randint(2, 4), self.width)
        r = self.random
        self.x = [[r.choice([r.uniform(-1.5, 1.5), 0.0, 1.0]) for _ in range(self.width)] for _ in range(self.rows)]
        self.index = [r.randrange(len(self.table)) for _ in range(self.rows)]
        blocks = [
            self.affine, self.affine, self.activation, self.activation, self.guarded, self.guarded, self.guarded,
            self.batch_norm, self.softmax, self.residual, self.mixed, self.looked_up, self.masked, self.prefixes,
            self.neighbors, self.columns, self.tangled,
        ]  # fmt: skip
        self.blocks = [r.choice(blocks)() for _ in range(r.choice([1, 2, 3, 3, 4, 5, 8]))]
        self.end = r.choice([self.squares, self.cross_entropy, self.hinge, self.chosen, self.largest, self.fan_out])()

    def number(self):
        self.parameters.append(Value(self.random.choice([self.random.uniform(-1.2, 1.2), 0.0, 1.0, 0.5])))
        return self.parameters[-1]

    def matrix(self, n, m):
        return [[self.number() for _ in range(m)] for _ in range(n)]

    def function(self, x, index):
        h = x
        for block in self.blocks:
            h = block(h, x, index)
        penalty = 0.01 * total([p * p for p in self.parameters])
        return self.end(h, x, index) + penalty

    # ----------------------------------------------------------------------------------- blocks
    def affine(self):
        weights = self.random.choice([*self.weights, self.matrix(self.width, self.width)])
        biases = self.random.choice([[self.number() for _ in range(self.width)], weights[0], [0.0] * self.width])
        if self.random.random() < 0.3:
            weights = [list(column) for column in zip(*weights, strict=True)]
        way = self.random.choice([dot, lambda w, h, b: sum(a * c for a, c in zip(w, h, strict=True)) + b])
        return lambda h, x, i: [[way(w, row, b) for w, b in zip(weights, biases, strict=True)] for row in h]

    def activation(self):
        f = self.random.choice(SMOOTH)
        return lambda h, x, i: [[f(a) for a in row] for row in h]

    def guarded(self):
        f = self.random.choice(GUARDED)
        return lambda h, x, i: [[f(a) for a in row] for row in h]

    def batch_norm(self):
        scale, shift, small = self.number(), self.number(), self.random.choice([1e-5, 0.1])

        def normal(column):
            middle = mean(column)
            spread = ag.sqrt(mean([(a - middle) ** 2 for a in column]) + small)
            return [scale * (a - middle) / spread + shift for a in column]

        by_rows = self.random.random() < 0.3
        return lambda h, x, i: [normal(row) for row in h] if by_rows else transposed([normal(c) for c in transposed(h)])

    def softmax(self):
        shared = self.random.random() < 0.5
        return lambda h, x, i: [[p * a if shared else p for p, a in zip(softmax(row), row, strict=True)] for row in h]

    def residual(self):
        inner = self.random.choice([self.affine, self.guarded, self.activation])()
        return lambda h, x, i: [add(a, b) for a, b in zip(h, inner(h, x, i), strict=True)]

    def mixed(self):
        def block(h, x, i):
            weights = [softmax([dot(q, k) for k in h]) for q in h]
            return [[dot(w, column) for column in transposed(h)] for w in weights]

        return block

    def looked_up(self):
        return lambda h, x, i: [add(row, take(self.table, k)) for row, k in zip(h, i, strict=True)]

    def masked(self):
        place, limit = self.random.randrange(self.width), self.random.choice([0.0, 0.5, self.number()])
        f = self.random.choice([ag.log, ag.sqrt, ag.exp, lambda a: 1.0 / a, lambda a: a * a])
        other = self.random.choice([lambda a: 0.0, lambda a: a, ag.tanh])
        return lambda h, x, i: [
            [where(row[place] > limit, f(a), other(a)) for a in own] for own, row in zip(h, x, strict=True)
        ]

    def prefixes(self):
        return lambda h, x, i: [[total(row[: k + 1]) for k in range(len(row))] for row in h]

    def neighbors(self):
        pair = self.random.choice([maximum, minimum, lambda a, b: a * b, lambda a, b: where(a > b, a, b - a)])
        return lambda h, x, i: [[pair(a, b) for a, b in zip(row, row[1:] + row[:1], strict=True)] for row in h]

    def columns(self):
        reduce = self.random.choice([total, mean, largest, logsumexp])
        return lambda h, x, i: [[a - m for a, m in zip(row, map(reduce, transposed(h)), strict=True)] for row in h]

    def tangled(self):
        r = self.random
        places = [(r.randrange(self.rows), r.randrange(self.width), r.randrange(4)) for _ in range(r.randint(1, 5))]
        how = [lambda a, b: a * b, lambda a, b: where(a > b, ag.sqrt(a - b), b), maximum, lambda a, b: a + ag.tanh(b)]

        def block(h, x, i):
            mine = h[0][0] + self.parameters[0]
            for n, m, k in places:
                mine = how[k](mine, h[n][m])
            return [[mine, *h[0][1:]], *h[1:]]

        return block

    # ----------------------------------------------------------------------------------- losses
    def squares(self):
        return lambda h, x, i: mean([total([a * a for a in row]) for row in h])

    def cross_entropy(self):
        def loss(h, x, i):
            rows = [[dot(e, row) for e in self.table] for row in h]
            return mean([logsumexp(row) - take(row, k) for row, k in zip(rows, i, strict=True)])

        return loss

    def hinge(self):
        return lambda h, x, i: total([maximum(0.0, 1.0 - t[0] * total(row)) for row, t in zip(h, x, strict=True)])

    def chosen(self):
        limit = self.random.choice([0.0, self.number()])
        f = self.random.choice([lambda a: a, ag.tanh, ag.log, ag.sqrt])
        return lambda h, x, i: mean([where(t[-1] > limit, f(total(row)), 0.0) for row, t in zip(h, x, strict=True)])

    def largest(self):
        return lambda h, x, i: largest([ag.tanh(a) for row in h for a in row] + h[0])

    def fan_out(self):
        shared = self.number()
        return lambda h, x, i: total(
            [ag.tanh(shared * a) + where(a > shared, a - shared, 0.0) for row in h for a in row]
        )


def transposed(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def add(one, other):
    return [a + b for a, b in zip(one, other, strict=True)]


# ------------------------------------------------------------------------------------- graphs without rows
UNARY = (
    "tanh", "sigmoid", "softplus", "relu", "leaky_relu", "elu", "silu", "gelu", "exp", "sin", "cos", "abs", "negative",
    "detach", "erf", "gelu_tanh",
)  # fmt: skip
BINARY = ("add", "subtract", "multiply", "maximum", "minimum")


def random_values(r, pool):
    """Return the pool with some values computed from it, by any operation."""
    values = list(pool)

    def one():
        return r.choice(values[-8:] + values[:4])

    for _ in range(r.randint(1, 12)):
        kind = r.randrange(11)
        if kind < 2:
            values.append(getattr(ag, r.choice(UNARY))(one()))
        elif kind < 4:
            values.append(getattr(ag, r.choice(BINARY))(one(), r.choice([one(), one(), r.uniform(-2.0, 2.0)])))
        elif kind == 4:
            values.append(one() / (one() * one() + 1.5))
        elif kind == 5:
            n = r.randint(1, 4)
            values.append(dot([one() for _ in range(n)], [one() for _ in range(n)], r.choice([0.0, one()])))
        elif kind == 6:
            values.append(r.choice([total, largest])([one() for _ in range(r.randint(1, 5))]))
        elif kind == 7:
            values.append(
                where(r.choice([one() > one(), one() > 0.1, one() <= one()]), r.choice([one(), ag.sqrt(one())]), one())
            )
        elif kind == 8:
            values.append(r.choice([one() ** 2, one() ** 3, (ag.exp(one()) + 0.1) ** 0.5, (abs(one()) + 0.5) ** one()]))
        elif kind == 9:
            values.extend(softmax([one() for _ in range(r.randint(1, 3))]))
        else:
            values.append(sum(one() * one() for _ in range(r.randint(1, 4))) + one())
    return values


def random_graph(r):
    """Return a root, its inputs and its parameters: alone, or as the same program on each row of a batch."""
    parameters = [Value(r.uniform(-1.5, 1.5)) for _ in range(r.randint(1, 6))]
    inputs = [Value(r.uniform(-1.5, 1.5)) for _ in range(r.randint(0, 4))]
    if r.random() < 0.6:
        seed, losses = r.randrange(10**6), []
        for _ in range(r.randint(2, 5)):
            row = [Value(r.uniform(-1.0, 1.0)) for _ in range(2)]
            inputs += row
            losses.append(random_values(random.Random(seed), parameters + row)[-1])
        root = r.choice([mean, total, sum, lambda values: dot(values, values)])(losses)
    else:
        root = random_values(r, parameters + inputs)[-1] * 0.5
    return root + 0.01 * total([p * p for p in parameters]), inputs, parameters


# --------------------------------------------------------------------------------------- comparing
def assert_same(found, truth, name="", tolerance=1e-12):
    """The value and every gradient are the recorded ones within 1e-12, or so, of the gradient's scale.

    What is nan or inf in the recorded run is so in the program's, though it may be the other of the two.
    """
    (value, gradient), (recorded_value, recorded) = found, truth
    np.testing.assert_allclose(value, recorded_value, rtol=tolerance, atol=tolerance, err_msg=name)
    finite = np.isfinite(recorded)
    np.testing.assert_array_equal(np.isfinite(gradient), finite, err_msg=name)
    scale = float(np.max(np.abs(recorded[finite]), initial=1.0))
    np.testing.assert_allclose(gradient[finite], recorded[finite], rtol=0, atol=tolerance * scale, err_msg=name)


def recorded(root, parameters):
    """Return a recorded value and its gradients, and leave none behind."""
    for p in parameters:
        p.clear_grad()
    root.backward()
    gradient = np.array([p.grad for p in parameters])
    for p in parameters:
        p.clear_grad()
    return root.data, gradient


def assert_compiles(root, inputs, parameters, backend="numpy"):
    """A recorded graph compiles to the same value and gradients; returns them as recorded."""
    truth = recorded(root, parameters)
    if not np.isfinite(truth[0]):
        raise FloatingPointError("the loss is not finite")  # gradients that cancel may be 0 in a program
    used = set(map(id, ag.topological_order(root)))
    given = [inputs] if any(id(x) in used for x in inputs) else []
    step = ag.compile_graph(root, given, parameters, backend)
    assert_same(twice(step), truth)
    return truth


def assert_function_compiles(drawn, backend="numpy"):
    """A drawn program compiles to the value and gradients of its recorded run; returns these."""
    rows = [[Value(a) for a in row] for row in drawn.x]
    truth = recorded(drawn.function(rows, drawn.index), drawn.parameters)
    if not np.isfinite(truth[0]):
        raise FloatingPointError("the loss is not finite")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not depend on")
        step = ag.compile(drawn.function, drawn.parameters, backend=backend)
        assert_same(twice(step, drawn.x, drawn.index), truth)
    return truth


def twice(step, *arguments):
    """Return a step's value and gradient: the same bits when it runs again, since nothing is left from run to run."""
    first, again = step.value_and_gradient(*arguments), step.value_and_gradient(*arguments)
    np.testing.assert_array_equal(again[0], first[0])
    np.testing.assert_array_equal(again[1], first[1])
    return first


# ------------------------------------------------------------------------------------ edges of branches
class Moving(random.Random):
    """Random numbers that are moved by less than their last digits; whole choices stay the same."""

    def __init__(self, seed, moves):
        super().__init__(seed)
        self.moves = random.Random(moves)

    def uniform(self, low, high):
        return moved(super().uniform(low, high), self.moves)


def moved(x, moves):
    return x + moves.choice([-8e-16, 0.0, 8e-16]) * max(abs(x), 0.1)


def moved_graph(seed, moves):
    """Return the recorded run of a random graph whose numbers are moved."""
    root, _, parameters = random_graph(Moving(seed, moves))
    return recorded(root, parameters)


def moved_network(seed, moves):
    """Return the recorded run of a drawn program whose numbers are moved."""
    drawn, draw = Drawn(seed), random.Random(moves)
    for p in drawn.parameters:
        p.data = moved(p.data, draw)
    rows = [[Value(moved(a, draw)) for a in row] for row in drawn.x]
    return recorded(drawn.function(rows, drawn.index), drawn.parameters)


def is_on_an_edge(run, seed):
    """Whether a recorded run jumps when its numbers are moved by 1e-15: then a program may take other branches."""
    first = run(seed, 0)
    for moves in range(1, 12):
        try:
            assert_same(run(seed, moves), first, tolerance=1e-10)
        except AssertionError:
            return True
    return False
