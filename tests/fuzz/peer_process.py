"""A peer in its own environment: reads graphs as lines of JSON, answers with a value and its gradients by leaf.

It is run by the peer's own Python, and so imports nothing of ours: `python peer_process.py torch`.
"""

import contextlib
import json
import math
import sys

SHARED = (  # names that all of them have
    "abs", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "hypot", "sin", "cos", "tan", "sinh", "cosh",
    "tanh", "maximum", "minimum",
)  # fmt: skip
INVERSE = ("asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh")


def torch_peer():
    """Return PyTorch's operations and how a graph's leaves become its gradients."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    stack = torch.stack
    operations = {
        name: getattr(torch, name) for name in (*SHARED, *INVERSE, "xlogy", "erf", "erfc", "sigmoid", "relu", "selu")
    }
    operations |= {
        "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div, "negative": torch.neg,
        "power": torch.pow, "softplus": functional.softplus, "log_sigmoid": functional.logsigmoid,
        "softsign": functional.softsign, "mish": functional.mish, "silu": functional.silu, "gelu": functional.gelu,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"), "hardtanh": functional.hardtanh,
        "leaky_relu": lambda x, slope: functional.leaky_relu(x, slope.item()),
        "elu": lambda x, alpha: functional.elu(x, alpha.item()), "clip": torch.clamp, "sign": torch.sign,
        "greater": lambda a, b: (a > b).double(), "greater_equal": lambda a, b: (a >= b).double(),
        "less": lambda a, b: (a < b).double(), "less_equal": lambda a, b: (a <= b).double(),
        "equal": lambda a, b: (a == b).double(), "isnan": lambda a: torch.isnan(a).double(),
        "where": lambda c, a, b: torch.where(c != 0.0, a, b), "detach": lambda a: a.detach(),
        "dot": lambda a, b, c: torch.dot(stack(a), stack(b)) + c, "total": lambda a: stack(a).sum(),
        "largest": lambda a: stack(a).max(),
    }  # fmt: skip

    def differentiate(run, numbers):
        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
        root = run(leaves)
        if root.requires_grad:
            root.backward()
        return root.item(), [0.0 if x.grad is None else x.grad.item() for x in leaves]

    return operations, differentiate


def arrays(np, special):
    """Return the operations of a peer that speaks NumPy's words."""
    operations = {name: getattr(np, name) for name in SHARED if hasattr(np, name)}
    operations |= {name: getattr(np, f"arc{name[1:]}") for name in INVERSE if hasattr(np, f"arc{name[1:]}")}
    return operations | {
        "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "negative": np.negative,
        "power": np.power, "erf": special.erf, "erfc": special.erfc, "sigmoid": special.expit,
        "softplus": lambda x: np.logaddexp(x, 0.0), "relu": lambda x: np.maximum(x, 0.0), "sign": np.sign,
        "silu": lambda x: x * special.expit(x), "gelu": lambda x: 0.5 * x * (1.0 + special.erf(x * math.sqrt(0.5))),
        "greater": lambda a, b: np.where(a > b, 1.0, 0.0), "less": lambda a, b: np.where(a < b, 1.0, 0.0),
        "greater_equal": lambda a, b: np.where(a >= b, 1.0, 0.0), "equal": lambda a, b: np.where(a == b, 1.0, 0.0),
        "less_equal": lambda a, b: np.where(a <= b, 1.0, 0.0), "where": lambda c, a, b: np.where(c != 0.0, a, b),
        "dot": lambda a, b, c: np.dot(np.array(a), np.array(b)) + c, "total": lambda a: np.sum(np.array(a)),
        "largest": lambda a: np.max(np.array(a)),
    }  # fmt: skip


def autograd_peer():
    """Return HIPS autograd's operations and how a graph's leaves become its gradients."""
    import autograd.numpy as np  # of HIPS, in its own environment
    from autograd.scipy import special

    from autograd import make_vjp

    def differentiate(run, numbers):
        vjp, value = make_vjp(lambda leaves: run(list(leaves)))(np.array(numbers, dtype=float))
        return float(value), [float(x) for x in vjp(np.float64(1.0))]

    return arrays(np, special), differentiate


def jax_peer():
    """Return JAX's operations and how a graph's leaves become its gradients."""
    import jax
    import jax.numpy as np
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)
    operations = arrays(np, special) | {
        "xlogy": special.xlogy, "softplus": jax.nn.softplus, "log_sigmoid": jax.nn.log_sigmoid, "relu": jax.nn.relu,
        "softsign": jax.nn.soft_sign, "mish": jax.nn.mish, "silu": jax.nn.silu, "selu": jax.nn.selu, "elu": jax.nn.elu,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False), "gelu_tanh": jax.nn.gelu, "detach": jax.lax.stop_gradient,
        "leaky_relu": jax.nn.leaky_relu, "hardtanh": jax.nn.hard_tanh, "clip": np.clip,
    }  # fmt: skip

    def differentiate(run, numbers):
        value, slopes = jax.value_and_grad(run)([np.asarray(x, dtype=float) for x in numbers])
        return float(value), [float(x) for x in slopes]

    return operations, differentiate


def micrograd_peer():
    """Return micrograd's operations and how a graph's leaves become its gradients."""
    from micrograd.engine import Value

    operations = {
        "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b, "total": sum,
        "divide": lambda a, b: a / b, "negative": lambda a: -a, "relu": lambda a: a.relu(),
        "dot": lambda a, b, c: sum((x * y for x, y in zip(a, b)), c),  # noqa: B905
    }  # fmt: skip

    def differentiate(run, numbers):
        leaves = [Value(x) for x in numbers]
        root = run(leaves)
        root.backward()
        return float(root.data), [float(x.grad) for x in leaves]

    return operations, differentiate


PEERS = {"torch": torch_peer, "autograd": autograd_peer, "jax.grad": jax_peer, "micrograd": micrograd_peer}


def run(operations, lines, leaves):
    """Return the last of the lines, computed from the leaves in order."""
    given, values = iter(leaves), []
    for name, places, _ in lines:
        if name is None:
            values.append(next(given))
        else:
            picked = [[values[j] for j in i] if isinstance(i, list) else values[i] for i in places]
            values.append(operations[name](*picked))
    return values[-1]


def main():
    """Tell which operations there are, then answer each line; what the peer raises is an answer, too."""
    operations, differentiate = PEERS[sys.argv[1]]()
    answer, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps(sorted(operations)), file=answer, flush=True)
    for asked in sys.stdin:
        lines = json.loads(asked)
        numbers = [x for name, _, x in lines if name is None]
        try:
            with contextlib.redirect_stderr(None):
                said = differentiate(lambda leaves, lines=lines: run(operations, lines, leaves), numbers)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        print(json.dumps(said), file=answer, flush=True)


if __name__ == "__main__":
    main()
