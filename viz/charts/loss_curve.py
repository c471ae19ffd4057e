"""The loss over the epochs, and over learning rates."""

from __future__ import annotations

import math
from typing import Any

from autograd.explain.number_format import show_number
from viz.charts.chart import Chart, drawn, look, new_axes, numbered
from viz.charts.plotting import losses_of
from viz.support import palette
from viz.support.foreign_names import GUESSES

TRAINING, VALIDATION = palette.POSITIVE, palette.NEGATIVE  # colors of the curves; the second is dashed, besides


@GUESSES
def loss_curve(history: Any, *, logarithmic: bool = False) -> Chart:
    """Return the loss against the epoch, with the loss on held-out rows where the history has it.

    `history` is what `fit` returned, or a sequence of numbers.  Losses that are not finite are marked where they began.
    Raises ValueError if there are none, TypeError for what is neither.
    """
    losses = losses_of(history)
    if not losses:
        raise ValueError("no losses yet: train for an epoch first")
    held_out = [float(x) for x in getattr(history, "validation_losses", ())]
    with look():
        figure, axes = new_axes(6.4, 3.6)
        axes.plot(range(1, len(losses) + 1), drawn(losses), color=TRAINING, label="training")
        if held_out:
            step = len(losses) / len(held_out)
            places = [step * (i + 1) for i in range(len(held_out))]
            axes.plot(places, drawn(held_out), color=VALIDATION, linestyle="--", label="validation")
            axes.legend()
        broken = next((i for i, x in enumerate(losses) if not math.isfinite(x)), None)
        if broken is not None:
            axes.axvline(broken + 1, color=palette.ALARM, linestyle=":")
            axes.annotate(f" {show_number(losses[broken])} here", (broken + 1, 0.9), xycoords=("data", "axes fraction"))
        if logarithmic:
            axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel="loss", title=f"loss {show_number(losses[0])} → {show_number(losses[-1])}")
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"loss over {len(losses)} epochs, from {show_number(losses[0])} to {show_number(losses[-1])}")


@GUESSES
def learning_rate_finder(sweep: Any) -> Chart:
    """Return the loss against the learning rate, with the suggested rate marked, from what the finder returned."""
    if not hasattr(sweep, "suggestion"):
        raise TypeError(f"learning_rate_finder draws what nn.find_learning_rate returned, not {type(sweep).__name__}")
    rates, losses, suggestion = sweep.rates[: len(sweep.losses)], sweep.losses, float(sweep.suggestion)
    with look():
        figure, axes = new_axes(6.4, 3.6)
        axes.plot(rates, drawn(losses), color=TRAINING)
        axes.set_xscale("log")
        axes.set(xlabel="learning rate", ylabel="loss", title="loss while the learning rate grows")
        if math.isfinite(suggestion):
            axes.axvline(suggestion, color=palette.FORWARD, linestyle="--")
            text = f" suggested {show_number(suggestion)}"
            axes.annotate(text, (suggestion, 0.92), xycoords=("data", "axes fraction"), color=palette.FORWARD)
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"loss against learning rate from {show_number(rates[0])} to {show_number(rates[-1])}")
