"""Programs with numbers that are nan or inf where nothing flows: one for each way that they could reach a gradient."""

import math

import autograd as ag
from autograd import Value, dot, isnan, largest, logsumexp, maximum, mean, softmax, take, total, where

NAN = math.nan
X = [[0.5, -0.3], [NAN, 0.2], [-0.4, 0.9], [0.7, -1.2]]
GOOD = [1.0, 0.0, 1.0, 1.0]
K = [0, 2, 1, 2]
UNREACHED = {}


def program(write):
    """Enter a function of weights that returns a loss of (x, good, k) under its name."""
    parameters = [Value(0.3 * (-1) ** k + 0.05 * k) for k in range(12)]
    UNREACHED[write.__name__] = write(parameters), parameters
    return write


def kept(good, values, other=0.0):
    """The mean of the values whose rows are good."""
    return mean([where(g > 0.0, v, other) for g, v in zip(good, values, strict=True)])


def layer(w, row):
    return [dot(w[3 * k : 3 * k + 2], row, w[3 * k + 2]) for k in range(3)]


@program
def rows_of_a_product(w):
    return lambda x, good, k: kept(good, [total([ag.tanh(z) for z in layer(w, row)]) for row in x])


@program
def products_of_products(w):
    def loss(x, good, k):
        hidden = [[ag.exp(z) for z in layer(w, row)] for row in x]
        return kept(good, [ag.tanh(dot(w[9:], h)) for h in hidden])

    return loss


@program
def weights_that_are_computed(w):
    roots = [[ag.sqrt(a) for a in w[3 * k : 3 * k + 2]] for k in range(4)]  # of which some are nan

    def loss(x, good, k):
        return total([where(w[k] > 0.0, where(w[k + 1] > 0.0, dot(roots[k // 3], x[0]), w[k]), 0.0) for k in (0, 3, 6)])

    return loss


@program
def units_of_a_product(w):
    def loss(x, good, k):
        layers = [layer(w, row) for row in x[2:]]
        units = [[where(z > 0.2, ag.log(z), where(z < -5.0, ag.sqrt(z), z * z)) for z in row] for row in layers]
        return total([dot(w[9:], [where(u > -1.0, u, 0.0) for u in row]) for row in units])

    return loss


@program
def units_that_are_switched_off(w):
    def loss(x, good, k):
        signs = [[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]]  # the second unit has logarithms of negative numbers
        weights = [[ag.log(s * w[2 * i + j]) for j, s in enumerate(row)] for i, row in enumerate(signs)]
        rows = [[dot(unit, [ag.exp(a) for a in row]) for unit in weights] for row in x[2:]]
        return total([where(g > 0.1, z, 0.0) for row in rows for g, z in zip(w[6:9], row, strict=True)])

    return loss


@program
def sums_along_both_axes(w):
    def loss(x, good, k):
        a = [[ag.log(z) for z in layer(w, row)] for row in x]
        by_column = [total([where(g * 1.0 > 0.0, where(z < 0.5, z, 0.0), 0.0) for z, g in zip(c, good, strict=True)])
                     for c in zip(*a, strict=True)]  # fmt: skip
        return kept(good, [where(total(row) > -9.0, total(row), 0.0) for row in a]) + total(map(ag.tanh, by_column))

    return loss


@program
def the_largest(w):
    return lambda x, good, k: kept(good, [largest([ag.sqrt(z * z) for z in layer(w, row)]) for row in x])


@program
def a_shared_softmax(w):
    def loss(x, good, k):
        p = [softmax([ag.log(abs(z)) for z in layer(w, row)]) for row in x]
        return kept(good, [p[i][0] * p[i][2] for i in range(4)]) + kept(good, [logsumexp(layer(w, row)) for row in x])

    return loss


@program
def looked_up_rows(w):
    def loss(x, good, k):
        table = [[ag.log(w[3 * i + j]) for j in range(3)] for i in range(4)]
        rows = [take(table, i) for i in k]
        return kept(good, [where(isnan(total(row)), 0.0, total(row)) for row in rows])

    return loss


@program
def picked_elements(w):
    def loss(x, good, k):
        rows = [layer(w, row) for row in x]
        roots = [[ag.sqrt(z) for z in row] for row in rows]
        picked = [(take(row, i), take(root, i)) for row, root, i in zip(rows, roots, k, strict=True)]
        return kept(good, [where(z > 0.0, root, 0.0) for z, root in picked])

    return loss


@program
def pieces_and_neighbors(w):
    def loss(x, good, k):
        a = [ag.log(p) for p in w]
        inside = [where(w[i] > 0.0, a[i], w[i]) for i in (0, 2, 4, 6, 8)] + [where(w[1] > 0.0, a[1], 0.0)]
        return total([maximum(p, q) * p for p, q in zip(inside, inside[1:] + inside[:1], strict=True)])

    return loss


@program
def one_for_all(w):
    def loss(x, good, k):
        root = ag.sqrt(w[1])  # nan
        return kept(good, [where(row[1] > 9.0, root, 1.0) * ag.tanh(dot(w[:2], row)) for row in x]) + w[0] * w[0]

    return loss


@program
def statistics_of_what_is_there(w):
    def loss(x, good, k):
        z = [where(isnan(row[0]), 0.0, ag.tanh(dot(w[:2], row, w[2]))) for row in x]
        middle = total(z) / total(good)
        spread = total([where(g > 0.0, (a - middle) ** 2, 0.0) for a, g in zip(z, good, strict=True)]) / total(good)
        return kept(good, [((a - middle) / ag.sqrt(spread + 1e-5) - w[3]) ** 3 for a in z])

    return loss


@program
def what_is_reached_by_zero_alone(w):
    def loss(x, good, k):
        return ag.sqrt(ag.relu(w[1])) + ag.relu(-0.0 * w[0]) + where(w[1] > 0.0, ag.sqrt(ag.relu(w[3])), w[4])

    return loss


@program
def what_cancels(w):
    return lambda x, good, k: w[2] * ag.sqrt(w[0] - w[0]) + w[3]
