"""What names show in pictures and pages: escaped in this one place, and what a parameter's path says."""

from __future__ import annotations

import html
import re
import unicodedata

from autograd.explain.naming import is_place
from autograd.support.messages import printable
from autograd.support.messages import shown as shown
from nn.support.naming import layer_of

# What no XML may hold, and what no encoding can write.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Return `text` as XML may hold it: characters that it forbids are spelled out."""
    return _FORBIDDEN.sub(lambda found: printable(found[0]), text)


def escaped(text: str) -> str:
    """Return `text` as the same text in SVG and HTML."""
    return html.escape(legal(text), quote=True)


def label_text(text: str) -> str:
    """Return `text` as the same text in a label of Graphviz's HTML-like kind, with no escapes in it."""
    return escaped(text).replace("\\", "\\\\")


def tooltip_text(text: str) -> str:
    """Return `text` as the same text in a tooltip of Graphviz's, but for backslashes, which its renderers read
    differently: a look-alike stands for them.
    """
    return legal(text).replace("&", "&amp;").replace("\\", "⧵")


def last_word(name: str) -> str:
    """Return what a parameter's path ends in, but for what counts it: layers.0.neurons.3.weights.1 → weights."""
    return next((part for part in reversed(name.split(".")) if part and not is_place(part)), name)


def kind_of(name: str) -> str:
    """Return the layer's weights or biases that a parameter belongs to: layers.0.neurons.3.bias → layers.0.bias."""
    kind, layer = last_word(name), layer_of(name)
    return kind if layer is None or layer.startswith("neurons.") else f"{layer}.{kind}"


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` filled with spaces to `width` columns."""
    space = " " * max(0, width - columns(text))
    return space + text if right else text + space
