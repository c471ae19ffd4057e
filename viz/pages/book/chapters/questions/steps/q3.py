"""Figure Q3: the loss on 64 noisy points, fitted one at a step, after each round: at a rate, and at a tenth of it."""

from itertools import pairwise

from viz.pages.book.chapters.descent.batches import FIGURE as BATCHES
from viz.pages.book.chapters.descent.batches import MOST, losses
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers

LATE = 10  # the band is that of the rounds after the first 10


def numbers(state: State) -> Numbers:
    """Return where the loss ends, its band, and how many rounds ended higher than the one before, for both rates."""
    found: Numbers = {}
    for before, rate in (("", state["eta"]), ("tenth_", state["eta"] / 10)):
        run = losses(rate, 1, MOST)
        found |= {
            f"{before}last": run[-1],
            f"{before}low": min(run[LATE:]),
            f"{before}high": max(run[LATE:]),
            f"{before}rises": float(sum(b > a for a, b in pairwise(run))),
        }
    return found


FIGURE = Figure(
    "questions/steps/q3",
    controls={"eta": Slider("rate η", 0.05, 0.5, 0.5, powers=True)},
    numbers=numbers,
    programs={name: BATCHES.programs[name] for name in ("line.1", "line.64", "descent")},
    data=BATCHES.data | {"late": LATE},
    states=[{"eta": 0.2}],
    demo="batch_sizes",
)
