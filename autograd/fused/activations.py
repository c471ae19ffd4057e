"""Operations of one input on rows of numbers: outputs and derivatives.  Hidden layers use them.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, erf, erfc, exp, expm1, log, log1p, sin, sqrt, tanh
from typing import Final

Row = list[float]


def negative_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(-x)
        derivatives.append(-1.0)
    return outputs, derivatives


def abs_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(abs(x))
        derivatives.append(1.0 if (x > 0.0) else (-1.0 if (x < 0.0) else 0.0))
    return outputs, derivatives


def exp_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = exp(x)
        outputs.append(t0)
        derivatives.append(t0)
    return outputs, derivatives


def expm1_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(expm1(x))
        derivatives.append(exp(x))
    return outputs, derivatives


def log_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(log(x))
        derivatives.append(1.0 / x)
    return outputs, derivatives


def log1p_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(log1p(x))
        derivatives.append(1.0 / (1.0 + x))
    return outputs, derivatives


def sqrt_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = sqrt(x)
        outputs.append(t0)
        derivatives.append(0.5 / t0)
    return outputs, derivatives


def sin_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(sin(x))
        derivatives.append(cos(x))
    return outputs, derivatives


def cos_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(cos(x))
        derivatives.append(-sin(x))
    return outputs, derivatives


def erf_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(erf(x))
        derivatives.append(1.1283791670955126 * exp(-(x * x)))
    return outputs, derivatives


def erfc_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(erfc(x))
        derivatives.append(-1.1283791670955126 * exp(-(x * x)))
    return outputs, derivatives


def tanh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = tanh(x)
        outputs.append(t0)
        derivatives.append(1.0 - (t0 * t0))
    return outputs, derivatives


def sigmoid_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = exp(-abs(x))
        t1 = (t0 if (x < 0.0) else 1.0) / (1.0 + t0)
        outputs.append(t1)
        derivatives.append(t1 * (1.0 - t1))
    return outputs, derivatives


def softplus_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = exp(-abs(x))
        outputs.append((x if (x >= 0.0) else (x if (x != x) else 0.0)) + log1p(t0))
        derivatives.append((t0 if (x < 0.0) else 1.0) / (1.0 + t0))
    return outputs, derivatives


def relu_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(0.0 if (x <= 0.0) else x)
        derivatives.append(1.0 if (x > 0.0) else 0.0)
    return outputs, derivatives


def silu_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = exp(-abs(x))
        t1 = (t0 if (x < 0.0) else 1.0) / (1.0 + t0)
        t2 = 0.0 if (t1 == 0.0) else (x * t1)
        t3 = 1.0 - t1
        outputs.append(t2)
        derivatives.append(t1 if ((t1 * t3) == 0.0) else (t1 + (t2 * t3)))
    return outputs, derivatives


def gelu_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = 0.5 * erfc(x * -0.7071067811865476)
        t1 = exp(-0.5 * (x * x)) * 0.3989422804014327
        outputs.append(0.0 if (t0 == 0.0) else (x * t0))
        derivatives.append(t0 if (t1 == 0.0) else (t0 + (x * t1)))
    return outputs, derivatives


def gelu_tanh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = x * x
        t1 = 1.5957691216057308 * (x + (0.044715 * (t0 * x)))
        t2 = exp(-abs(t1))
        t3 = (t2 if (t1 < 0.0) else 1.0) / (1.0 + t2)
        t4 = x * t3
        t5 = 1.0 - t3
        outputs.append(0.0 if (t3 == 0.0) else t4)
        derivatives.append(t3 if ((t3 * t5) == 0.0) else (t3 + ((t4 * t5) * (1.5957691216057308 * (1.0 + (0.134145 * t0))))))  # fmt: skip
    return outputs, derivatives


ON_ROWS: Final[dict[str, Callable[[Row], tuple[Row, Row]]]] = {
    "negative": negative_row,
    "abs": abs_row,
    "exp": exp_row,
    "expm1": expm1_row,
    "log": log_row,
    "log1p": log1p_row,
    "sqrt": sqrt_row,
    "sin": sin_row,
    "cos": cos_row,
    "erf": erf_row,
    "erfc": erfc_row,
    "tanh": tanh_row,
    "sigmoid": sigmoid_row,
    "softplus": softplus_row,
    "relu": relu_row,
    "silu": silu_row,
    "gelu": gelu_row,
    "gelu_tanh": gelu_tanh_row,
}
