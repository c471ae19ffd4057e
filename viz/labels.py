"""What names show: people's own, shortened and escaped in this one place, and what a parameter's path says."""

from __future__ import annotations

import html
import unicodedata
from typing import Any

from autograd.wording import layer_of

LONGEST = 40


def shown(text: object, longest: int = LONGEST) -> str:
    """Return `text` on one line, as typed, with what cannot be seen spelled out and a long middle cut visibly.

    Control characters appear as their pictures (␛), invisible direction and format marks as ⟨U+202E⟩,
    so that no name can move the cursor or turn the text around it.
    """
    typed = str(text)
    if len(typed) > longest:
        half = (longest - 1) // 2
        typed = f"{typed[:half]}…{typed[-half:]}"
    return "".join(_visible(character) for character in typed)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if character in "\u200c\u200d":  # joiners, which some scripts and emoji need
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return f"⟨U+{code:04X}⟩"
    return character


def escaped(text: str) -> str:
    """Return `text` as the same text in SVG and HTML."""
    return html.escape(text, quote=True)


def label_text(text: str) -> str:
    """Return `text` as the same text in a label of Graphviz's HTML-like kind, with no escapes in it."""
    return escaped(text).replace("\\", "\\\\")


def tooltip_text(text: str) -> str:
    """Return `text` as the same text in a tooltip of Graphviz's, but for backslashes, which its renderers read
    differently: a look-alike stands for them.
    """
    return text.replace("&", "&amp;").replace("\\", "⧵")


def operation_symbol(node: Any) -> str:
    """Return how the operation that made `node` prints, nothing for a leaf; for a neuron's sum of products, `w · x`."""
    if node.op is None:
        return ""
    return f"w {node.op.symbol} x" if getattr(node.op, "groups", 0) == 2 else str(node.op.symbol)


def kind_of(name: str) -> str:
    """Return the layer's weights or biases that a parameter belongs to: layers.0.neurons.3.bias → layers.0.bias."""
    kind = next((part for part in reversed(name.split(".")) if not part.isdigit()), name)
    layer = layer_of(name)
    return kind if layer is None or layer.startswith("neurons.") else f"{layer}.{kind}"


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` filled with spaces to `width` columns."""
    space = " " * max(0, width - columns(text))
    return space + text if right else text + space
