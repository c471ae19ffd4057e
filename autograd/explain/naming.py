"""Short names for the nodes of a graph, and the hook by which a package of modules says how its paths are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from autograd.explain.number_format import show_number
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from autograd.support.messages import printable, shown
from autograd.value import Value

LONGEST_NAME: Final = 24
LONGEST_LETTER: Final = 40  # of a path, shortened
LONGEST_PATH: Final = 2_000  # beyond, a name with dots in it is no module's
SUBSCRIPTS: Final = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.\w+)+")
_PLACE: Final = re.compile(r"[0-9]{1,9}")


def is_path(name: str | None) -> bool:
    """Return whether a name is a path, words and numbers with dots between them."""
    return name is not None and len(name) <= LONGEST_PATH and _PATH.fullmatch(name) is not None


def is_place(part: str) -> bool:
    """Return whether this part of a path counts something, as the 3 of `inputs.3` does."""
    return _PLACE.fullmatch(part) is not None


@dataclass(frozen=True)
class Paths:
    """How names that are paths are shown.

    `shorten` returns a short name for each of the paths in one graph.  `scopes` are what a path may lie in, by what a
    person calls it, the innermost first: from a name to the path of its scope, or None.  A replay has a step for each.
    """

    shorten: Callable[[Sequence[str]], list[str]] = list
    scopes: Mapping[str, Callable[[str | None], str | None]] = field(default_factory=dict)


_shown = Paths()


def show_paths(how: Paths) -> None:
    """Show names that are paths in this way from now on: the hook for a package that names Values by its modules."""
    global _shown
    _shown = how


def paths() -> Paths:
    """Return how names that are paths are shown; the engine alone shows them as they are."""
    return _shown


def _clean(name: str) -> str:
    """Return a name as one line of printable characters, cut to a length that fits in a box."""
    text = printable(name[: 2 * LONGEST_NAME])
    if len(text) > LONGEST_NAME:
        return text[: LONGEST_NAME - 1] + "…"
    letter, digits = re.fullmatch(r"(.*?)([0-9]*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return letter + digits.translate(SUBSCRIPTS) if len(letter) == 1 and letter.isalpha() else text


def short_names(nodes: Sequence[Value]) -> list[str]:
    """Return a short name for each node of a graph in topological order, unique but for constants.

    A root without a name is L, inputs without a name are x₁, x₂, …, other nodes without a name v₁, v₂, …; a constant is
    its number; names that are paths are shortened as `show_paths` was told; names that would be the same are numbered,
    `z₁[2]`.
    """
    known = list(dict.fromkeys(n.name for n in nodes if n.name is not None and is_path(n.name)))
    short = dict(zip(known, paths().shorten(known), strict=True))
    inputs = _inputs(nodes)
    names: list[str | None] = []
    for i, node in enumerate(nodes):
        if node.name:
            names.append(shown(short[node.name], LONGEST_LETTER) if node.name in short else _clean(node.name))
        elif id(node) in inputs:
            names.append("x" + str(inputs[id(node)] + 1).translate(SUBSCRIPTS))
        elif node.op is CONSTANT:
            names.append(show_number(node._data))
        else:
            names.append("L" if i == len(nodes) - 1 else None)
    free = [node.op is CONSTANT and id(node) not in inputs and not node.name for node in nodes]
    counts = Counter(name for name, f in zip(names, free, strict=True) if not f)
    taken, used = set(counts), Counter[str]()
    result = []
    number = 0
    for name, constant in zip(names, free, strict=True):
        if name is None:
            number += 1
            while (text := "v" + str(number).translate(SUBSCRIPTS)) in taken:
                number += 1
        elif constant or counts[name] == 1:
            text = name
        else:
            used[name] += 1
            while (text := f"{name}[{used[name]}]") in taken:
                used[name] += 1
        if not constant:
            taken.add(text)
        result.append(text)
    return result


def _inputs(nodes: Sequence[Value]) -> dict[int, int]:
    """Return the place of each leaf without a name among the inputs of a weighted sum."""
    places: dict[int, int] = {}
    for node in nodes:
        if isinstance(node.op, Operation) and node.op.role == "dot":
            members = operands(node)[1].values
            if all(x.is_leaf and x.name is None for x in members):
                for place, x in enumerate(members):
                    places.setdefault(id(x), place)
    return places
