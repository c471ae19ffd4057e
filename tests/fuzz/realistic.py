"""Programs as users write them, of random sizes: functions of rows, with their parameters and arguments for them."""

import math
import random

import autograd as ag
from autograd import dot, logsumexp, mean, softmax, take, total, where

REALISTIC = {}
ACTIVATIONS = [ag.tanh, ag.sigmoid, ag.relu, ag.gelu, ag.silu, ag.softplus, ag.elu]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 5e-324, 1e-300, 1e300, math.inf, -math.inf, math.nan, 40.0, -800.0]


def realistic(write):
    """Enter a function of a `Draw` that returns the program's own function of its rows."""
    REALISTIC[write.__name__] = write
    return write


class Draw:
    """A program of a kind, drawn from a seed: its function, parameters, and rows for it."""

    def __init__(self, seed, kind=None):
        self.random = r = random.Random(seed)
        self.kind = kind or r.choice(sorted(REALISTIC))
        self.parameters = []
        self.width = r.randint(2, 4)
        self.steps = r.randint(2, 5)
        self.activation = r.choice(ACTIVATIONS)
        self.function = REALISTIC[self.kind](self)

    def weights(self, *shape):
        if shape:
            return [self.weights(*shape[1:]) for _ in range(shape[0])]
        self.parameters.append(ag.Value(self.random.uniform(-0.8, 0.8)))
        return self.parameters[-1]

    def rows(self, count):
        r = self.random
        return [[r.choice([r.uniform(-1.5, 1.5), r.uniform(-1.5, 1.5), 0.5, 0.0]) for _ in range(self.width)]
                for _ in range(count)]  # fmt: skip

    def linear(self, outputs):
        w, b = self.weights(outputs, self.width), self.weights(outputs)
        return lambda row: [dot(weights, row, bias) for weights, bias in zip(w, b, strict=True)]


@realistic
def recurrence(d):
    start, enter, gate, out = d.weights(d.width), d.linear(d.width), d.linear(d.width), d.weights(d.width)
    inner = d.weights(d.width, d.width)

    def loss(x):
        h = start
        for row in x:
            z = [ag.sigmoid(a) for a in gate(row)]
            new = [d.activation(a + dot(w, h)) for a, w in zip(enter(row), inner, strict=True)]
            h = [a * n + (1.0 - a) * o for a, n, o in zip(z, new, h, strict=True)]
        return (dot(out, h) - 0.5) ** 2

    return loss


@realistic
def masked_attention(d):
    query, key, value = d.linear(d.width), d.linear(d.width), d.linear(d.width)
    mask = d.random.choice([-math.inf, -1e9, -100.0])

    def loss(x):
        q, k, v = map(query, x), list(map(key, x)), list(map(value, x))
        losses = []
        for i, a in enumerate(q):
            scores = [dot(a, b) / d.width**0.5 if j <= i else mask for j, b in enumerate(k)]
            shares = softmax(scores)
            losses.append(total([dot(shares, column) ** 2 for column in zip(*v, strict=True)]))
        return mean(losses)

    return loss


@realistic
def convolution(d):
    kernels, bias = d.weights(2, d.random.randint(1, d.width)), d.weights(2)

    def loss(x):
        found = []
        for row in x:
            for kernel, b in zip(kernels, bias, strict=True):
                spots = range(len(row) - len(kernel) + 1)
                found.append(ag.largest([d.activation(dot(kernel, row[i : i + len(kernel)], b)) for i in spots]))
        return mean([a * a for a in found])

    return loss


@realistic
def gaussian_process(d):
    scale, noise = d.weights(), d.weights()

    def loss(x):
        n = len(x)
        width = ag.softplus(scale)
        kernel = [[ag.exp(-width * total([(a - b) ** 2 for a, b in zip(u, v, strict=True)])) for v in x] for u in x]
        for i in range(n):
            kernel[i][i] = kernel[i][i] + ag.softplus(noise) + 0.1
        low = [[0.0] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                rest = kernel[i][j] - sum(low[i][k] * low[j][k] for k in range(j))
                low[i][j] = ag.sqrt(rest) if i == j else rest / low[j][j]
        z = []
        for i in range(n):
            z.append((x[i][0] - sum(low[i][k] * z[k] for k in range(i))) / low[i][i])
        return 0.5 * total([a * a for a in z]) + total([ag.log(low[i][i]) for i in range(n)])

    return loss


@realistic
def hidden_markov_model(d):
    states = d.random.randint(2, 3)
    moves, start, emit = d.weights(states, states), d.weights(states), d.weights(states, d.width)

    def loss(x):
        rows = [[a - logsumexp(row) for a in row] for row in moves]
        alpha = list(start)
        for row in x:
            seen = [-0.5 * total([(a - m) ** 2 for a, m in zip(row, mu, strict=True)]) for mu in emit]
            alpha = [logsumexp([alpha[i] + rows[i][j] for i in range(states)]) + seen[j] for j in range(states)]
        return -logsumexp(alpha)

    return loss


@realistic
def runge_kutta(d):
    f, size = d.linear(d.width), d.random.choice([0.1, 0.5])

    def slope(y):
        return [d.activation(a) for a in f(y)]

    def moved(y, k, h):
        return [a + h * b for a, b in zip(y, k, strict=True)]

    def loss(x):
        losses = []
        for y in x:
            for _ in range(2):
                k1 = slope(y)
                k2 = slope(moved(y, k1, size / 2))
                k3 = slope(moved(y, k2, size / 2))
                k4 = slope(moved(y, k3, size))
                sums = [a + 2.0 * b + 2.0 * c + e for a, b, c, e in zip(k1, k2, k3, k4, strict=True)]
                y = moved(y, sums, size / 6)
            losses.append(total([a * a for a in y]))
        return mean(losses)

    return loss


@realistic
def options(d):
    volatility, rate, strike = d.weights(), d.weights(), d.weights()

    def loss(x):
        prices = []
        for row in x:
            spot, sigma, k = ag.exp(row[0]), ag.softplus(volatility) + 0.05, ag.exp(strike)
            d1 = (ag.log(spot / k) + (rate + 0.5 * sigma * sigma)) / sigma
            d2 = d1 - sigma
            price = 0.5 * (spot * ag.erfc(-d1 * 0.5**0.5) - k * ag.exp(-rate) * ag.erfc(-d2 * 0.5**0.5))
            prices.append(where(row[1] > 0.0, price, ag.maximum(spot - k, 0.0)))
        return mean(prices)

    return loss


@realistic
def embeddings(d):
    table, out = d.weights(5, d.width), d.linear(3)
    tokens = [d.random.randrange(5) for _ in range(64)]

    def loss(x):
        losses = []
        for row, k in zip(x, tokens, strict=False):
            scores = out([a * (1.0 + b) for a, b in zip(take(table, k), row, strict=True)])
            losses.append(logsumexp(scores) - scores[k % 3])
        return mean(losses)

    return loss


@realistic
def layer_norm(d):
    scale, shift, layer = d.weights(d.width), d.weights(d.width), d.linear(d.width)

    def loss(x):
        losses = []
        for row in x:
            h = layer(row)
            middle = mean(h)
            spread = ag.sqrt(mean([(a - middle) ** 2 for a in h]) + 1e-5)
            h = [g * (a - middle) / spread + b for a, g, b in zip(h, scale, shift, strict=True)]
            losses.append(total([d.activation(a) for a in h]))
        return mean(losses) ** 2

    return loss


@realistic
def gradient_penalty(d):
    layer, out = d.linear(d.width), d.weights(d.width)

    def score(row):
        return dot(out, [ag.tanh(a) for a in layer(row)])

    def loss(x):
        penalties = []
        for row in x:
            slopes = ag.grad(score)(row)
            penalties.append((ag.norm(slopes) - 1.0) ** 2)
        return mean([score(row) for row in x]) + 0.1 * mean(penalties)

    return loss


@realistic
def mixture(d):
    means, weights, width = d.weights(3, d.width), d.weights(3), d.weights(3)

    def loss(x):
        logs = []
        for row in x:
            near = [w - ag.softplus(s) - total([abs(a - m) for a, m in zip(row, mu, strict=True)])
                    for mu, w, s in zip(means, weights, width, strict=True)]  # fmt: skip
            logs.append(logsumexp(near) - logsumexp(weights))
        return -mean(logs)

    return loss


@realistic
def sorted_losses(d):
    layer = d.linear(1)

    def loss(x):
        errors = [layer(row)[0] - row[0] for row in x]
        for end in range(len(errors) - 1, 0, -1):
            for i in range(end):
                a, b = errors[i], errors[i + 1]
                errors[i], errors[i + 1] = ag.minimum(a, b), ag.maximum(a, b)
        return total([e * e / (1.0 + i) for i, e in enumerate(errors)]) + where(
            errors[0] > 0.0, errors[-1], ag.abs(errors[0])
        )

    return loss
