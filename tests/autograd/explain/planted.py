"""Random graphs with cancellations planted, and their truth at 400 digits by rules that are written here by hand."""

import random

import mpmath
from mpmath import mp, mpf

import autograd as ag
from autograd import Value
from autograd.rules.operation import TABLE

DIGITS = 400


def _gelu(x):
    return x * mp.ncdf(x)


RULES = {  # the function, and its derivatives
    "add": (lambda x, y: x + y, lambda x, y: (1, 1)),
    "subtract": (lambda x, y: x - y, lambda x, y: (1, -1)),
    "multiply": (lambda x, y: x * y, lambda x, y: (y, x)),
    "divide": (lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "negative": (lambda x: -x, lambda x: (-1,)),
    "exp": (mp.exp, lambda x: (mp.exp(x),)),
    "expm1": (lambda x: mp.exp(x) - 1, lambda x: (mp.exp(x),)),
    "log": (mp.ln, lambda x: (1 / x,)),
    "log1p": (lambda x: mp.ln(1 + x), lambda x: (1 / (1 + x),)),
    "sqrt": (mp.sqrt, lambda x: (1 / (2 * mp.sqrt(x)),)),
    "sin": (mp.sin, lambda x: (mp.cos(x),)),
    "cos": (mp.cos, lambda x: (-mp.sin(x),)),
    "tanh": (mp.tanh, lambda x: (mp.sech(x) ** 2,)),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), lambda x: (mp.sech(x / 2) ** 2 / 4,)),
    "softplus": (lambda x: mp.ln(1 + mp.exp(x)), lambda x: (1 / (1 + mp.exp(-x)),)),
    "erf": (mp.erf, lambda x: (2 / mp.sqrt(mp.pi) * mp.exp(-x * x),)),
    "erfc": (mp.erfc, lambda x: (-2 / mp.sqrt(mp.pi) * mp.exp(-x * x),)),
    "gelu": (_gelu, lambda x: (mp.ncdf(x) + x * mp.npdf(x),)),
    "relu": (lambda x: max(x, mpf(0)), lambda x: (mpf(x > 0),)),
    "abs": (abs, lambda x: (mp.sign(x),)),
    "maximum": (max, lambda x, y: (mpf(x >= y), mpf(x < y))),
}
ONE = [getattr(ag, name) for name in RULES if len(RULES[name][1](*[mpf(2)] * TABLE[name].arity)) == 1]
TWO = [ag.add, ag.subtract, ag.multiply, ag.maximum]
PLANTED = [
    lambda x, big: (x + big) - big,
    lambda x, big: 1.0 - ag.sigmoid(abs(x) * 12.0 + 3.0),
    lambda x, big: ag.exp(x * 1e-7) - 1.0,
    lambda x, big: ag.log(1.0 + x * x * 1e-9),
    lambda x, big: (x + 1e-6) * (x + 1e-6) - x * x,
    lambda x, big: (x * 3.0 - x) - (x + x),
    lambda x, big: ag.tanh(x * 5.0 + 6.0) - 1.0,
    lambda x, big: 1.0 - ag.cos(x * 1e-5),
]


def graph(seed):
    """Return the root and the leaves of a random graph."""
    r = random.Random(seed)
    leaves = [Value(r.uniform(-2.0, 2.0), f"x{k}") for k in range(r.randint(1, 4))]
    pool = list(leaves)
    for _ in range(r.randint(3, 20)):
        x, y = r.choice(pool[-6:]), r.choice(pool)
        kind = r.random()
        if kind < 0.25:
            made = r.choice(PLANTED)(x, 10.0 ** r.randint(2, 14))
        elif kind < 0.6:
            made = r.choice(TWO)(x, y)
        else:
            op = r.choice(ONE)
            made = op(x * x + 0.1) if op.name in ("log", "log1p", "sqrt") else op(x)
        if abs(made.data) < 20.0:
            pool.append(made)
    return pool[-1] + r.choice(pool), leaves


def truth(root, leaves):
    """Return the value and the gradients of the leaves at 400 digits."""
    with mpmath.workdps(DIGITS):
        order = ag.topological_order(root)
        numbers, adjoints = {}, {id(node): mpf(0) for node in order}
        for node in order:
            inputs = [numbers[id(p)] for p in node.parents]
            numbers[id(node)] = RULES[node.op.name][0](*inputs) if inputs else mpf(node.data)
        adjoints[id(root)] = mpf(1)
        for node in reversed(order):
            if node.parents:
                derivatives = RULES[node.op.name][1](*[numbers[id(p)] for p in node.parents])
                for p, d in zip(node.parents, derivatives, strict=True):
                    adjoints[id(p)] += adjoints[id(node)] * d
        return numbers[id(root)], [adjoints.get(id(x), mpf(0)) for x in leaves]


def true_digits(number, true):
    """Return how many digits of a float are right: 16 for the nearest one to the truth."""
    with mpmath.workdps(DIGITS):
        true = mpf(0) if abs(true) < mpf(10) ** -350 else true
        if float(true) == number:
            return 16.0
        return 0.0 if true == 0 else max(0.0, min(16.0, float(-mp.log10(abs(mpf(number) - true) / abs(true)))))


def slacks(seed):
    """Return (proved digits, true digits) for the value and each gradient of a random graph."""
    root, leaves = graph(seed)
    used = {id(node) for node in ag.topological_order(root)}
    leaves = [x for x in leaves if id(x) in used]
    certificate = ag.certify(root, leaves)
    value, gradients = truth(root, leaves)
    pairs = zip((certificate.value, *certificate.gradients), (value, *gradients), strict=True)
    return [(found.digits or 0.0, true_digits(found.number, true)) for found, true in pairs]
