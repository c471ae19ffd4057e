"""Identifiers: the only text that becomes source code, and made here alone.

A source is put together from what we wrote, from numbers, and from names.  What a user, a file or an object calls
itself is text; it becomes a `Name` if it is a plain identifier, or the nearest one that is, and apart from every word
that the source has already.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Container


class Name(str):
    """An identifier that may stand in a source: nothing else can be a Name.

    Raises TypeError for what is no text, ValueError for text that is no identifier of Python's, or is a keyword.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Name:
        """Return the text as a name."""
        if type(text) is cls:
            return text
        if not isinstance(text, str):
            raise TypeError(f"a name is text, not {type(text).__name__}")
        plain = str.__str__(text)
        if not _is_identifier(plain):
            raise ValueError(f"{plain[:60]!a} is no identifier, and only identifiers become source code")
        return super().__new__(cls, plain)

    def __str__(self) -> str:
        return str.__str__(self)


def _is_identifier(text: str) -> bool:
    """Whether Python reads the text as one name, as it is written and without a meaning of its own."""
    own = keyword.iskeyword(text) or text.startswith("__")
    return text.isidentifier() and not own and unicodedata.normalize("NFKC", text) == text


def apart(text: str, taken: Container[str] | Callable[[str], bool], otherwise: str = "argument") -> Name:
    """Return the text as a name, or the first of text_1, text_2, … that is not taken.

    Text that is no identifier, or is longer than anyone reads, counts as `otherwise`.
    """
    is_taken = taken if callable(taken) else taken.__contains__
    plain = unicodedata.normalize("NFKC", str.__str__(text)[:100])
    if not _is_identifier(plain) or len(plain) > 80:
        plain = otherwise
    if not is_taken(plain):
        return Name(plain)
    stems = (re.sub(r"_\d+$", "", plain), otherwise)  # there are words of a form, such as old_…, that no number parts
    return next(Name(x) for stem in stems for x in (f"{stem}_{k}" for k in range(1, 1000)) if not is_taken(x))


def comment(text: str) -> str:
    """Return text as it may stand in a comment of any language: printable ASCII on one line, that ends none."""
    return "".join(x if " " <= x <= "~" else "?" for x in str.__str__(text)).replace("*/", "* /")
