"""What a diagnosis is made of: a finding for each thing that was looked at, figures of each layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograd.support.messages import LONGEST_NAME, shown
from nn.support.naming import titled
from nn.support.validate import shortened


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
class LayerFigures:
    """One layer over a batch of rows.

    Attributes
        path          the layer's place in the model
        activation    its name, "linear" for none
        units         how many
        dead          the units of a ReLU that gave 0 on every row
        saturated     the units of a sigmoid or tanh whose slope was below 5 % of its greatest on 90 % of the rows
                      (none of a gate that keeps a recurrent network's state by being 1)
        error_norm    ‖δ‖, the norm of the gradient with respect to z, over rows and units
        weight_norm   ‖W‖, the largest factor by which the weights stretch a vector; nan if it has none of its own
        slope         the mean of |σ′(z)| over rows and units
        is_last       whether nothing comes after it
    """

    path: str
    activation: str
    units: int
    dead: tuple[int, ...]
    saturated: tuple[int, ...]
    error_norm: float
    weight_norm: float
    slope: float
    is_last: bool

    @property
    def title(self) -> str:
        """The place as people read it."""
        return shown(titled(self.path), LONGEST_NAME)


@dataclass(frozen=True)
class StepFigures:
    """One recurrent network over a batch of sequences.

    Attributes
        path          the network's place in the model
        steps         which step of a sequence, from 1, for each norm: those that the error signal reaches
        error_norms   ‖δ‖ at each of them, over rows, gates and units
    """

    path: str
    steps: tuple[int, ...]
    error_norms: tuple[float, ...]

    @property
    def title(self) -> str:
        """The place as people read it."""
        return shown(titled(self.path), LONGEST_NAME)

    @property
    def change(self) -> float:
        """By how much the error signal changes from the last step back to the first that it reaches."""
        return self.error_norms[0] / self.error_norms[-1]


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
