"""Scalar automatic differentiation that shows every step.

>>> from autograd import Value
>>> x = Value(3.0)
>>> y = x * x + 2 * x
>>> y.backward()
>>> y.data, x.grad
(15.0, 8.0)

value.py     `Value`: a number that knows what it was computed from
backward.py  the backward pass
ops.py       the table of operations: each is one row, and everything else about it is derived
rules/       what a row is: the operation, its maths on floats, its formulas
recording/   how a program is recorded: `Value`'s methods, `no_grad`, comparisons, copies, looking at a graph
fused/       what makes the recorded engine fast: sums of products, layers and activations as few nodes
functional/  `softmax`, `take` …, and derivatives of functions: `grad`, `jvp`, `checkpoint`, `gradcheck`
explain/     a pass told in events and sentences, and how many of its digits are right
compile/     from a recorded graph to a program of arrays
support/     what all share: the check of numbers that enter, nested lists, messages, files, locks, names from elsewhere

To read it: value.py, backward.py, the head of ops.py and its first rows, then `__mul__` in recording/methods.py.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograd.functional.checkpoint import checkpoint
from autograd.functional.grad_jacobian_hessian import grad, hessian, hvp, jacobian, jvp, value_and_grad
from autograd.functional.softmax_mean_norm import log_softmax, logsumexp, mean, norm, smallest, softmax
from autograd.functional.take import take
from autograd.functional.vjp import gradients
from autograd.fused.groups import Group
from autograd.ops import abs_ as abs  # noqa: A004
from autograd.ops import (
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    clip,
    cos,
    cosh,
    detach,
    divide,
    dot,
    elu,
    equal,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    gelu_tanh,
    greater,
    greater_equal,
    hardtanh,
    hypot,
    isnan,
    largest,
    leaky_relu,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    maximum,
    minimum,
    mish,
    multiply,
    negative,
    power,
    relu,
    selu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    softsign,
    sqrt,
    subtract,
    tan,
    tanh,
    total,
    where,
    xlogy,
)
from autograd.recording.conditions import Condition
from autograd.recording.detect_anomaly import detect_anomaly
from autograd.recording.graph import topological_order
from autograd.recording.no_grad import no_grad
from autograd.rules.operation import TABLE as _TABLE
from autograd.rules.operation import op
from autograd.support.collector import look_at_the_old_less as _look_at_the_old_less
from autograd.support.foreign_names import GUESSES as _GUESSES
from autograd.support.validate import number
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.compile import compile, compile_graph  # noqa: A004
    from autograd.explain import steps
    from autograd.explain.digits import certify
    from autograd.explain.examination.examination import examine
    from autograd.explain.explanation import explain
    from autograd.functional.gradcheck import gradcheck

__all__ = [
    "Condition", "Group", "Value", "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh",
    "certify", "checkpoint", "clip", "compile", "compile_graph", "cos", "cosh", "detach", "detect_anomaly",
    "divide", "dot", "elu", "equal", "erf", "erfc", "examine", "exp", "explain", "expm1", "gelu", "gelu_tanh", "grad",
    "gradcheck", "gradients", "greater", "greater_equal", "hardtanh", "hessian", "hvp", "hypot", "isnan",
    "jacobian", "jvp", "largest", "leaky_relu", "less", "less_equal", "log", "log1p", "log2", "log10",
    "log_sigmoid", "log_softmax", "logsumexp", "maximum", "mean", "minimum", "mish", "multiply", "negative",
    "no_grad", "norm", "number", "op", "power", "relu", "selu", "sigmoid", "sign", "silu", "sin", "sinh",
    "smallest", "softmax", "softplus", "softsign", "sqrt", "steps", "subtract", "take", "tan", "tanh",
    "topological_order", "total", "value_and_grad", "where", "xlogy",
]  # fmt: skip

# Type checkers and editors read the lists above; at run time every row of the table is here, listed or not.
__all__ += [name for name in _TABLE if name not in __all__]

# What is loaded only when it is asked for: name -> module.
_LATER = {
    **dict.fromkeys(["compile", "compile_graph"], "compile"),
    "certify": "explain.digits",
    "examine": "explain.examination",
    "explain": "explain.explanation",
    "gradcheck": "functional.gradcheck",
    "steps": "explain.steps",
}


def __getattr__(name: str) -> Any:
    if name in _TABLE:
        return _TABLE[name]
    if name not in _LATER:
        return _GUESSES.found(name)
    module = import_module(f"autograd.{_LATER[name]}")
    return module if name == "steps" else getattr(module, name)


class _FrontDoor(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        """Importing the module `autograd.explain` must not put it in the place of the function `explain`."""
        if isinstance(value, ModuleType) and name in _LATER and name != "steps":
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _FrontDoor
_look_at_the_old_less()


def __dir__() -> list[str]:
    return __all__
