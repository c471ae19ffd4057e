"""What messages share: what came from outside as one safe line, what a docstring says, and the way to an extra."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

LONGEST: Final = 40
LONGEST_NAME: Final = 80  # in a sentence: a deep module's path is read whole
_JOINERS: Final = "\u200c\u200d"  # which some scripts and emoji need


def printable(text: str) -> str:
    """Return `text` with escapes for all that cannot be seen, so that no name moves the cursor or turns text around.

    Control characters, line ends, format and direction marks, lone surrogates and what has no character are escaped.
    """
    if text.isprintable():
        return text
    return "".join(c if _is_visible(c) else c.encode("unicode_escape").decode() for c in text)


def _is_visible(c: str) -> bool:
    return c.isprintable() or c in _JOINERS or unicodedata.category(c) == "Zs"


def shown(text: object, longest: int = LONGEST) -> str:
    """Return `text` as one safe line of about `longest` characters, cut visibly in the middle if it has more."""
    return printable(cut(str(text), longest))


def cut(text: str, longest: int = LONGEST_NAME) -> str:
    """Return `text`, or its two ends if it is longer than `longest`."""
    half = (longest - 1) // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"


def name_or(value: Any, otherwise: str) -> str:
    """Return the name of a Value as one safe line, or `otherwise` if it has none."""
    return shown(value.name, LONGEST_NAME) if value.name else otherwise


def documentation(thing: Any) -> str:
    """Return the docstring of a module or function, read from its source where `python -OO` has dropped it, else ""."""
    import ast  # what is imported here is slow to load, and most programs never ask
    import inspect
    import textwrap

    if (text := inspect.getdoc(thing)) is not None:
        return text
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError):  # it came without its source
        return ""
    found = tree if inspect.ismodule(thing) else tree.body[0]
    return ast.get_docstring(found) or "" if isinstance(found, ast.Module | ast.ClassDef | ast.FunctionDef) else ""


def missing_extra(what: str, extra: str) -> str:
    """Return what to tell a person whose installation lacks an extra: `what` needs it, and both ways to get it."""
    return f"{what}: pip install 'chainrule[{extra}]', or, in the folder of its source, pip install -e \".[{extra}]\""
