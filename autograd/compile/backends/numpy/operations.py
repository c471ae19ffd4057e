"""What NumPy source is made of: names, signs, numbers, and formulas of symbols written down."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograd.compile.ir.program import COMPARISONS
from autograd.compile.ir.sizes import SizedFloat
from autograd.compile.lift.level_schedule import backward_pass, forward_pass, reached_pass
from autograd.rules.formulas import ATOM, Text, tight
from autograd.rules.identifiers import Name
from autograd.rules.maths import MATHEMATICS, FloatMaths
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import REDUCTIONS
from autograd.rules.symbols import Symbol, check_composed, formulas, functions_in, parameters
from autograd.support.validate import number

UNARY, TIMES, PLUS, COMPARE = 8, 7, 6, 4
INFIX: Final = {
    "add": ("+", PLUS), "subtract": ("-", PLUS), "multiply": ("*", TIMES), "divide": ("/", TIMES),
    "less": ("<", COMPARE), "less_equal": ("<=", COMPARE), "greater": (">", COMPARE),
    "greater_equal": (">=", COMPARE), "equal": ("==", COMPARE),
}  # fmt: skip
# What NumPy has by another name: these work with its versions before 2, too.
RENAMED: Final = {name: f"arc{name[1:]}" for name in MATHEMATICS if name[0] == "a" and hasattr(np, f"arc{name[1:]}")}
OWN: Final = frozenset({
    "isnan", "isinf", "where", "maximum", "minimum",
    *[name for name in MATHEMATICS if hasattr(np, name) and name not in RENAMED],
})  # fmt: skip
# What NumPy says better than the rule: the same function, in fewer passes over the data.
BETTER: Final = {
    "sigmoid": "1.0 / (1.0 + exp(-x))",
    "softplus": "logaddexp(0.0, x)",
    "relu": "maximum(x, 0.0)",
}


def _vector_erf(function: Callable[[float], float]) -> Callable[[Any], Any]:
    ufunc = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(ufunc(x), dtype=np.float64)


NAMESPACE: Final[dict[str, Any]] = {
    **{name: getattr(np, name) for name in (*OWN, *RENAMED.values())},
    "add": np.add,
    "multiply": np.multiply,
    **{op: getattr(np, x.joins).reduce for op, x in REDUCTIONS.items()},
    "dot": np.dot,
    "matmul": np.matmul,
    "logaddexp": np.logaddexp,
    "concatenate": np.concatenate,
    "argmax": np.argmax,
    "zeros_like": np.zeros_like,
    "put_along_axis": np.put_along_axis,
    "add_at": np.add.at,
    "broadcast_to": np.broadcast_to,
    "empty": np.empty,
    "zeros": np.zeros,
    "array": np.array,
    "bincount": np.bincount,
    "erf": _vector_erf(math.erf),
    "erfc": _vector_erf(math.erfc),
    "levels": forward_pass,
    "levels_reached": reached_pass,
    "levels_backward": backward_pass,
    "inf": math.inf,
    "nan": math.nan,
}


# Functions that a source brings along where it needs them, besides those written from an operation's rule.
HELPERS: Final = {
    "first": """def first(x, largest, axis):
    place = argmax((x == largest) | isnan(x), axis, keepdims=True)
    mask = zeros_like(x)
    put_along_axis(mask, place, 1.0, axis)
    return mask

""",
    "add_rows": """def add_rows(x, index, shape):
    whole = zeros(shape)
    add_at(whole, index, x)
    return whole

""",
    "put": """def put(x, rows, index, shape):
    whole = zeros(shape)
    whole[rows, index] = x
    return whole

""",
}


# What a source calls its own, besides the operations of the table: whatever comes from elsewhere goes by other names.
_RESERVED: Final = frozenset({
    *NAMESPACE, *HELPERS, "bind", "step", "theta", "gradient", "loss", "update", "learning_rate", "reshape", "numpy",
})  # fmt: skip
_NUMBERED: Final = re.compile(r"(constant|mask|index|table|rows|ones)\d+|\w+_(op|value|slopes)")


def is_reserved(name: str) -> bool:
    """Whether a source may use that name for something of its own."""
    return name in _RESERVED or _NUMBERED.fullmatch(name) is not None


def called(op: str) -> Name:
    """Return the name of the function that computes an operation."""
    if op in RENAMED:
        return Name(RENAMED[op])
    return Name(op if op in vars(FloatMaths) or op in OWN or not is_reserved(op) else f"{op}_op")


def literal(x: float) -> Text:
    """Return a number as source, or what it is of the sizes; raises TypeError for what is none."""
    if isinstance(x, SizedFloat):
        return x.text, ATOM
    x = number(x)
    if x != x or abs(x) == math.inf:
        return ("nan" if x != x else "inf" if x > 0 else "-inf", UNARY if x < 0 else ATOM)
    text = str(int(x)) if x.is_integer() and abs(x) < 1e15 and not (x == 0.0 and math.copysign(1.0, x) < 0) else repr(x)
    return text, UNARY if x < 0 else ATOM


def float_literal(x: float) -> Text:
    """Return a number as source that is a float in Python, too, not a whole number."""
    text, binds = literal(x)
    if isinstance(x, SizedFloat):
        return f"float({text})", ATOM
    return (f"{text}.0" if text.lstrip("-").isdigit() else text), binds


def printed(x: Symbol, special: Callable[[Symbol, list[str]], Text | None] = lambda x, inputs: None) -> Text:
    """Return a formula of symbols as NumPy source; `special` may say otherwise for what it knows better."""
    if x.function == "name":
        return x.name, ATOM
    if x.number is not None:
        return literal(x.number)
    inputs = [printed(y, special) for y in x.inputs]
    inputs = [
        _as_number(y, text) if k or x.function != "where" else text
        for k, (y, text) in enumerate(zip(x.inputs, inputs, strict=True))
    ]
    if x.function == "where" and x.inputs[1].number is not None and x.inputs[2].number is not None:
        inputs[1] = float_literal(x.inputs[1].number)
    known = special(x, [text for text, _ in inputs])
    if known is not None:
        return known
    if x.function in INFIX:
        sign, binds = INFIX[x.function]
        return f"{tight(inputs[0], binds)} {sign} {tight(inputs[1], binds + 1)}", binds
    if x.function == "negative":
        return f"-{tight(inputs[0], UNARY)}", UNARY
    return f"{called(x.function)}({', '.join(text for text, _ in inputs)})", ATOM


def _as_number(x: Symbol, text: Text) -> Text:
    """Return a comparison as 1.0 and 0.0, since NumPy's gives True and False, which are no numbers there."""
    return (f"where({text[0]}, 1.0, 0.0)", ATOM) if x.function in COMPARISONS else text


def helper(name: str) -> tuple[str, set[str]]:
    """Return the source of the function of that name, and the functions that it calls."""
    if name in HELPERS:
        return HELPERS[name], set()
    head = f"def {called(name)}({', '.join(parameters(TABLE[name]))}):\n    return "
    if name in BETTER:
        return f"{head}{BETTER[name]}\n\n", set()
    check_composed(name, __name__)
    output, _ = formulas(name)
    return f"{head}{_as_number(output, printed(output))[0]}\n\n", functions_in(output)


def imports(source: str) -> str:
    """Return the line that imports what a source uses of NumPy, and the one that names its reductions."""
    words = set(re.findall(r"[a-z_0-9]+", source))
    used = sorted(words & {name for name, x in NAMESPACE.items() if getattr(np, name, None) is x})
    short = {**{op: f"{x.joins}.reduce" for op, x in REDUCTIONS.items()}, "add_at": "add.at"}
    named = [name for name in short if re.search(rf"\b{name}\(", source)]
    used = sorted({*used, *[short[name].split(".")[0] for name in named]})
    lines = [f"from numpy import {', '.join(used)}"] if used else []
    lines += [f"{', '.join(named)} = {', '.join(short[name] for name in named)}"] if named else []
    return "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")
