"""Numbers that say what they are of the sizes: 128 as `n`, 0.0078125 as `(1 / n)`, wherever they are written."""

from __future__ import annotations

__all__ = ["SizedFloat", "SizedInt"]


class SizedInt(int):
    """A whole number, written as `text`."""

    text: str

    def __new__(cls, x: int, text: str) -> SizedInt:
        """Return the number `x`."""
        made = super().__new__(cls, x)
        made.text = text if text.isidentifier() else f"({text})"
        return made

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return format(int(self), form) if form else self.text


class SizedFloat(float):
    """A number, written as `text`."""

    text: str

    def __new__(cls, x: float, text: str) -> SizedFloat:
        """Return the number `x`."""
        made = super().__new__(cls, x)
        made.text = text if text.isidentifier() else f"({text})"
        return made

    def __repr__(self) -> str:
        return self.text
