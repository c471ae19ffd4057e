"""How LaTeX writes each operation on whole arrays.  What only moves numbers in memory is not seen in a formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from autograd.compile.ir.program import LEVELS, Array
from autograd.rules.formulas import ATOM, Text, tight
from autograd.rules.latex import DIFFERENCE, PRODUCT, SUM, Latex
from autograd.rules.reduction_record import REDUCTIONS

SIGNS: Final = {"add": r"\sum", "multiply": r"\prod"}  # of what is joined
ROWS, UNITS = r"\mathrm{rows}", r"\mathrm{units}"


def transposed(text: Text) -> str:
    """Return the transpose: W^{(1)} takes the sign into its superscript."""
    x = tight(text, ATOM)
    return f"{x[:-1]}\\top}}" if x.endswith(")}") and x.count("^") == 1 else f"{{{x}}}^{{\\top}}"


def _matmul(a: Array, x: list[Text]) -> Text:
    if not a.shape and a.operands[0] is a.operands[1]:
        return rf"\left\| {x[0][0]} \right\|^2", ATOM
    first = transposed(x[0]) if len(a.operands[0].shape) == 1 else tight(x[0], DIFFERENCE)
    return rf"{first} \, {tight(x[1], PRODUCT)}", DIFFERENCE  # in brackets before ⊙


def _over(a: Array) -> str:
    """Return what a sum runs over: nothing is said where it is all."""
    axes, rank = a.detail, len(a.operands[0].shape)
    if rank < 2 or len(axes) == rank:
        return ""
    return "_{" + {(0,): ROWS, (rank - 1,): UNITS}.get(axes, rf"\mathrm{{axes}}\ {', '.join(map(str, axes))}") + "}"


def _reduction(a: Array, x: list[Text]) -> Text:
    joins = REDUCTIONS[a.op].joins
    if joins in SIGNS:
        return rf"{SIGNS[joins]}{_over(a)} {tight(x[0], PRODUCT)}", SUM
    return rf"{Latex().called(joins)}\left({x[0][0]}\right)", ATOM


def _transpose(a: Array, x: list[Text]) -> Text:
    return transposed(x[0]), ATOM


def _same(a: Array, x: list[Text]) -> Text:
    return x[0]


def _slice(a: Array, x: list[Text]) -> Text:
    ranges = zip(a.detail, a.operands[0].shape, strict=True)
    texts = [
        ":" if (start, stop, step) == (0, n, 1) else str(start) if stop == start + 1 else f"{start}:{stop}"
        for (start, stop, step), n in ranges
    ]
    return rf"{tight(x[0], ATOM)}\left[{', '.join(texts)}\right]", ATOM


def _called(a: Array, x: list[Text]) -> Text:
    inside = ", ".join(text for text, _ in x)
    return rf"{Latex().called(a.op.replace('_', ' '))}\left({inside}\right)", ATOM


LATEX: Final[dict[str, Callable[[Array, list[Text]], Text]]] = {
    "matmul": _matmul,
    **dict.fromkeys(REDUCTIONS, _reduction),
    "transpose": _transpose,
    "reshape": _same,
    "broadcast": _same,
    "slice": _slice,
    **dict.fromkeys(("first", "join", "gather", "scatter", "assemble", "rows", "add_rows", "pick", "put"), _called),
    **dict.fromkeys(LEVELS, _called),
}
