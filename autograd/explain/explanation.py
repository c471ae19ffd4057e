"""Why a node has the gradient it has: its chain rule, and the paths that the gradient came along."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final, NamedTuple

from autograd.explain.events import Accumulate, Send
from autograd.explain.notation import Words
from autograd.explain.number_format import bracketed, show_number
from autograd.explain.steps import record
from autograd.recording.nodes import CONSTANT
from autograd.rules.latex import Latex, aligned, partial, written
from autograd.support.foreign_names import GUESSES
from autograd.support.messages import shown
from autograd.value import Value

MOST_CHILDREN: Final = 10
LONGEST_PATH: Final = 9
COUNTED_UP_TO: Final = 10**300  # beyond, the number of paths is "more than 10³⁰⁰"


class Path(NamedTuple):
    """One way from the root to a node, with the local derivatives along it and their product."""

    nodes: tuple[int, ...]
    local_derivatives: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class Explanation:
    """The chain rule of one node, in `contributions`, and its gradient as a sum over paths, the largest first.

    The products of `paths` and the `remainder`, which is all other paths together, add up to `gradient`; it is 0.0 for
    a leaf behind a branch that was not taken, None where no path could lead to the node.  There are `path_count` paths,
    counted up to 10³⁰⁰.
    """

    node: int
    gradient: float | None
    contributions: tuple[Send, ...]
    paths: tuple[Path, ...]
    remainder: float
    path_count: int
    words: Words

    @property
    def lines(self) -> list[str]:
        """The explanation in lines of text; printing it shows the same."""
        name = self.words.gradient(self.node)
        if self.node == len(self.words.names) - 1:
            return [f"{name} = {show_number(self.gradient)}: this is where the backward pass begins"]
        if self.gradient is None:
            reason = "a constant is sent none" if self.words.nodes[self.node].op is CONSTANT else "every way is cut"
            return [f"no gradient reaches {self.words.names[self.node]} from {self.words.names[-1]}: {reason}"]
        if not self.contributions:
            return [f"{name} = 0: no branch that leads from {self.words.names[-1]} to it was taken"]
        return self._chain_rule(name) + self._sum_over_paths()

    def __str__(self) -> str:
        return "\n".join(self.lines)

    __repr__ = __str__

    def latex(self) -> str:
        r"""Return the chain rule in LaTeX, in symbols, in numbers, and the gradient: equations one below the other.

        >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
        >>> print(explain(a * b, a).latex())
        \begin{aligned}
        \frac{\partial L}{\partial a} &= \frac{\partial L}{\partial L} \cdot b \\[4pt]
         &= (1)(-3) \\[4pt]
         &= -3
        \end{aligned}
        """
        syntax, names = Latex(), [written(name) for name in self.words.names]
        name, result = partial(names[-1], names[self.node]), syntax.number(self.gradient or 0.0)[0]
        listed = self._listed()
        if not listed:
            return aligned([f"{name} &= {1 if self.node == len(names) - 1 else result}"])
        more = [r"\cdots"] if len(listed) < len(self.contributions) else []
        symbols = [
            rf"{partial(names[-1], names[s.node])} \cdot {self.words.derivative(s.node, s.slot, syntax)}"
            for s in listed
        ]
        figures = [f"({syntax.number(s.upstream)[0]})({syntax.number(s.local_derivative)[0]})" for s in listed]
        lines = [f"{name} &= {' + '.join(symbols + more)}", f" &= {' + '.join(figures + more)}", f" &= {result}"]
        return aligned(lines)

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    def _listed(self) -> Sequence[Send]:
        """Return what was sent to the node: the largest of it, where it is much."""
        if len(self.contributions) <= MOST_CHILDREN:
            return self.contributions
        return nlargest(MOST_CHILDREN, self.contributions, key=lambda send: _size(send.contribution))

    @property
    def _is_rounding(self) -> bool:
        """Whether what is left over is no more than the last digits of what was added."""
        largest = max([abs(self.gradient or 0.0), *(abs(path.product) for path in self.paths)])
        return 0.0 < abs(self.remainder) <= 1e-13 * largest

    def _chain_rule(self, name: str) -> list[str]:
        words, sent = self.words, self.contributions
        if len(sent) == 1:
            return [f"{name} = {_product(sent[0], words)}"]
        lines = [f"{name}: {words.names[self.node]} is used {len(sent)} times, and the chain rule adds them up"]
        listed = self._listed()
        lines += [f"  through {words.names[send.node]}: {_product(send, words)}" for send in listed]
        if len(listed) < len(sent):
            rest = math.fsum(send.contribution for send in set(sent) - set(listed))
            lines.append(f"  the {len(sent) - len(listed)} smaller ones together: {show_number(rest)}")
        terms = [show_number(send.contribution) for send in sent] if len(listed) == len(sent) else []
        figures = " + ".join([*terms[:1], *map(bracketed, terms[1:])])
        symbols = " + ".join(f"{words.gradient(s.node)} · {words.derivative(s.node, s.slot)}" for s in listed)
        if terms:
            lines.append(f"{name} = {symbols} = {figures} = {show_number(self.gradient)}")
        else:
            lines.append(f"{name} = {show_number(self.gradient)}")
        return lines

    def _sum_over_paths(self) -> list[str]:
        count = "more than 10³⁰⁰" if self.path_count >= COUNTED_UP_TO else f"{self.path_count:,}"
        if self.path_count > 10**15 and self.path_count < COUNTED_UP_TO:
            count = "about " + show_number(float(self.path_count))
        start, end = self.words.names[-1], self.words.names[self.node]
        lines = [f"as a sum over paths: {count} {'path' if self.path_count == 1 else 'paths'} from {start} to {end}"]
        for path in self.paths:
            way = " → ".join(_middle_out([self.words.names[i] for i in path.nodes]))
            figures = "".join(_middle_out([f"({show_number(d)})" for d in path.local_derivatives]))
            lines.append(f"  {way}:  {figures} = {show_number(path.product)}")
        others = self.path_count - len(self.paths)
        if others:
            which = "the one other path" if others == 1 else "all other paths together"
            lines.append(f"  {which}: {'0, but for rounding' if self._is_rounding else show_number(self.remainder)}")
        elif self.remainder and math.isfinite(self.remainder) and not self._is_rounding:
            lines.append(f"  rounding in the pass: {show_number(self.remainder)}")
        if len(lines) > 2:
            lines.append(f"  total: {show_number(self.gradient)}")
        return lines


@GUESSES
def explain(root: Value, node: Value | str, *, paths: int = 5) -> Explanation:
    """Return the chain rule of `node` for the gradient of `root`, and the gradient's `paths` largest paths.

    `node` may be given by its name, "layers.0.bias" or, as explanations and pictures show it, "w⁽¹⁾₁₂".
    The graph is left as it is.  Takes time in proportion to the edges, however many paths there are.  Raises
    ValueError if `root` was not computed from `node`, if several have its name, or if a number has been changed since.
    """
    if isinstance(paths, bool) or not hasattr(paths, "__index__"):
        raise TypeError(f"explain(root, node, paths={paths!r}): so many paths is a whole number")
    if not isinstance(node, Value | str):
        kind = shown(type(node).__name__)
        raise TypeError(f"explain(root, node) explains the gradient of one node, a Value or its name, not of {kind}")
    if paths < 1:
        raise ValueError(f"explain(root, node, paths={paths}) lists at least one path: pass paths=1 or more")
    recording = record(root, from_zero=True)
    target, start = recording.index(node), len(recording.nodes) - 1
    sends = [event for event in recording.events if isinstance(event, Send)]
    gradient = recording.gradient(recording.nodes[target])
    if any(isinstance(event, Accumulate) and event.node == target for event in recording.events):
        gradient = gradient or 0.0  # a leaf behind a branch not taken has gradient 0
    found, count = _largest_paths(sends, start, target, paths)
    try:
        remainder = math.fsum([gradient or 0.0, *(-path.product for path in found)])
    except (ValueError, OverflowError):  # infinities of both signs, or a sum beyond the floats
        remainder = math.nan
    contributions = tuple(send for send in sends if send.parent == target)
    return Explanation(target, gradient, contributions, found, remainder, count, recording.words)


class Arrival(NamedTuple):
    """One of the largest paths to a node: its product, and where it came from."""

    product: float
    send: Send | None
    rank: int  # which of the best paths of send.node it goes on from


def _largest_paths(sends: list[Send], start: int, target: int, most: int) -> tuple[tuple[Path, ...], int]:
    """Return the paths of largest |product|, and how many there are in all.

    |product| only shrinks or grows in step along an edge, so the best of a node are among the best of its children.
    """
    leads = {target}
    for send in reversed(sends):  # a node sends only after all has arrived, so this walks from the target to the root
        if send.parent in leads:
            leads.add(send.node)
    arriving: dict[int, list[Send]] = {}
    for send in sends:
        if send.parent in leads:
            arriving.setdefault(send.parent, []).append(send)
    best, counts = largest_arrivals(arriving, start, most)
    paths = tuple(_follow(best, target, rank) for rank in range(len(best.get(target, ()))))
    return paths, counts.get(target, 0)


def largest_arrivals(
    arriving: dict[int, list[Send]], start: int, most: int
) -> tuple[dict[int, list[Arrival]], dict[int, int]]:
    """Return for each node the `most` largest paths to it from `start`, the largest first, and how many there are.

    `arriving` holds what each node is sent.  Takes time in proportion to the edges.
    """
    best: dict[int, list[Arrival]] = {start: [Arrival(1.0, None, 0)]}
    counts = {start: 1}
    for i in sorted(arriving, reverse=True):
        candidates = [
            Arrival(before.product * send.local_derivative, send, rank)
            for send in arriving[i]
            for rank, before in enumerate(best[send.node])
        ]
        best[i] = nlargest(most, candidates, key=lambda path: _size(path.product))
        counts[i] = min(sum(counts[send.node] for send in arriving[i]), COUNTED_UP_TO)
    return best, counts


def _follow(best: dict[int, list[Arrival]], i: int, rank: int) -> Path:
    product = best[i][rank].product
    nodes, derivatives = [i], []
    while (send := best[i][rank].send) is not None:
        i, rank = send.node, best[i][rank].rank
        nodes.append(i)
        derivatives.append(send.local_derivative)
    return Path(tuple(reversed(nodes)), tuple(reversed(derivatives)), product)


def _product(send: Send, words: Words) -> str:
    return (
        f"{words.gradient(send.node)} · {words.derivative(send.node, send.slot)} = "
        f"({show_number(send.upstream)})({show_number(send.local_derivative)}) = {show_number(send.contribution)}"
    )


def _size(x: float) -> float:
    return math.inf if x != x else abs(x)


def _middle_out(texts: list[str]) -> list[str]:
    return texts if len(texts) <= LONGEST_PATH else [*texts[:4], "…", *texts[-4:]]
