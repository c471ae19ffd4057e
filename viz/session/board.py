"""The session's screen of 80 × 24: where one is, the rows, the units, one step in boxes, and the sum that it adds to.

Each kind of number has a glyph and a frame, so that color adds nothing but speed: ► value, ◀ gradient (dashed), × local
derivative (round), ◁ what is sent on (heavy), ◆ after the update (double).
"""

from __future__ import annotations

import math
import re
import shutil
import textwrap
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from autograd.explain.events import Accumulate, Collect, Compute, Event, Seed, Send, Update
from autograd.explain.number_format import show_number
from autograd.explain.steps import Replay
from autograd.recording.graph import operands
from autograd.rules.operation import Operation
from autograd.support.messages import printable
from autograd.support.pytree import flat
from nn.support.naming import neuron_of, titled
from viz.session.predictions import Answer, read, rows_table
from viz.session.run import PHASES, Run
from viz.support.characters import Framed, Scale, aligned, boxed, cut_line, paint, takes_codes
from viz.support.labels import columns, padded

GLYPHS: Final = {"forward": "►", "backward": "◀", "update": "◆"}
WIDTH, HEIGHT, PROMPT_LINE = 80, 24, 22
KEYS: Final = "Enter step · b back · w why · e epoch · u until solved · ? all commands · q quit"
_ROWS, _BARS = 4, 5


class Part(NamedTuple):
    """A part of a sum; None is still to come."""

    label: str
    number: float | None


def is_screen() -> bool:
    """Return whether what is printed goes to a terminal that can be redrawn in place, of 80 × 24 or more."""
    size = shutil.get_terminal_size()
    return takes_codes() and size.columns >= WIDTH and size.lines >= HEIGHT


def board(run: Run, i: int) -> list[str]:
    """Return the 21 lines that tell event `i` of the present step as it has just happened; the last is free."""
    story = run._story()
    event, now = story.recording.events[i], story.recording.replay(i + 1)
    row = _row(run, event)
    body = _Told(run, event, row).lines()
    words = body.pop()
    lines = [_head(run, i), *_panels(run, now, event, row), "", body.pop(0), "", *body]
    lines += [""] * (PROMPT_LINE - 4 - len(lines))
    told = textwrap.wrap(words, WIDTH - 4)[:2]
    return [*lines, *(paint(f"  {line}", "quiet") for line in told), *[""] * (3 - len(told))]


def _row(run: Run, event: Event) -> int | None:
    rows = run._story().rows
    row = rows[event.node]
    return rows[event.parent] if row is None and isinstance(event, Send) else row


def _head(run: Run, i: int) -> str:
    events, training = run._story().recording.events, run._training
    loss = run._story().recording.numbers[-1] if training.loss_value is not None or training.history else None
    latest = training.history[-1] if training.loss_value is None and training.history else loss
    parts = []
    for phase in PHASES:
        mine = [j for j, event in enumerate(events) if event.phase == phase]
        done = "✓" if mine and mine[-1] <= i else f"{i - mine[0] + 1}/{len(mine)}" if mine and mine[0] <= i else ""
        parts.append(f"{GLYPHS[phase]} {phase} {done or len(mine)}")
    unit = "epoch" if training.steps_per_epoch == 1 else "step"
    left = f" {run._title} · {unit} {training.step_count + 1} · L {show_number(latest)}"
    right = "  ".join(parts) + " "
    width = WIDTH - 2  # where there is only ASCII, a hook takes two columns
    left = left if columns(left) + columns(right) < width else f" {unit} {training.step_count + 1}"
    return paint(padded(left, width - columns(right)) + right, "marked")


# ------------------------------------------------------------------------------------- rows and units
def _panels(run: Run, now: Replay, event: Event, row: int | None) -> list[str]:
    """Return five lines: the rows of data on the left, the units around this step on the right."""
    training, story = run._training, run._story()
    count = len(training.inputs)
    answers, places = [Answer("—", None)] * count, {node: i for i, node in enumerate(story.recording.nodes)}
    for place, prediction in zip(training.batch, story.predictions, strict=False):
        values = [now.values[places[v]] if v in places else None for v in flat(prediction)]
        if values and None not in values:
            answers[place] = read(training.loss, values, training.targets[place])
    at = row or 0
    first = max(0, min(at - 1, count - _ROWS))
    left = rows_table(training, answers, only=range(first, min(first + _ROWS, count)))
    units, active = _units(run, event)
    start = max(0, min(active - 1, len(units) - _ROWS))
    names = [story.recording.words.names[j] for j in units[start : start + _ROWS]]
    title = f"row {row + 1}" if row is not None else "all rows"
    title += f", {len(units)} units" if len(units) > _ROWS else ""
    wide = max(map(columns, [*names, title]))
    numbers, slopes = (
        [padded(text, 8) for text in aligned([show_number(x[j]) for j in units[start : start + _ROWS]])]
        for x in (now.values, now.adjoints)
    )
    right = [f"  {padded(title, wide)}  ► value     ◀ gradient"]
    for k, name in enumerate(names):
        mark = "▸" if start + k == active else " "
        right.append(f"{mark} {padded(name, wide)}  ► {numbers[k]}  ◀ {slopes[k]}")
    lines = []
    half = min(max(columns(line) for line in left) + 2, 44)
    for k in range(_ROWS + 1):
        one = left[k] if k < len(left) else ""
        here = first + k - 1 == row
        one = padded("▸" + one[1:] if here else one, half)[:half]
        two = right[k][: WIDTH - half - 2] if k < len(right) else ""
        one = paint(one, "quiet" if k == 0 else "marked" if here else "")
        two = paint(two, "quiet") if k == 0 else _tinted(two, "▸" in two)
        lines.append(f"{one}│ {two}".rstrip())
    return lines


def _tinted(line: str, strong: bool) -> str:
    """Return a unit's line with its value in green and its gradient in red."""
    found = re.match(r"(.*?)(► .*?)(  ◀ .*)", line)
    if found is None:
        return line
    return paint(found[1], "strong" if strong else "") + paint(found[2], "forward") + paint(found[3], "backward")


def _units(run: Run, event: Event) -> tuple[list[int], int]:
    """Return the nodes to be shown beside the rows, and which of them this step is about.

    In a weighted sum they are its inputs, else the units that stand beside the one that the step is about.
    """
    recording = run._story().recording
    node = recording.nodes[event.node]
    if isinstance(event, Send | Compute) and isinstance(node.op, Operation) and node.op.role == "dot":
        inputs = [recording.index(x) for x in operands(node)[1].values]
        slot = event.slot if isinstance(event, Send) else 0
        return inputs, slot % len(inputs) if slot < 2 * len(inputs) else -1
    target = event.parent if isinstance(event, Send) else event.node
    names = recording.words.names
    family = _family(names[target])
    units = [j for j, name in enumerate(names) if _family(name) == family]
    return units, units.index(target)


def _family(name: str) -> str:
    """Return what the names of a layer's units in one row share: z⁽¹⁾₂[3] is of z⁽¹⁾[3]."""
    return re.sub("[₀-₉,]+", "", name)


# ------------------------------------------------------------------------------------- one step
class _Told:
    """One event in boxes, bars and words."""

    def __init__(self, run: Run, event: Event, row: int | None) -> None:
        self.story, self.event, self.row = run._story(), event, row
        self.recording = self.story.recording
        self.words, self.nodes = self.recording.words, self.recording.nodes
        mine = [e for e in self.recording.events if e.phase == event.phase]
        self.place = f"{next(k for k, e in enumerate(mine) if e is event) + 1} of {len(mine)}"

    def lines(self) -> list[str]:
        """Return the sentence, then boxes and bars, then the plain words."""
        event = self.event
        if isinstance(event, Send):
            return self._send(event)
        if isinstance(event, Compute):
            return self._compute(event)
        if isinstance(event, Update):
            return self._update(event)
        sentence = event.sentence(self.words)
        words = {
            Seed: "If L grew by a little, L would grow by just as much: that is where every gradient begins.",
            Accumulate: "The gradient of this pass is added to what .grad held: it was cleared before the pass.",
            Collect: "What came along one way is complete, and joins the rest.",
        }
        return [self._sentence(sentence), words.get(type(event), "")]

    def _sentence(self, text: str) -> str:
        phase = self.event.phase
        head = f"{GLYPHS[phase]} {phase} {self.place}"
        return paint(head, phase) + "   " + cut_line(printable(text), WIDTH - 3 - len(head))

    def _send(self, event: Send) -> list[str]:
        words, names = self.words, self.words.names
        to, rank = words.gradient(event.parent), f"part {event.arrival} of {event.expected}"
        only, (by_row, parts) = event.expected == 1, self._parts(event)
        source = names[event.node] if only or self.row is None or not by_row else f"row {self.row + 1}"
        sentence = f"{to} comes from {source} alone" if only else f"{to} gets its part from {source}"
        boxes = [
            Framed("gradient", "◀ upstream", event.upstream, words.gradient(event.node), "backward"),
            Framed("local", "× local", event.local_derivative, words.derivative(event.node, event.slot), "", "×"),
            Framed("sent", "◁ sent on", event.contribution, "the whole gradient" if only else rank, "", "="),
        ]
        bars = [] if only else ["", *self._sum(parts, event.sum_after, event.arrival == event.expected)]
        up, local = show_number(event.upstream), show_number(event.local_derivative)
        effect = f"L would {'grow' if event.upstream > 0 else 'shrink'} ({up} for each unit)"
        effect = effect if event.upstream else "L would not move"
        said = f"If {names[event.node]} grew, {effect}; {names[event.parent]} moves it by {local} times its own move."
        if event.upstream * event.local_derivative == 0.0:
            zero = "nothing comes from above" if not event.upstream else f"{names[event.node]} does not feel it here"
            said += f" So this part is 0: {zero}."
        return [self._sentence(sentence), *boxed(boxes), *bars, said]

    def _parts(self, event: Send) -> tuple[bool, list[Part]]:
        """Return whether each part of this sum comes from a row of its own, and the parts."""
        sends = [e for e in self.recording.events if isinstance(e, Send)]
        sends = [e for e in sends if e.parent == event.parent and e.through == event.through]
        rows = [self.story.rows[send.node] for send in sends]
        by_row = None not in rows and len(set(rows)) == len(rows)
        labels = [f"row {row + 1}" if by_row and row is not None else "" for row in rows]
        return by_row, [
            Part(label or self.words.names[send.node], send.contribution if send.arrival <= event.arrival else None)
            for label, send in zip(labels, sends, strict=True)
        ]

    def _sum(self, parts: Sequence[Part], so_far: float, is_whole: bool, role: str = "backward") -> list[str]:
        """Return a bar for each part, which begins where the one before it ended, and one for what they make."""
        room = _BARS if role == "backward" else _BARS + 4
        latest = max((k for k, part in enumerate(parts) if part.number is not None), default=0)
        first = max(0, min(latest - room + 3, len(parts) - room + 1)) if len(parts) >= room else 0
        ends = [0.0, *accumulate(part.number or 0.0 for part in parts)]
        scale = Scale([x for x in [*ends, so_far] if math.isfinite(x)])
        glyph = "◁" if role == "backward" else "+"
        shown = [*range(first, min(first + room - 1, len(parts)))]
        whole = "in all" if is_whole else "so far"
        labels = [*(parts[k].label for k in shown), whole]
        numbers = aligned(
            [*("…" if (x := parts[k].number) is None else show_number(x) for k in shown), show_number(so_far)]
        )
        wide = min(max(map(columns, labels)), 24)
        lines = []
        for k, label, number in zip([*shown, None], labels, numbers, strict=True):
            start, end = (0.0, so_far) if k is None else ends[k : k + 2]
            sign = glyph if k is not None else GLYPHS[self.event.phase]
            text = f"      {padded(label, wide)[:wide]}  {sign} {number}  "
            lines.append(paint(text, "strong" if k is None else "") + paint(scale.bar(start, end), role))
        if len(parts) > len(shown):
            lines[0] += f"   {len(parts)} in all"
        return lines

    def _compute(self, event: Compute) -> list[str]:
        words, node = self.words, self.nodes[event.node]
        name, role = words.names[event.node], getattr(node.op, "role", "")
        formula = " = ".join(words.computation(event.node).split(" = ")[:2])
        owner = neuron_of(node.name)
        kind = {"z": "the sum in", "a": "the answer of"}.get((node.name or "").rpartition(".")[2], "a step in")
        place = f"{kind} {titled(owner).replace('neuron', 'unit')}" if owner else "a step on the way to the loss"
        said = f"{name} is {place}{f', for row {self.row + 1}' if self.row is not None else ''}."
        result = Framed("sent", "► value", event.result, name, "forward", "=")
        if role in ("dot", "total"):
            bars = self._sum(self._terms(event), event.result, is_whole=True, role="forward")
            return [self._sentence(formula), *bars, said]
        if len(event.parents) > 2:
            return [self._sentence(formula), *boxed([result._replace(before="")]), said]
        signs = ["", getattr(node.op, "symbol", "")] if len(event.parents) == 2 else [getattr(node.op, "symbol", "")]
        boxes = [
            Framed("value", "► value", x, words.names[j], "forward", sign)
            for j, x, sign in zip(event.parents, event.numbers, signs, strict=True)
        ]
        return [self._sentence(formula), *boxed([*boxes, result]), said]

    def _terms(self, event: Compute) -> list[Part]:
        names, numbers, nodes = self.words.names, event.numbers, event.parents
        if getattr(self.nodes[event.node].op, "role", "") == "total":
            return [Part(names[j], x) for j, x in zip(nodes, numbers, strict=True)]
        half = len(nodes) // 2
        terms = [
            Part(f"{names[nodes[k]]} × {names[nodes[half + k]]}", numbers[k] * numbers[half + k]) for k in range(half)
        ]
        return [*terms, *(Part(names[j], x) for j, x in zip(nodes[2 * half :], numbers[2 * half :], strict=True))]

    def _update(self, event: Update) -> list[str]:
        name, gradient = self.words.names[event.node], event.gradient or 0.0
        moved = event.after - event.before
        boxes = [Framed("value", "► now", event.before, name, "forward")]
        if event.form == "descend":
            times = f"{show_number(event.learning_rate)} × ◀"
            boxes.append(Framed("gradient", times, gradient, self.words.gradient(event.node), "backward", "−"))
        else:
            boxes.append(Framed("local", "moved", moved, "by the optimizer", "", "+"))
        boxes.append(Framed("next", "◆ next", event.after, name, "update", "="))
        way, far = "down" if moved < 0 else "up", show_number(abs(moved))
        so = "so" if moved * gradient < 0 else "yet"  # momentum may carry it on
        said = f"L {'grows' if gradient > 0 else 'shrinks'} as {name} grows, {so} {name} goes {way}, by {far}."
        said = said if gradient and moved else f"The gradient of {name} is {show_number(gradient)}: it moves by {far}."
        return [self._sentence(f"{name} moves against its gradient"), *boxed(boxes), said]
