"""What a reader moves in a figure.  A figure lists it once: the page makes it, the address says it, the tests try it.

`start` is where it stands at first, `states` are those that the tests look at.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

State = dict[str, Any]  # numbers and texts by the names that stand in the address


@dataclass(frozen=True)
class Slider:
    """A number between two others, `step` by `step`, or by powers of ten to 3 digits."""

    label: str
    low: float
    high: float
    start: float
    step: float = 0.1
    powers: bool = False

    @property
    def states(self) -> tuple[float, ...]:
        """Both ends."""
        return self.low, self.high


@dataclass(frozen=True)
class Choice:
    """One of some texts, as buttons beside one another: {text in the address: what is read}."""

    label: str
    options: dict[str, str]
    start: str

    @property
    def states(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.options)


@dataclass(frozen=True)
class Steps:
    """A whole number, from `least` on, that goes on and back: Back, Step, Play, and a scrubber."""

    label: str
    most: int
    start: int = 0
    least: int = 0

    @property
    def states(self) -> tuple[int, ...]:
        """The beginning, the middle and the end."""
        return self.least, self.most // 2, self.most


@dataclass(frozen=True)
class Drawn:
    """What is moved in the picture itself, as the figure's script has it: a number or a text; `states` are examples."""

    start: float | str
    states: tuple[float | str, ...]


Control = Slider | Choice | Steps | Drawn


def serialized(controls: dict[str, Control]) -> dict[str, Any]:
    """Return the controls as data for the page."""
    return {name: {"kind": type(one).__name__, **asdict(one)} for name, one in controls.items()}
