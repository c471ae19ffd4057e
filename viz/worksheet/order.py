"""The order of the backward pass as an exercise: no node sends its gradient on before all of it has come."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from autograd.explain.steps import Send
from viz.worksheet.figures import Figures

MOST: Final = 8  # nodes: the first ones of the pass


@dataclass(frozen=True)
class Order:
    """Shuffled nodes, for each the places of those that it has to wait for, and one right order of places."""

    nodes: tuple[int, ...]
    before: tuple[tuple[int, ...], ...]
    one: tuple[int, ...]

    def waiting(self, places: list[int]) -> tuple[int, int] | None:
        """Return the first place that stands too early, and one it has to wait for; None if the order is right."""
        for k, place in enumerate(places):
            if missing := set(self.before[place]) - set(places[:k]):
                return place, min(missing)
        return None


def order_of(figures: Figures, draw: random.Random) -> Order:
    """Return the first nodes of the backward pass, shuffled; one waits for all that send it something by any path."""
    acting = dict.fromkeys(event.node for event in figures.recording.events if isinstance(event, Send))
    nodes = list(acting)[:MOST]
    above: dict[int, set[int]] = {}
    for node in acting:
        senders = {send.node for send in figures.sends.get(node, [])}
        above[node] = senders.union(*(above[sender] for sender in senders))
    shuffled = draw.sample(nodes, len(nodes))
    place = {node: k for k, node in enumerate(shuffled)}
    before = tuple(tuple(sorted(place[n] for n in above[node] if n in place)) for node in shuffled)
    return Order(tuple(shuffled), before, tuple(place[node] for node in nodes))
