"""What a diagnosis is made of: one finding for each thing that was looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nn.support.validate import shortened

if TYPE_CHECKING:
    from nn.inspect.layer_statistics import LayerFigures, StepFigures

__all__ = ["Diagnosis", "Finding", "counted"]


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


@dataclass(frozen=True)
class Diagnosis:
    """All findings, the figures of each layer and recurrent network, and the sharpness; print it to read them."""

    findings: list[Finding]
    layers: list[LayerFigures] = field(default_factory=list)
    sharpness: float = math.nan
    recurrent: list[StepFigures] = field(default_factory=list)

    @property
    def alarms(self) -> list[str]:
        """The names of the findings that are alarms."""
        return [finding.name for finding in self.findings if finding.alarm]

    @property
    def is_healthy(self) -> bool:
        """Whether no finding is an alarm."""
        return not self.alarms

    def __getitem__(self, name: str) -> Finding:
        found = {finding.name: finding for finding in self.findings}
        if name not in found:
            raise KeyError(f"no finding {name!r}; there are: {', '.join(found)}")
        return found[name]

    def __str__(self) -> str:
        head = f"{len(self.alarms)} alarms" if len(self.alarms) > 1 else "1 alarm" if self.alarms else "healthy"
        ordered = sorted(self.findings, key=lambda finding: not finding.alarm)
        return "\n".join([head, *map(str, ordered)])

    __repr__ = __str__


def counted(units: Sequence[int]) -> str:
    """Return which units they are, counted from 1."""
    return shortened([str(unit + 1) for unit in units])
