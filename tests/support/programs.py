"""Scalar programs of many kinds, as a user would write them: what `compile` must find matrices in."""

import random
from itertools import pairwise

import autograd as ag
from autograd import Value, dot, logsumexp, maximum, mean, take, total, where

PROGRAMS = {}


def program(write):
    """Enter a function that returns (function, parameters, arguments) under its name."""
    PROGRAMS[write.__name__] = write
    return write


class Draw:
    """Parameters and data from one seed."""

    def __init__(self, seed=0):
        self.random = random.Random(seed)
        self.parameters = []

    def weights(self, *shape):
        if shape:
            return [self.weights(*shape[1:]) for _ in range(shape[0])]
        self.parameters.append(Value(self.random.uniform(-1.0, 1.0)))
        return self.parameters[-1]

    def rows(self, *shape):
        return [self.rows(*shape[1:]) for _ in range(shape[0])] if shape else self.random.uniform(-1.0, 1.0)

    def whole(self, below, *shape):
        return [self.whole(below, *shape[1:]) for _ in range(shape[0])] if shape else self.random.randrange(below)


def by_dot(w, x, b):
    return dot(w, x, b)


def by_sum(w, x, b):
    return sum(a * c for a, c in zip(w, x, strict=True)) + b


def by_chain(w, x, b):
    z = b
    for a, c in zip(w, x, strict=True):
        z = z + c * a
    return z


def network(neuron, sizes=(3, 5, 4, 1), activation=ag.tanh, seed=0):
    """Return a function of one row: layers of neurons, written in the given way."""
    draw = Draw(seed)
    layers = [(draw.weights(n, m), draw.weights(n)) for m, n in pairwise(sizes)]

    def model(row):
        for k, (weights, biases) in enumerate(layers):
            row = [neuron(w, row, b) for w, b in zip(weights, biases, strict=True)]
            if k < len(layers) - 1:
                row = [activation(z) for z in row]
        return row

    return model, draw


def _regression(neuron):
    model, draw = network(neuron)

    def loss(x, y):
        return mean([(model(row)[0] - t) ** 2 for row, t in zip(x, y, strict=True)])

    return loss, draw.parameters, (draw.rows(6, 3), draw.rows(6))


@program
def network_by_dot():
    return _regression(by_dot)


@program
def network_by_sum():
    return _regression(by_sum)


@program
def network_by_chain():
    return _regression(by_chain)


@program
def two_losses_and_penalties():
    model, draw = network(by_dot, (2, 4, 1), ag.relu)

    def loss(x, y):
        scores = [model(row)[0] for row in x]
        hinge = total([(1.0 - t * s).relu() for s, t in zip(scores, y, strict=True)]) / len(x)
        logistic = sum(ag.softplus(s) - 0.5 * (1.0 + t) * s for s, t in zip(scores, y, strict=True))
        l2 = total([p * p for p in draw.parameters])
        return hinge + 0.1 * logistic + 1e-3 * l2 + 0.01 * total([abs(p) for p in draw.parameters])

    return loss, draw.parameters, (draw.rows(8, 2), [1, -1] * 4)


@program
def shared_weights():
    draw = Draw()
    w = draw.weights(3, 3)

    def loss(x, y):
        losses = []
        for row, t in zip(x, y, strict=True):
            h = [ag.tanh(dot(ws, row)) for ws in w]
            h = [ag.sigmoid(dot(ws, h)) for ws in w]
            h = [ag.silu(dot([w[i][j] for i in range(3)], h)) for j in range(3)]
            losses.append(total(h) * t + w[0][0])
        return mean(losses)

    return loss, draw.parameters, (draw.rows(5, 3), draw.rows(5))


@program
def softmax_by_hand():
    model, draw = network(by_dot, (3, 4, 3))

    def loss(x, y):
        losses = []
        for row, one_hot in zip(x, y, strict=True):
            z = model(row)
            e = [ag.exp(a) for a in z]
            losses.append(-ag.log(sum(p * t for p, t in zip(e, one_hot, strict=True)) / sum(e)))
        return sum(losses) / len(losses)

    return loss, draw.parameters, (draw.rows(4, 3), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]])


@program
def batch_norm():
    draw = Draw()
    w, b, scale, shift = draw.weights(4, 3), draw.weights(4), draw.weights(4), draw.weights(4)

    def loss(x, y):
        z = [[dot(ws, row, bias) for ws, bias in zip(w, b, strict=True)] for row in x]
        normal = []
        for j, column in enumerate(zip(*z, strict=True)):
            middle = mean(column)
            variance = mean([(c - middle) ** 2 for c in column])
            normal.append([scale[j] * (c - middle) / ag.sqrt(variance + 1e-5) + shift[j] for c in column])
        return mean([(total(row) - t) ** 2 for row, t in zip(zip(*normal, strict=True), y, strict=True)])

    return loss, draw.parameters, (draw.rows(6, 3), draw.rows(6))


@program
def residual():
    draw = Draw()
    w1, b1, w2, b2 = draw.weights(5, 3), draw.weights(5), draw.weights(3, 5), draw.weights(3)

    def loss(x, y):
        losses = []
        for row, t in zip(x, y, strict=True):
            h = [ag.gelu(dot(w, row, b)) for w, b in zip(w1, b1, strict=True)]
            out = [a + dot(w, h, b) for a, w, b in zip(row, w2, b2, strict=True)]
            losses.append((total(out) - t) ** 2)
        return mean(losses)

    return loss, draw.parameters, (draw.rows(6, 3), draw.rows(6))


@program
def recurrent():
    draw = Draw()
    wx, wh, b, v, c = draw.weights(4, 2), draw.weights(4, 4), draw.weights(4), draw.weights(4), draw.weights()

    def loss(x, y):
        losses = []
        for sequence, t in zip(x, y, strict=True):
            h = [0.0] * 4
            for now in sequence:
                h = [ag.tanh(dot(p + q, now + h, r)) for p, q, r in zip(wx, wh, b, strict=True)]
            losses.append((dot(v, h, c) - t) ** 2)
        return mean(losses)

    return loss, draw.parameters, (draw.rows(5, 3, 2), draw.rows(5))


@program
def embeddings():
    draw = Draw()
    table, position, w = draw.weights(5, 3), draw.weights(4, 3), draw.weights(5, 3)

    def loss(x, y):
        losses = []
        for sequence, wanted in zip(x, y, strict=True):
            for place, (token, after) in enumerate(zip(sequence, wanted, strict=True)):
                h = [a + b for a, b in zip(take(table, token), position[place], strict=True)]
                logits = [dot(ws, h) for ws in w]
                losses.append(logsumexp(logits) - take(logits, after))
        return mean(losses)

    return loss, draw.parameters, (draw.whole(5, 2, 4), draw.whole(5, 2, 4))


def attention(causal, steps=4, width=8, heads=2):
    draw = Draw()
    size = width // heads
    wq, wk, wv, wo = (draw.weights(width, width) for _ in range(4))

    def linear(w, row):
        return [dot(ws, row) for ws in w]

    def loss(x):
        q, k, v = ([linear(w, row) for row in x] for w in (wq, wk, wv))
        out = []
        for t in range(steps):
            seen = range(t + 1 if causal else steps)
            mixed = []
            for part in range(0, width, size):
                s = slice(part, part + size)
                weights = ag.softmax([dot(q[t][s], k[u][s]) / size**0.5 for u in seen])
                mixed += [dot(weights, [v[u][j] for u in seen]) for j in range(part, part + size)]
            out.append(linear(wo, mixed))
        return mean([a * a for row in out for a in row])

    return loss, draw.parameters, (draw.rows(steps, width),)


@program
def full_attention():
    return attention(causal=False)


@program
def causal_attention():
    return attention(causal=True)


@program
def small_transformer():
    vocabulary, width, heads, steps = 7, 8, 2, 5
    draw, size = Draw(), width // heads
    table, position = draw.weights(vocabulary, width), draw.weights(steps, width)
    wq, wk, wv, wo = (draw.weights(width, width) for _ in range(4))
    w1, w2, head = draw.weights(4 * width, width), draw.weights(width, 4 * width), draw.weights(vocabulary, width)

    def linear(w, row):
        return [dot(ws, row) for ws in w]

    def norm(row):
        scale = (dot(row, row) / len(row) + 1e-5) ** -0.5
        return [a * scale for a in row]

    def loss(x, y):
        keys, values, losses = [], [], []
        for t, (token, after) in enumerate(zip(x, y, strict=True)):
            row = norm([a + b for a, b in zip(take(table, token), position[t], strict=True)])
            h = norm(row)
            q = linear(wq, h)
            keys.append(linear(wk, h))
            values.append(linear(wv, h))
            mixed = []
            for part in range(0, width, size):
                s = slice(part, part + size)
                weights = ag.softmax([dot(q[s], k[s]) / size**0.5 for k in keys])
                mixed += [dot(weights, [v[j] for v in values]) for j in range(part, part + size)]
            row = [a + b for a, b in zip(linear(wo, mixed), row, strict=True)]
            inner = [ag.relu(z) for z in linear(w1, norm(row))]
            row = [a + b for a, b in zip(linear(w2, inner), row, strict=True)]
            logits = linear(head, row)
            losses.append(logsumexp(logits) - take(logits, after))
        return mean(losses)

    return loss, draw.parameters, (draw.whole(vocabulary, steps), draw.whole(vocabulary, steps))


@program
def branches():
    draw = Draw()
    w, b = draw.weights(3), draw.weights()

    def loss(x, y):
        losses = []
        for row, t in zip(x, y, strict=True):
            s = dot(w, row, b)
            losses.append(where(s > 0.0, ag.sqrt(s), 0.1 * s) + maximum(s, t) + ag.leaky_relu(s) + ag.elu(s))
        return mean(losses)

    return loss, draw.parameters, (draw.rows(6, 3), draw.rows(6))


@program
def distances():
    draw = Draw()
    centers = draw.weights(3, 2)

    def loss(x):
        near = []
        for row in x:
            apart = [total([(a - c) ** 2 for a, c in zip(row, center, strict=True)]) for center in centers]
            near.append(-logsumexp([-d for d in apart]))
        return mean(near)

    return loss, draw.parameters, (draw.rows(7, 2),)


@program
def two_towers():
    draw = Draw()
    left, right, joint = draw.weights(3, 2), draw.weights(4, 3), draw.weights(7)

    def loss(x, y):
        losses = []
        for row, t in zip(x, y, strict=True):
            h = [ag.tanh(dot(w, row[:2])) for w in left] + [ag.tanh(dot(w, row[2:])) for w in right]
            losses.append((dot(joint, h) - t) ** 2)
        return mean(losses)

    return loss, draw.parameters, (draw.rows(5, 5), draw.rows(5))


@program
def one_number():
    draw = Draw()
    w = draw.weights()
    return (lambda x: ag.exp(w * x) - w), draw.parameters, (0.5,)


@program
def of_every_length():
    draw = Draw()
    w = draw.weights(6)

    def loss(x):
        prefixes = [dot(w[:k], x[:k]) for k in range(1, 7)]
        return (
            total([ag.tanh(p) for p in prefixes])
            + ag.largest(prefixes)
            + total([total(x[:k]) * w[0] for k in range(1, 7)])
        )

    return loss, draw.parameters, (draw.rows(6),)
