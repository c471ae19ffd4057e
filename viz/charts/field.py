"""A model seen as a field: its outputs on a grid over its two inputs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from autograd import Value, no_grad, number
from autograd.explain.number_format import show_number
from autograd.support.messages import shown
from nn.support.validate import checked_count, checked_inputs, checked_targets

FAR: Final = 1e150  # what lies farther out is drawn here: between two such numbers there is room to compute


class Field:
    """A model's outputs on a grid over its two inputs, the top line first."""

    def __init__(
        self,
        outputs: list[list[Any]],
        x: tuple[float, float],
        y: tuple[float, float],
        level: float | None,
        rows: list[list[float]],
        targets: list[float],
    ) -> None:
        self.outputs, self.x, self.y, self.rows, self.targets = outputs, x, y, rows, targets
        self.classes = sorted(set(targets))
        self.many = isinstance(outputs[0][0], int)
        flat = [o for line in outputs for o in line if o == o]
        if not flat:
            raise ValueError("the model returns nan all over these rows: there is no boundary to draw")
        self.blank = sum(map(len, outputs)) - len(flat)  # points with no number
        self.low, self.high = min(flat), max(flat)
        self.level = level if level is not None else 0.5 if self.low >= 0.0 and self.high <= 1.0 else 0.0

    @classmethod
    def over(
        cls,
        model: Callable[[list[float]], Any],
        rows: Any,
        targets: Any,
        width: int,
        height: int,
        level: float | None = None,
    ) -> Field:
        """Return the model's outputs over the box of the rows with a margin; nothing is recorded."""
        if not callable(model):
            raise TypeError(f"a boundary is drawn of a model, or a function of a row, not of {type(model).__name__}")
        width, height = checked_count("size", width, 2, 2_000), checked_count("size", height, 2, 2_000)
        level = None if level is None else near("level", level)
        rows, targets = checked_rows(rows, targets)
        if len(rows[0]) != 2:
            raise ValueError(f"a decision boundary is drawn over rows of two inputs, and these have {len(rows[0])}")
        rows = [[near("X", plain_number(x)) for x in row] for row in rows]
        targets = [plain_number(t[0] if isinstance(t, list | tuple) and len(t) == 1 else t) for t in targets]
        x, y = (_span([row[i] for row in rows]) for i in (0, 1))
        across = [x[0] + (x[1] - x[0]) * j / (width - 1) for j in range(width)]
        down = [y[1] - (y[1] - y[0]) * i / (height - 1) for i in range(height)]
        with no_grad():
            outputs = [[_output(model([a, b])) for a in across] for b in down]
        return cls(outputs, x, y, level, rows, targets)

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Return line and column of the grid's point nearest to (x, y)."""
        height, width = len(self.outputs), len(self.outputs[0])
        down = (self.y[1] - y) / (self.y[1] - self.y[0]) * (height - 1)
        return round(down), round((x - self.x[0]) / (self.x[1] - self.x[0]) * (width - 1))

    def shade(self, output: Any) -> str:
        """Return the character for an output: a digit's shade for classes, else two tones on each side of the level."""
        if self.many:
            return " ░▒▓█"[int(output) % 5]
        if output != output:
            return "?"
        reach = (self.high - self.level) if output >= self.level else (self.level - self.low)
        sure = abs(output - self.level) > 0.5 * reach
        return ("█" if sure else "▓") if output >= self.level else (" " if sure else "░")

    def mark(self, target: float) -> str:
        """Return the character that stands for a target: × and o for two classes, digits for more."""
        if len(self.classes) <= 2:
            return "×" if target == self.classes[-1] else "o"
        return "0123456789"[self.classes.index(target) % 10]

    def legend(self) -> str:
        """Return what the characters mean."""
        if self.many or len(self.classes) > 2:
            return "shade: the class with the highest score; digits: the rows' classes"
        blank = "  ? not finite" if self.blank else ""
        marks = "  ".join(f"{self.mark(c)} target {show_number(c)}" for c in reversed(self.classes))
        return f"█▓ output above {show_number(self.level)}  ░  below (blank: far below)  {marks}{blank}"


def _span(numbers: list[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    margin = 0.15 * (high - low) or 1.0
    return low - margin, high + margin


def _output(result: Any) -> Any:
    """Return a model's answer as a float, or as the number of the class with the highest score."""
    if isinstance(result, list | tuple) and result:
        scores = [plain_number(score) for score in result]
        return clipped(scores[0]) if len(scores) == 1 else max(range(len(scores)), key=lambda i: scores[i])
    try:
        return clipped(plain_number(result))
    except TypeError as error:
        raise TypeError(f"a boundary is drawn of numbers, or one score per class: {error}") from None


def checked_rows(rows: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    """Return rows of inputs and their targets as lists, checked as `fit` checks them."""
    found = checked_inputs(rows, "X")
    if not isinstance(found[0], list | tuple) or not all(isinstance(x, int | float | Value) for x in found[0]):
        raise TypeError(f"X holds rows of numbers, [[0.0, 1.0], …], and X[0] is {shown(found[0])}")
    return found, checked_targets(targets, len(found), "Y")


def clipped(x: float) -> float:
    """Return where a number is drawn: at ±1e150 if it lies beyond, infinities among these; nan stays nan."""
    return max(-FAR, min(FAR, x)) if x == x else x


def near(name: str, x: Any) -> float:
    """Return a number that a picture can reach to; raises TypeError for what is none, ValueError for others."""
    try:
        found = number(x)
    except TypeError as error:
        raise TypeError(f"{name}={shown(repr(x))}: {error}") from None
    if not math.fabs(found) <= FAR:
        raise ValueError(f"{name}={found:g}: pictures reach from -1e150 to 1e150")
    return found


def plain_number(x: Any) -> float:
    """Return the number that a Value holds, or the number itself, as a float."""
    return number(x.data if isinstance(x, Value) else x)
