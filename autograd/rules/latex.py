"""Formulas in LaTeX: the syntax, names of any kind, and equations one below the other."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from typing import ClassVar, Final

from autograd.rules.formulas import ATOM, Syntax, Text, tight
from autograd.rules.operation import TABLE
from autograd.rules.symbols import Symbol

COMPARISON, SUM, DIFFERENCE, PRODUCT = 0, 1, 2, 3  # how tightly what stands in a formula binds
_SUBSCRIPTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾", "0123456789-()")
_PARTS: Final = re.compile("([₀-₉,]*[₀-₉]|[⁰¹²³⁴-⁹⁻⁽⁾]+)")
_GREEK: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_ESCAPES: Final = str.maketrans({
    **{c: f"\\{name} " for c, name in zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _GREEK.split(), strict=True)},
    **{c: f"\\{c}" for c in "#$%&_{} "}, "\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "−": "-",
})  # fmt: skip
_ACCENTS: Final = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0306": "breve",
    "\u0307": "dot", "\u0308": "ddot", "\u030a": "mathring", "\u030c": "check",
}  # fmt: skip
_STANDARD: Final = {  # what LaTeX has a sign for; every other function is \operatorname
    "exp": r"\exp", "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
    "tanh": r"\tanh", "sigmoid": r"\sigma", "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan",
    "maximum": r"\max", "minimum": r"\min", "largest": r"\max",
}  # fmt: skip


def written(name: str) -> str:
    r"""Return a name, which may be any text, as it stands in a formula: `w⁽¹⁾₁₂` is `w^{(1)}_{12}`.

    >>> print(written("w⁽¹⁾₁₂"), written("x"), written("a & b"), written("größe"))
    w^{(1)}_{12} x \mathrm{a\ \&\ b} \mathrm{gr\ddot{o}ße}
    """
    first, *rest = _PARTS.split(unicodedata.normalize("NFC", name))
    text = _upright(first) if len(first) != 1 else _letter(first)
    taken: set[bool] = set()
    for digits, between in zip(rest[::2], rest[1::2], strict=True):
        is_below = digits[-1] in "₀₁₂₃₄₅₆₇₈₉"
        if is_below in taken:  # TeX has one place below and one above
            text, taken = text + "{}", set()
        taken.add(is_below)
        text += f"_{{{digits.translate(_SUBSCRIPTS)}}}" if is_below else f"^{{{digits.translate(_SUPERSCRIPTS)}}}"
        if between:
            text, taken = text + _upright(between), set()
    return text


def _upright(text: str) -> str:
    return rf"\mathrm{{{''.join(map(_letter, text))}}}" if text else ""


def _letter(c: str) -> str:
    r"""Return a character as a formula has it, whose accents are not those of text: `é` is `\acute{e}`."""
    letter, *accents = list(unicodedata.normalize("NFD", c))
    if not _ACCENTS.keys() >= {*accents}:
        return c.translate(_ESCAPES)
    return reduce(lambda text, accent: rf"\{_ACCENTS[accent]}{{{text}}}", accents, letter.translate(_ESCAPES))


def partial(above: str, below: str) -> str:
    """Return the derivative of one with respect to the other, both in LaTeX."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def aligned(lines: Iterable[str]) -> str:
    """Return equations one below the other, aligned where each has its `&`."""
    return "\\begin{aligned}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{aligned}"


class Latex(Syntax):
    """Formulas as LaTeX has them: `times` stands between factors, and a square is one unless it is `of_arrays`."""

    times = r" \cdot "
    of_arrays = False
    infix: ClassVar = {
        "add": (" + ", SUM, SUM, SUM),
        "subtract": (" - ", SUM, SUM, DIFFERENCE),
        **{
            name: (sign, COMPARISON, SUM, SUM)
            for name, sign in {
                "greater": " > ", "greater_equal": r" \geq ", "less": " < ", "less_equal": r" \leq ", "equal": " = ",
            }.items()
        },
    }  # fmt: skip
    minus: ClassVar = ("-", SUM, PRODUCT)

    def name(self, x: Symbol) -> str:
        """Return a name, which may be any text."""
        return written(str(x.inputs[0]))

    def number(self, x: float) -> Text:
        """Return a number to four digits; one with a sign binds as loosely as can be."""
        if not math.isfinite(x):
            text = r"\mathrm{nan}" if x != x else r"\infty" if x > 0.0 else r"-\infty"
        else:
            text, _, power = f"{x:.4g}".partition("e")
            text += rf" \times 10^{{{int(power)}}}" if power else ""
        return text, COMPARISON if text.startswith("-") or "times" in text else ATOM

    def called(self, function: str) -> str:
        """Return the name by which a function is called."""
        if function in _STANDARD:
            return _STANDARD[function]
        return rf"\operatorname{{{(TABLE[function].symbol if function in TABLE else function).translate(_ESCAPES)}}}"

    def own(self, x: Symbol, operands: list[Text]) -> Text | None:
        """Return products, fractions, powers, roots, and choices between 1 and 0, which stand in brackets."""
        function, texts = x.function, [text for text, _ in operands]
        if function == "multiply":
            if x.inputs[0] == x.inputs[1] and not self.of_arrays:
                return self._power(operands[0], "2")
            return f"{tight(operands[0], PRODUCT)}{self.times}{tight(operands[1], PRODUCT)}", PRODUCT
        if function == "divide":
            return rf"\frac{{{texts[0]}}}{{{texts[1]}}}", ATOM
        if function == "power":
            return self._power(operands[0], texts[1])
        if function == "sqrt":
            return rf"\sqrt{{{texts[0]}}}", ATOM
        if function == "abs":
            return rf"\left|{texts[0]}\right|", ATOM
        if function == "where" and (x.inputs[1].number, x.inputs[2].number) == (1.0, 0.0):
            return rf"\left[{texts[0]}\right]", ATOM
        return None

    def _power(self, base: Text, exponent: str) -> Text:
        text = tight(base, ATOM)
        return f"{{{f'({text})' if '^' in text and text == base[0] else text}}}^{{{exponent}}}", ATOM
