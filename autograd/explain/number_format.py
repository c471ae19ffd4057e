"""How numbers are written: one implementation for REPL, page, picture and transcript."""

from __future__ import annotations

import math
from typing import Final

DASH: Final = "—"  # where no pass has been


def show_number(x: float | None) -> str:
    """Return `x` to four significant digits with a true minus sign; a dash for None, `nan` and `inf` by name."""
    if x is None:
        return DASH
    if x != x:
        return "nan"
    sign, x = "−" if x < 0 else "", abs(x)
    if x in (0.0, math.inf):
        return sign + ("inf" if x else "0")
    mantissa, power = f"{x:.3e}".split("e")
    exponent = int(power)
    if 3 <= exponent < 6:
        return f"{sign}{x:.0f}"
    if -4 <= exponent < 3:
        return sign + f"{x:.{3 - exponent}f}".rstrip("0").rstrip(".")
    mantissa = mantissa.rstrip("0")
    return f"{sign}{mantissa}{'0' if mantissa.endswith('.') else ''}e{exponent}"


def bracketed(text: str) -> str:
    """Return a number as it stands behind a sign: in brackets if it begins with one of its own."""
    return f"({text})" if text.startswith("−") else text
