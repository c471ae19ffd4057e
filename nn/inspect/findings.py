"""What a diagnosis is made of: one finding for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nn.training.rows import shortened

__all__ = ["Finding", "counted"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is an alarm, what was seen, and what to do about it."""

    name: str
    alarm: bool
    seen: str
    cause: str = ""
    cure: str = ""

    def __str__(self) -> str:
        if not self.alarm:
            return f"  ok  {self.name}: {self.seen}"
        return f"ALARM {self.name}: {self.seen}\n      cause: {self.cause}\n      cure:  {self.cure}"


def counted(units: Sequence[int]) -> str:
    """Return which units they are, counted from 1."""
    return shortened([str(unit + 1) for unit in units])
