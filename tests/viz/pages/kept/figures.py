"""The numbers of every figure of the book, at its first states."""

from pathlib import Path

from tests.support.web.book import FIGURES

KEPT = Path(__file__).with_name("figures.txt")
STATES = 6


def told(place):
    """Return the numbers of a figure, a line for each state, to 9 digits."""
    one = FIGURES[place]
    rows = [(state, one.numbers(state)) for state in one.all_states()[:STATES]]
    return "\n".join(f"{_shown(state)}: {_shown(numbers)}" for state, numbers in rows)


def _shown(numbers):
    return ", ".join(f"{name} {f'{x:.9g}' if isinstance(x, float) else x}" for name, x in numbers.items())


def kept():
    """Return {figure: what is kept of it}."""
    sections = KEPT.read_text(encoding="utf-8").split("\n=== ")[1:]
    return {place: text.removesuffix("\n") for place, text in (part.split("\n", 1) for part in sections)}


if __name__ == "__main__":
    text = "".join(f"\n=== {place}\n{told(place)}\n" for place in FIGURES)
    KEPT.write_text(text, encoding="utf-8")
