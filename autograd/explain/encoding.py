"""What a terminal cannot show, in letters that any can: w⁽¹⁾₁₂ → 0.5 is w(1)12 -> 0.5 where there is only ASCII."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from io import TextIOWrapper
from typing import Final

SIGNS: Final = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "⊙": "*", "÷": "/", "⁄": "/", "⧵": "\\", "√": "sqrt ",
        "∂": "d", "∇": "grad ", "Σ": "sum ", "∑": "sum ", "∫": "integral ", "′": "'", "‖": "|", "°": " deg",
        "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+-", "∓": "-+", "∞": "inf", "∘": " o ",
        "→": "->", "←": "<-", "↑": "^", "↓": "v", "⁺": "+", "⁻": "-", "⋮": ":", "•": "*", "‼": "!!",
        "▶": ">", "◀": "<", "►": ">", "◄": "<", "△": "^", "✓": "ok", "✗": "x", "›": ">", "‹": "<",
        "─": "-", "│": "|", "┤": "|", "├": "|", "└": "+", "┘": "+", "┌": "+", "┐": "+",
        "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┏": "+", "┓": "+", "┗": "+", "┛": "+", "╔": "+", "╗": "+", "╚": "+",
        "╝": "+", "╌": "-", "╎": ":", "━": "=", "┃": "|", "═": "=", "║": "|", "▸": ">", "◁": "<", "◆": "*",
        "█": "#", "▓": "=", "▒": "-", "░": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "«": '"', "»": '"',
    }
)  # fmt: skip
BRAILLE: Final = range(0x2800, 0x2900)
UPPER: Final = 0b00011011  # of a braille cell's eight dots


def plain(character: str) -> str:
    """Return a character in ASCII: a sign that looks or reads alike, the letters it is made of, else a question mark.

    What tables and plots are made of takes one column, as it did.
    """
    code = ord(character)
    if code < 0x80:
        return character
    if code in SIGNS:
        return character.translate(SIGNS)
    if code in BRAILLE:
        dots = code - BRAILLE.start
        return " .':"[bool(dots & ~UPPER) + 2 * bool(dots & UPPER)]
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        return "".join(plain(part) for part in parts if not unicodedata.combining(part)) or "?"
    kind, _, name = unicodedata.name(character, "").partition(" LETTER ")
    if kind in ("GREEK SMALL", "GREEK CAPITAL"):
        name = name.rpartition(" ")[2]  # SIGMA of FINAL SIGMA
        return name.lower() if kind == "GREEK SMALL" else name.title()
    return "?"


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(plain, error.object[error.start : error.end])), error.end


codecs.register_error("chainrule.plain", _replaced)


def prepare() -> None:
    """Let what is printed from now on be written in any encoding; a way that the user has chosen stays."""
    for stream in (sys.stdout, sys.stderr):
        usual = ("strict", "surrogateescape", "backslashreplace")
        if isinstance(stream, TextIOWrapper) and stream.errors in usual:  # a notebook's takes all there is
            stream.reconfigure(errors="chainrule.plain")
    if isinstance(sys.stdin, TextIOWrapper) and sys.stdin.errors == "strict":
        sys.stdin.reconfigure(errors="replace")
