"""`animate`: a forward and a backward pass on the graph, as one SVG that plays wherever a picture may stand."""

from __future__ import annotations

import copy
import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Final

from autograd import Value, number, topological_order
from autograd.explain.events import Event
from autograd.explain.steps import Accumulate, Compute, Recording, Send, record
from autograd.support.locks import cached_property
from viz.graph.drawing import draw
from viz.support import palette
from viz.support.foreign_names import GUESSES
from viz.support.labels import escaped, shown
from viz.support.rendering import GraphPicture, Picture

if TYPE_CHECKING:
    from graphviz import Digraph

MOST: Final = 200  # moments that anybody watches
HOLD: Final = 3  # moments for which the end is shown
LONGEST: Final = 110  # letters of a caption
LETTER, LINE, MARGIN = 7.4, 34, 14  # width of a caption's letter, height of its line, and its distance from the edge
_EDGE: Final = re.compile(r"\s*(\w+) -> (\w+) \[.*?\bid=(\w+)")
_SIZE: Final = re.compile(r'width="([\d.]+)" height="([\d.]+)"\s+viewBox="0.00 0.00 [\d.]+ [\d.]+"')


class Animation(Picture):
    """A pass on the graph: the SVG plays, PNG and PDF are its end.  `still` is the picture of the end, to change."""

    def __init__(self, still: GraphPicture, recording: Recording, seconds: float) -> None:
        super().__init__(still.description.replace("graph of", "a pass on the graph of"))
        self.still, self._recording, self._seconds = still, recording, seconds

    @cached_property
    def svg(self) -> str:
        """The picture as one SVG element that plays by its styles alone, over and over.

        Where people ask for less motion, and where styles do not run, it is the end, complete.
        """
        return _played(self.still, self._recording, self._seconds)

    def at_scale(self, scale: float) -> bytes:
        """Return the end of the pass as PNG, so many pixels for each of the screen's points."""
        return self.still.at_scale(scale)

    @property
    def pdf(self) -> bytes:
        """The end of the pass as PDF."""
        return self.still.pdf


@GUESSES
def animate(loss: Value, *, seconds: float = 1.5) -> Animation:
    """Return a forward and a backward pass to and from `loss`, one event after the other, to be shown on slides.

    `save("pass.svg")` writes a picture that plays in a browser, a slide or a README, without scripts: each event is
    shown for so many `seconds` with its sentence below.  The graph and its gradients are left as they are.
    Raises ValueError for a pass of over 200 events, and for a number that has been changed since it was computed.

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> animate(a * b + a)
    <a pass on the graph of L, 4 nodes: .save("picture.svg"), also .png, .pdf>
    """
    if not isinstance(loss, Value):
        raise TypeError(f"animate takes the Value that the pass is to, a loss for example, not {type(loss).__name__}")
    if not 0.0 < number(seconds) <= 60.0:
        raise ValueError(f"animate(seconds={seconds!r}): each event is shown for more than 0 seconds, and at most 60")
    count = len(topological_order(loss))
    recording = record(loss, from_zero=True) if count <= MOST else None
    if recording is None or len(recording.events) > MOST:
        raise ValueError(
            f"a pass on {count:,} nodes has more than {MOST} events, and nobody watches so many: compute the loss on "
            "fewer rows, or step through it with viz.steps"
        )
    twin = copy.deepcopy(loss)  # whose gradients are those of this pass alone
    for node in topological_order(twin):
        node.grad = None
    twin.backward()
    return Animation(draw(twin, folded=False), recording, float(seconds))


def _played(still: GraphPicture, recording: Recording, seconds: float) -> str:
    """Return the picture's SVG with a style for each moment, and the sentences below it."""
    moments = [event for event in recording.events if not isinstance(event, Accumulate)]
    mark = "p" + hashlib.sha256(still.dot.encode()).hexdigest()[:8]  # pictures in one page do not share names
    captions = [shown(f"{_sign(event)} {event.sentence(recording.words)}", LONGEST) for event in moments]
    size = _SIZE.search(still.svg)
    assert size is not None
    width, height = float(size[1]), float(size[2])
    wide = max(width, 2 * MARGIN + LETTER * max(map(len, captions), default=0))
    head = still.svg.replace(
        size[0], f'width="{wide:g}" height="{height + LINE:g}" viewBox="0 0 {wide:g} {height + LINE:g}"', 1
    ).replace('class="chainrule"', f'class="chainrule {mark}"', 1)
    head = head.replace('aria-label="', 'aria-label="a pass on the ', 1)
    start = head.index("<g ")
    ground = f'<rect width="{wide:g}" height="{height + LINE:g}" fill="{palette.PAPER}"/>'
    texts = "".join(
        f'<text class="said m{k}" x="{MARGIN}" y="{height + LINE / 2:g}" font-family="Arial,Helvetica,sans-serif" '
        f'font-size="14" fill="{palette.INK}">{escaped(text)}</text>'
        for k, text in enumerate(captions)
    )
    style = _style(still, moments, mark, seconds)
    body = head[start:].removesuffix("\n").removesuffix("</svg>")
    return f"{head[:start]}<style>{style}</style>{ground}{body}{texts}</svg>\n"


def _sign(event: Event) -> str:
    return "►" if isinstance(event, Compute) else "◄"


def _style(still: GraphPicture, moments: list[Event], mark: str, seconds: float) -> str:
    """Return what appears when, what is marked while it acts, and that nothing moves where no motion is wanted."""
    times = [f"{100 * k / (len(moments) + HOLD):.4g}%" for k in range(len(moments) + 1)]
    edges = _edges(still.graph)
    arrived = {event.change.node: k for k, event in enumerate(moments) if event.change.channel == "adjoint"}
    appears: dict[str, int] = {}
    acts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)  # an element is told all it does in one place
    parents = {event.node: event.parents for event in moments if isinstance(event, Compute)}
    for k, event in enumerate(moments):
        if isinstance(event, Compute):
            lines = [line for parent in set(event.parents) for line in edges[parent, event.node]]
            way, busy = "f", [f"#n{event.node}", *chain(*lines)]
            appears[f'#n{event.node} text[fill="{palette.FORWARD}"]'] = k
        elif isinstance(event, Send):
            lines = edges[event.parent, event.node]
            use = parents[event.node][: event.slot].count(event.parent)  # of a node that is used twice
            way, busy = "b", lines[use] if use < len(lines) else []
        else:
            way, busy = "b", [f"#n{event.node}"]
        for name in busy:
            acts[name].append((k, way))
    appears |= {f'#n{node} text[fill="{palette.BACKWARD}"]': k for node, k in arrived.items()}
    last, runs = len(moments) - 1, f"{seconds * (len(moments) + HOLD):g}s step-end infinite"
    rules = [f".{mark}{{{_variables({})}}}@media (prefers-color-scheme:dark){{.{mark}{{{_variables(palette.DARK)}}}}}"]
    rules.append(f".{mark} .said{{opacity:0}}.{mark} .m{last}{{opacity:1}}")
    for k, begin in enumerate(times[:-1]):
        ends = f"{times[k + 1]}{{opacity:0}}" if k < last else ""
        rules.append(f"@keyframes {mark}a{k}{{0%{{opacity:0}}{begin},100%{{opacity:1}}}}")
        rules.append(f"@keyframes {mark}s{k}{{0%{{opacity:0}}{begin}{{opacity:1}}{ends}}}")
        rules.append(f".{mark} .m{k}{{animation:{mark}s{k} {runs}}}")
    rules += [f".{mark} {name}{{animation:{mark}a{k} {runs}}}" for name, k in appears.items()]
    for name, moved in acts.items():
        rest = f"{{stroke:var(--{name[1]});stroke-width:1px}}"
        steps = "".join(f"{times[k]}{{stroke:var(--{w});stroke-width:4px}}{times[k + 1]}{rest}" for k, w in moved)
        rules.append(f"@keyframes {mark}{name[1:]}{{0%{rest}{steps}}}")
        rules.append(f'.{mark} {name} path[stroke]:not([stroke="none"]){{animation:{mark}{name[1:]} {runs}}}')
    return "".join(rules) + f"@media (prefers-reduced-motion:reduce){{.{mark} *{{animation:none!important}}}}"


def _variables(colors: Mapping[str, str]) -> str:
    """Return the colors of what acts forward and backward, and of a node and an edge at rest: those given, or ours."""
    named = {"f": palette.FORWARD, "b": palette.BACKWARD, "n": palette.FRAME, "e": palette.QUIET}
    return ";".join(f"--{name}:{colors.get(color, color)}" for name, color in named.items())


def _edges(graph: Digraph) -> dict[tuple[int, int], list[list[str]]]:
    """Return by (parent, node) the lines between them in the picture, each in two halves if a number stands on it."""
    statements = map(_EDGE.match, graph.body)
    halves = {found[3]: (found[1], found[2]) for found in statements if found is not None}
    found: defaultdict[tuple[int, int], list[list[str]]] = defaultdict(list)
    for name, (tail, head) in halves.items():
        if name.endswith("q"):
            continue
        end = halves[f"{name}q"][1] if f"{name}q" in halves else head
        names = [f"#{name}", f"#{name}q"] if f"{name}q" in halves else [f"#{name}"]
        if re.fullmatch("n[0-9]+", tail) and re.fullmatch("n[0-9]+", end):
            found[int(tail[1:]), int(end[1:])].append(names)
    return found
