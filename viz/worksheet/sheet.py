"""The steps of a pass as lines with blanks: what is told, what is left out, and what is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from autograd.explain.events import SENTENCES, Compute, Event, Send, Update
from autograd.explain.notation import Words, filled
from autograd.explain.number_format import bracketed, show_number
from viz.worksheet.figures import Figures, Key

LEVELS: Final = 4
FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
_MARK: Final = re.compile("\ue000([0-9]+)\ue001")  # of a number that is left out; names hold no such characters

Told = tuple[str | int, ...]  # texts, and the places of numbers that are left out


@dataclass(frozen=True)
class Step:
    """One line: what it tells, in which phase, and the number it leads to."""

    phase: str
    key: Key
    told: Told


class Sheet:
    """The lines of a pass in these figures; `blanks` are the numbers left out, in the order in which they are asked.

    `level` is 0 for none, up to 4 for all; between them blanks become more along each phase, and there is at least one.
    `begin`, in [0, 1), says where the first one falls.
    """

    def __init__(self, figures: Figures, level: int, begin: float = 0.0) -> None:
        self.figures = figures
        nodes = figures.recording.nodes
        self.words = Words(nodes, [figures.value(i) for i in range(len(nodes))])
        asked = [(phase, key) for phase, key, _ in self._events()]
        self.blanks = list(_faded(asked, level, begin)) or [key for _, key in asked[-1:] if level]
        self._places = {key: place for place, key in enumerate(self.blanks)}
        self.figured = Words(nodes, self.words.numbers)  # whose names are numbers, for formulas in figures
        self.figured.names = [bracketed(self._text(("value", i))) for i in range(len(nodes))]
        self.steps = [Step(phase, key, self._told(key, event)) for phase, key, event in self._events()]

    def _events(self) -> Iterator[tuple[str, Key, Event]]:
        """Yield the phase, the number and the event of each line."""
        figures = self.figures
        seen: set[Key] = set()
        for event in figures.recording.events:
            if isinstance(event, Compute):
                yield FORWARD, ("value", event.node), event
            elif isinstance(event, Send):
                local = figures.key_of_local(event.node, event.slot)
                if local and local[0] == "local" and local not in seen and not self._is_told(event):
                    seen.add(local)
                    yield BACKWARD, local, event
                yield BACKWARD, ("sent", event.node, event.slot), event
                if event.arrival == event.expected > 1:
                    yield BACKWARD, ("gradient", event.parent), event
            elif isinstance(event, Update):
                yield UPDATE, ("after", event.node), event

    def _is_told(self, event: Send) -> bool:
        """Return whether the words for a local derivative are its number, as in `1 [z > 0]`: nothing is to compute."""
        formula = self.words.derivative(event.node, event.slot).partition(" [")[0]
        return formula in (text := show_number(self.figures.local(event.node, event.slot)), bracketed(text))

    def _told(self, key: Key, event: Event) -> Told:
        """Return the line that leads to a number, in the sentences that the steps of a pass are told with."""
        kind, i, *slots = key
        words = self.words
        if kind == "value":
            symbols, figures = words.forms(i)
            parents = self.figures.parents[i]
            names, numbers = [words.names[j] for j in parents], [self._text(("value", j)) for j in parents]
            sides = dict.fromkeys((words.names[i], filled(symbols, names), filled(figures, numbers), self._text(key)))
            return _parts(" = ".join(sides))
        if kind == "local":
            by = words.derivative(i, slots[0])
            to = words.names[self.figures.parents[i][slots[0]]]
            figures = self.figured.derivative(i, slots[0])
            return _parts(" = ".join(dict.fromkeys((f"∂{words.names[i]}/∂{to}", by, figures, self._text(key)))))
        if kind == "sent":
            return _parts(SENTENCES["send"].format_map(self._of_a_send(i, slots[0], key)))
        if kind == "gradient":
            sent = [self._text(("sent", s.node, s.slot)) for s in self.figures.sends[i]]
            return _parts(
                f"{words.gradient(i)} = {' + '.join([sent[0], *map(bracketed, sent[1:])])} = {self._text(key)}"
            )
        return _parts(
            SENTENCES["descend"].format(
                name=words.names[i],
                to=words.gradient(i),
                before=self._text(("value", i)),
                rate=show_number(self.figures.rate),
                gradient=self._text(self.figures.key_of_gradient(i)),
                after=self._text(key),
            )
        )

    def _of_a_send(self, i: int, slot: int, key: Key) -> dict[str, str]:
        words, target = self.words, self.figures.parents[i][slot]
        local = self.figures.key_of_local(i, slot)
        several = len(self.figures.sends[target]) > 1
        return {
            "to": f"{words.gradient(target)}{' by way of ' + words.names[i] if several else ''}",
            "at": words.gradient(i),
            "by": words.derivative(i, slot),
            "upstream": self._text(self.figures.key_of_gradient(i)),
            "local": self._text(local) if local else show_number(self.figures.local(i, slot)),
            "sent": self._text(key),
        }

    def _text(self, key: Key) -> str:
        """Return a number as it is shown; what is left out is marked as if negative, so that brackets tell nothing."""
        if key in self._places:
            return f"−\ue000{self._places[key]}\ue001"
        return show_number(self.figures.numbers.get(key, 0.0))


def _parts(text: str) -> Told:
    """Return a line with the marks of what is left out as numbers."""
    pieces = _MARK.split(text.replace("−\ue000", "\ue000"))
    return tuple(int(piece) if k % 2 else piece for k, piece in enumerate(pieces) if piece or k % 2)


def _faded(asked: list[tuple[str, Key]], level: int, begin: float) -> Iterator[Key]:
    """Yield the numbers to leave out: the farther in its phase, the more often."""
    for phase in (FORWARD, BACKWARD, UPDATE):
        keys = [key for other, key in asked if other == phase]
        due = begin
        for k, key in enumerate(keys):
            share = 2.0 * level / LEVELS * (k + 0.5) / len(keys)
            due += 1.0 if level == LEVELS else min(1.0, share)
            if due >= 1.0:
                due -= 1.0
                yield key
