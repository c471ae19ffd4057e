"""Functions of rows that change their mind at some number of rows, in many people's styles, beside some that do not.

Each takes a model, rows, targets and the number `c` at which it does something else.
"""

import itertools
import math
import random

import numpy as np

import autograd as ag
from autograd import Value, detach, dot, largest, mean, total, where

CHANGES = {}
AT = (10, 16, 24, 30, 33)  # where the program of a seed changes its mind, and how many rows it is given
ROWS = (40, 41, 47, 60, 64)


def change(write):
    """Enter a function under its name."""
    CHANGES[write.__name__] = write
    return write


class Model:
    """Four neurons of three inputs, and more parameters, some of them 0."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.parameters = []
        self.w, self.w2 = ([[self.number() for _ in range(3)] for _ in range(4)] for _ in range(2))
        self.b, self.zeros = ([self.number(0.0) for _ in range(4)] for _ in range(2))
        self.u = [self.number() for _ in range(4)]
        self.table = [self.number() for _ in range(80)]
        self.activation = (ag.tanh, ag.relu, ag.sigmoid, ag.silu)[seed % 4]

    def number(self, x=None):
        self.parameters.append(Value(self.random.uniform(-1.0, 1.0) if x is None else x))
        return self.parameters[-1]

    def __call__(self, row, w=None, b=None, activation=None):
        f = activation or self.activation
        return dot(self.u, [f(dot(ws, row, bias)) for ws, bias in zip(w or self.w, b or self.b, strict=True)])

    def losses(self, x, y):
        return [(self(row) - t) ** 2 for row, t in zip(x, y, strict=True)]


def drawn(name, seed):
    """Return a function of rows, its parameters, and arguments for it."""
    model, r = Model(seed), random.Random(seed + 99)
    x = [[r.uniform(-1.0, 1.0) for _ in range(3)] for _ in range(ROWS[seed % 5])]
    y = [r.uniform(-1.0, 1.0) for _ in x]
    return lambda x, y: CHANGES[name](model, x, y, AT[seed % 5]), model.parameters, (x, y)


# ------------------------------------------------------------------------------- by how many there are
@change
def twice_as_much(m, x, y, c):
    loss = mean(m.losses(x, y))
    return loss * 2 if len(x) > c else loss


@change
def a_factor_by_match(m, x, y, c):
    match len(x):
        case n if n < c:
            return mean(m.losses(x, y))
        case _:
            return mean(m.losses(x, y)[1:])


@change
def another_activation(m, x, y, c):
    f = ag.sin if len(x) > c else m.activation
    return mean([(m(row, activation=f) - t) ** 2 for row, t in zip(x, y, strict=True)])


@change
def biases_that_are_zero_too(m, x, y, c):
    b = m.zeros if len(x) > c else m.b
    return mean([(m(row, b=b) - t) ** 2 for row, t in zip(x, y, strict=True)]) + 0.0 * total(m.zeros)


@change
def a_penalty_that_is_not_reached(m, x, y, c):
    loss = mean(m.losses(x, y))
    if len(x) > c:
        loss = loss + ag.relu(total([p * p for p in m.u]) - 1000.0)
    return loss


@change
def a_product_of_zeros(m, x, y, c):
    loss = mean(m.losses(x, y))
    return loss + m.zeros[0] * m.zeros[1] * m.zeros[2] if len(x) > c else loss


@change
def another_limit_that_nothing_reaches(m, x, y, c):
    limit = -70.0 if len(x) > c else -80.0
    return mean([where(m(row) > limit, a, a * a) for row, a in zip(x, m.losses(x, y), strict=True)])


@change
def other_weights_in_a_branch_not_taken(m, x, y, c):
    p, q = (m.u[0], m.u[1]) if len(x) > c else (m.u[1], m.u[0])
    return mean([where(m(row) > -90.0, a, a * p - q) for row, a in zip(x, m.losses(x, y), strict=True)])


@change
def no_gradient_to_one_weight(m, x, y, c):
    return mean(m.losses(x, y)) + (detach(m.u[0]) if len(x) > c else m.u[0])


@change
def targets_that_are_shifted(m, x, y, c):
    by = 1 if len(x) > c else 0
    return mean([(m(row) - y[(i + by) % len(y)]) ** 2 for i, row in enumerate(x)])


@change
def one_row_twice(m, x, y, c):
    more = 1 if len(x) > c else 0
    return mean(m.losses(x + x[:more], y + y[:more]))


@change
def two_that_change_places(m, x, y, c):
    losses = m.losses(x, y)
    if len(losses) > c:
        losses[c - 1], losses[c] = losses[c], 2.0 * losses[c - 1]
    return mean(losses)


@change
def what_a_table_says_of_the_number(m, x, y, c):
    return mean(m.losses(x, y)) * {5: 1.0, 7: 1.0, 11: 1.0}.get(len(x), 1.5)


@change
def even_or_odd(m, x, y, c):
    return mean(m.losses(x, y)) if len(x) % 2 else total(m.losses(x, y))


@change
def what_is_caught(m, x, y, c):
    losses = m.losses(x, y)
    try:
        return losses[c] + mean(losses)
    except IndexError:
        return mean(losses)


# --------------------------------------------------------------------------------------- some of the rows
@change
def the_first(m, x, y, c):
    return mean(m.losses(x, y)[:c])


@change
def the_last(m, x, y, c):
    return total(m.losses(x, y)[-c:])


@change
def every_other(m, x, y, c):
    return total(m.losses(x, y)[::2])


@change
def until_one_is_enough(m, x, y, c):
    found = 0.0
    for i, loss in enumerate(m.losses(x, y)):
        if i == c:
            break
        found = found + loss
    return found


@change
def a_zip_that_ends_early(m, x, y, c):
    return total([a * w for a, w in zip(m.losses(x, y), m.table[:c], strict=False)])


@change
def those_on_a_list(m, x, y, c):
    r = random.Random(c)
    return total([a for a in m.losses(x, y) if r.random() < 0.7 or len(x) < c])


@change
def the_two_halves(m, x, y, c):
    losses, half = m.losses(x, y), len(x) // 2
    return total(losses[:half]) - total(losses[half:])


@change
def the_largest_of_the_first(m, x, y, c):
    losses = m.losses(x, y)
    return largest(losses[:c]) + losses[0]


@change
def in_parts(m, x, y, c):
    losses = m.losses(x, y)
    return mean([mean(losses[i : i + c]) for i in range(0, len(losses), c)])


@change
def detached_from_somewhere_on(m, x, y, c):
    return mean([detach(a) if i >= c else a for i, a in enumerate(m.losses(x, y))])


@change
def other_weights_from_somewhere_on(m, x, y, c):
    return mean([(m(row, w=m.w2 if i > c else m.w) - y[i]) ** 2 for i, row in enumerate(x)])


@change
def a_neighbor_far_away(m, x, y, c):
    losses = m.losses(x, y)
    return total([a * losses[(i + c) % len(losses)] for i, a in enumerate(losses)])


# ---------------------------------------------------------------------------------- numbers of the number
@change
def at_least(m, x, y, c):
    return total(m.losses(x, y)) / max(len(x), c)


@change
def at_most(m, x, y, c):
    return total(m.losses(x, y)) / min(len(x), c)


@change
def what_is_left(m, x, y, c):
    return mean(m.losses(x, y)) * (1 + len(x) % c)


@change
def digits(m, x, y, c):
    return mean(m.losses(x, y)) * len(str(len(x)))


@change
def rounded(m, x, y, c):
    return total(m.losses(x, y)) * round(1 / len(x), 2)


@change
def logarithm(m, x, y, c):
    return total(m.losses(x, y)) * math.log(len(x))


@change
def harmonic(m, x, y, c):
    return mean(m.losses(x, y)) * sum(1 / (i + 1) for i in range(len(x)))


# ---------------------------------------------------------------------------- numbers of each row's place
@change
def weights_of_places(m, x, y, c):
    return total([a * m.table[min(i, c)] for i, a in enumerate(m.losses(x, y))])


@change
def decayed(m, x, y, c):
    return total([a * 0.9**i for i, a in enumerate(m.losses(x, y))])


@change
def evenly_spaced(m, x, y, c):
    return total([a * t for a, t in zip(m.losses(x, y), np.linspace(0.0, 1.0, len(x)).tolist(), strict=True)])


# ---------------------------------------------------------------------------------------- minds of their own
@change
def pairs(m, x, y, c):
    return mean([(a - b) ** 2 for a, b in itertools.combinations(map(m, x), 2)])


@change
def tree(m, x, y, c):
    def of(losses):
        half = len(losses) // 2
        return losses[0] if not half else of(losses[:half]) + 1.5 * of(losses[half:])

    return of(m.losses(x, y))


@change
def prefixes(m, x, y, c):
    losses = m.losses(x, y)
    return mean([total(losses[:k]) for k in range(1, len(x) + 1)])


@change
def recurrent(m, x, y, c):
    h = 0.0
    for row in x:
        h = ag.tanh(m(row) + 0.5 * h)
    return (h - y[0]) ** 2


# ------------------------------------------------------------------------------------- the same at every number
GENERIC = {}


def generic(write):
    """Enter a function that is one for every number of rows, and is to be found so."""
    GENERIC[write.__name__] = write
    return change(write)


@generic
def plain(m, x, y, c):
    return mean(m.losses(x, y))


@generic
def by_place(m, x, y, c):
    return total([a * (i + 1) for i, a in enumerate(m.losses(x, y))]) / len(x)


@generic
def a_weight_for_each_place(m, x, y, c):
    return total([a * m.table[i] for i, a in enumerate(m.losses(x, y))])


@generic
def neighbors(m, x, y, c):
    return total([a * b for a, b in itertools.pairwise(m.losses(x, y))])


@generic
def by_the_root(m, x, y, c):
    return total(m.losses(x, y)) / math.sqrt(len(x))


@generic
def a_penalty_by_the_root(m, x, y, c):
    return mean(m.losses(x, y)) + len(x) ** -0.5 * total([abs(p) for p in m.u])


@generic
def of_all_numbers(m, x, y, c):
    return total(m.losses(x, y)) / (len(x) * len(x[0]))
