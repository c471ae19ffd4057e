"""A model seen as a field: its outputs on a grid over its two inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, no_grad
from autograd.explain.numbers import show_number


class Field:
    """A model's outputs on a grid over its two inputs, the top line first."""

    def __init__(
        self,
        outputs: list[list[Any]],
        x: tuple[float, float],
        y: tuple[float, float],
        level: float | None,
        classes: list[float],
    ) -> None:
        self.outputs, self.x, self.y, self.classes = outputs, x, y, classes
        self.many = isinstance(outputs[0][0], int)
        flat = [o for line in outputs for o in line]
        self.low, self.high = min(flat), max(flat)
        self.level = level if level is not None else 0.5 if self.low >= 0.0 and self.high <= 1.0 else 0.0

    @classmethod
    def over(
        cls,
        model: Callable[[list[float]], Any],
        rows: Sequence[Sequence[float]],
        targets: Sequence[float],
        width: int,
        height: int,
        level: float | None = None,
    ) -> Field:
        """Return the model's outputs over the box of the rows with a margin; nothing is recorded."""
        if not callable(model):
            raise TypeError(f"a boundary is drawn of a model, or a function of a row, not of {type(model).__name__}")
        if len(rows) != len(targets):
            raise ValueError(f"there are {len(rows)} rows and {len(targets)} targets: each row needs one target")
        if not rows or any(len(row) != 2 for row in rows):
            sizes = sorted({len(row) for row in rows}) or "nothing in them"
            raise ValueError(f"a decision boundary is drawn over rows of two inputs, and these rows have {sizes}")
        x, y = (_span([float(row[i]) for row in rows]) for i in (0, 1))
        across = [x[0] + (x[1] - x[0]) * j / (width - 1) for j in range(width)]
        down = [y[1] - (y[1] - y[0]) * i / (height - 1) for i in range(height)]
        with no_grad():
            outputs = [[_output(model([a, b])) for a in across] for b in down]
        return cls(outputs, x, y, level, sorted({float(t) for t in targets}))

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
        marks = "  ".join(f"{self.mark(c)} target {show_number(c)}" for c in reversed(self.classes))
        return f"█▓ output above {show_number(self.level)}  ░  below (blank: far below)  {marks}"


def _span(numbers: Sequence[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    margin = 0.15 * (high - low) or 1.0
    return low - margin, high + margin


def _output(result: Any) -> Any:
    """Return a model's answer as a float, or as the number of the class with the highest score."""
    if isinstance(result, list | tuple):
        scores = [plain_number(score) for score in result]
        return scores[0] if len(scores) == 1 else max(range(len(scores)), key=lambda i: scores[i])
    return plain_number(result)


def plain_number(x: Any) -> float:
    """Return the number that a Value holds, or the number itself, as a float."""
    return float(x.data if isinstance(x, Value) else x)
