"""Random programs of plain operations, for us and for JAX."""

import math

from hypothesis import strategies as st

import autograd as ag

UNARY = [
    "tanh", "sigmoid", "softplus", "sin", "cos", "gelu", "silu", "elu", "leaky_relu", "relu", "abs", "erf", "negative",
]  # fmt: skip


BINARY = ["add", "subtract", "multiply", "maximum", "minimum"]


MANY = ["total", "largest", "dot"]


OURS = {
    **{name: getattr(ag, name) for name in UNARY + BINARY},
    "divide": lambda x, y: x / (2.0 + ag.cos(y)),
    "power": lambda x, y: ag.exp(ag.sin(x)) ** ag.tanh(y),
    "root": lambda x: ag.sqrt(1.0 + x * x),
    "log": lambda x: ag.log(1.0 + x * x),
    "where": lambda x, y: ag.where(x > y, x * y, y),
    "total": lambda *xs: ag.total(xs),
    "largest": lambda *xs: ag.largest(xs),
    "dot": lambda *xs: ag.dot(xs, xs[::-1]) / len(xs),
}


STEP = st.tuples(st.sampled_from(sorted(OURS)), st.lists(st.integers(0, 10**6), min_size=4, max_size=4))


NUMBERS = st.lists(st.floats(-2, 2).map(lambda x: round(x, 3) + 1e-4 * math.pi), min_size=2, max_size=4, unique=True)


def arity(name):
    return 1 if name in UNARY or name in ("root", "log") else 3 if name in MANY else 2


def run(functions, program, numbers):
    nodes = list(numbers)
    for name, places in program:
        nodes.append(functions[name](*[nodes[p % len(nodes)] for p in places[: arity(name)]]))
    result = nodes[-1]
    for x in nodes[len(numbers) : -1]:
        result = result + functions["tanh"](x)
    return result
