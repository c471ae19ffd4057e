"""Operations of one input on rows of numbers: outputs and derivatives.  Hidden layers use them.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from collections.abc import Callable
from math import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expm1,
    log,
    log1p,
    log2,
    log10,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
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


def log2_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(log2(x))
        derivatives.append(1.0 / (x * 0.6931471805599453))
    return outputs, derivatives


def log10_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(log10(x))
        derivatives.append(1.0 / (x * 2.302585092994046))
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


def tan_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = tan(x)
        outputs.append(t0)
        derivatives.append(1.0 + (t0 * t0))
    return outputs, derivatives


def asin_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(asin(x))
        derivatives.append(1.0 / sqrt((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x))))
    return outputs, derivatives


def acos_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(acos(x))
        derivatives.append(-1.0 / sqrt((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x))))
    return outputs, derivatives


def atan_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(atan(x))
        derivatives.append(1.0 / (1.0 + (x * x)))
    return outputs, derivatives


def sinh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(sinh(x))
        derivatives.append(cosh(x))
    return outputs, derivatives


def cosh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(cosh(x))
        derivatives.append(sinh(x))
    return outputs, derivatives


def asinh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = abs(x)
        t1 = abs(1.0)
        t2 = t0 > t1
        t3 = t0 if t2 else t1
        t4 = t1 if t2 else t0
        t5 = 1.0 if (t4 == t3) else (t4 / t3)
        outputs.append(asinh(x))
        derivatives.append(1.0 / (t3 * sqrt(1.0 + (t5 * t5))))
    return outputs, derivatives


def acosh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(acosh(x))
        derivatives.append(1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)))
    return outputs, derivatives


def atanh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(atanh(x))
        derivatives.append(1.0 / ((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x))))
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


def log_sigmoid_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = -x
        t1 = exp(-abs(t0))
        outputs.append(-((t0 if (t0 >= 0.0) else (t0 if (t0 != t0) else 0.0)) + log1p(t1)))
        derivatives.append((t1 if (t0 < 0.0) else 1.0) / (1.0 + t1))
    return outputs, derivatives


def softsign_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = 1.0 / (1.0 + abs(x))
        outputs.append((1.0 if (x > 0.0) else (-1.0 if (x < 0.0) else x)) if (t0 == 0.0) else (x * t0))
        derivatives.append(t0 * t0)
    return outputs, derivatives


def mish_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = exp(-abs(x))
        t1 = tanh((x if (x >= 0.0) else (x if (x != x) else 0.0)) + log1p(t0))
        t2 = ((t0 if (x < 0.0) else 1.0) / (1.0 + t0)) * (1.0 - (t1 * t1))
        outputs.append(0.0 if (t1 == 0.0) else (x * t1))
        derivatives.append(t1 if (t2 == 0.0) else (t1 + (x * t2)))
    return outputs, derivatives


def relu_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(0.0 if (x <= 0.0) else x)
        derivatives.append(1.0 if (x > 0.0) else 0.0)
    return outputs, derivatives


def selu_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        t0 = x > 0.0
        t1 = 0.0 if t0 else x
        outputs.append((1.0507009873554805 * x) if t0 else (1.7580993408473766 * expm1(t1)))
        derivatives.append(1.0507009873554805 if t0 else (1.7580993408473766 * exp(t1)))
    return outputs, derivatives


def hardtanh_row(xs: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for x in xs:
        outputs.append(1.0 if (x >= 1.0) else (-1.0 if (x <= -1.0) else x))
        derivatives.append((1.0 if (x < 1.0) else 0.0) if (x > -1.0) else 0.0)
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
    "log2": log2_row,
    "log10": log10_row,
    "log1p": log1p_row,
    "sqrt": sqrt_row,
    "sin": sin_row,
    "cos": cos_row,
    "tan": tan_row,
    "asin": asin_row,
    "acos": acos_row,
    "atan": atan_row,
    "sinh": sinh_row,
    "cosh": cosh_row,
    "asinh": asinh_row,
    "acosh": acosh_row,
    "atanh": atanh_row,
    "erf": erf_row,
    "erfc": erfc_row,
    "tanh": tanh_row,
    "sigmoid": sigmoid_row,
    "softplus": softplus_row,
    "log_sigmoid": log_sigmoid_row,
    "softsign": softsign_row,
    "mish": mish_row,
    "relu": relu_row,
    "selu": selu_row,
    "hardtanh": hardtanh_row,
    "silu": silu_row,
    "gelu": gelu_row,
    "gelu_tanh": gelu_tanh_row,
}
