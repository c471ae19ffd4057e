"""What a training left behind: the losses and their shape, the rates, why it ended, and where to go on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from autograd.recording.bulk import set_numbers
from autograd.support.advice_on_names import guessed
from nn.history.loss_findings import diagnose_losses
from nn.optim.clipping import percentile
from nn.support.foreign_names import GUESSES, OF_A_HISTORY
from nn.support.validate import checked_losses

if TYPE_CHECKING:
    from nn.history.findings import Diagnosis
    from nn.optim.optimizer import Optimizer

DROP: Final = 0.6  # the share of the whole fall that counts as its drop
FLAT: Final = 0.05  # a fall by less than this share of the first loss is none
SPIKE: Final = 0.1  # the share of the whole fall by which a loss stands out from the lowest before it


class Stretch(NamedTuple):
    """Part of a training: from one epoch to another, both counted from 0, and what the loss does there."""

    start: int
    end: int
    name: str  # "plateau", "drop", "convergence", "spike" or "rise"


@GUESSES
def stretches(losses: Sequence[float]) -> list[Stretch]:
    """Return the parts of a training in order: plateau, drop and convergence, as far as it has them.

    The drop is the shortest stretch in which the lowest loss so far makes 60 % of its whole fall.  A spike is
    where the loss stands above the lowest before it by a tenth of the fall, or is nan; a rise if it stays to the end.
    """
    losses = checked_losses("stretches", losses)
    if len(losses) == 0:
        return []
    best = list(accumulate(losses, _lower))
    first = next((x for x in best if x < math.inf), best[0])  # a loss that is nan or infinite is no height to fall from
    best = [x if x < math.inf else first for x in best]
    last, fall = len(best) - 1, best[0] - best[-1]
    falls = fall > FLAT * abs(best[0])
    start, end = _drop(best, DROP * fall) if falls else (len(best), len(best))
    names = ["plateau" if i < start else "drop" if i < end or end == last else "convergence" for i in range(last + 1)]
    high = SPIKE * (fall if falls else abs(best[0]))
    above = [not x <= low + high for x, low in zip(losses, best, strict=True)]
    names = ["spike" if odd else name for name, odd in zip(names, above, strict=True)]
    for i in range(last, -1, -1):
        if not above[i]:
            break
        names[i] = "rise"
    begins = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    return [Stretch(i, j, names[i]) for i, j in zip(begins, [*begins[1:], last], strict=True)]


def _lower(low: float, x: float) -> float:
    return x if low != low or x < low else low


def _drop(best: Sequence[float], goal: float) -> tuple[int, int]:
    """Return the shortest stretch in which the lowest loss so far falls by `goal`."""
    end, drop = 0, (0, len(best) - 1)
    for start in range(len(best)):
        while end < len(best) and best[start] - best[end] < goal:
            end += 1
        if end == len(best):
            break
        if end - start < drop[1] - drop[0]:
            drop = start, end
    return drop


@guessed(OF_A_HISTORY)
@GUESSES.of_class
@dataclass
class History:
    """One entry per epoch, and the place in the epoch that was begun, so that training can go on from there.

    Attributes
        losses               the mean over the rows of each epoch, of the loss before each update
        validation_losses    the loss on rows held out, at each report (empty without them)
        metrics              by name, what fit's metrics gave at each report (empty without them)
        classes              the numbers of the classes, by the names that the targets were (empty for others)
        learning_rates       the rate of the last step of each epoch
        gradient_norms       the norm at each step, before clipping (empty without `clip`)
        backend              what computed the steps: recorded, numpy, native or jax
        stopped              why training ended, in words
        trouble              which operation made the first nan or infinity, in words, if that ended it
        best_loss            the lowest finite loss, if early stopping watched
        best_epoch           the epoch (counting from 1) that had it
        best_parameters      the parameters at its end
        best_buffers         the model's other state then, by path, such as running averages
        batches, loss_so_far, rows_so_far   of the epoch that was begun
    """

    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)
    classes: dict[str, Any] = field(default_factory=dict)
    learning_rates: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    backend: str = ""
    stopped: str = ""
    trouble: str = ""
    best_loss: float | None = None
    best_epoch: int | None = None
    best_parameters: list[float] = field(default_factory=list)
    best_buffers: dict[str, Any] = field(default_factory=dict)
    batches: int = 0
    loss_so_far: float = 0.0
    rows_so_far: int = 0

    @property
    def epochs(self) -> int:
        """How many whole epochs were made."""
        return len(self.losses)

    def suggested_clip(self, share: float = 95.0) -> float:
        """Return that percentile of the gradient norms seen, a good limit for `ClipByNorm`.

        Raises ValueError if none were watched: pass clip=ClipByNorm() to fit.
        """
        if not self.gradient_norms:
            raise ValueError("no gradient norms were watched: fit(…, clip=ClipByNorm()) watches them and clips nothing")
        return percentile(self.gradient_norms, share)

    def restore_best(self, model: Any, optimizer: Optimizer) -> None:
        """Leave the model with the weights and buffers of the best epoch; both are those that were trained.

        The optimizer's memories and the history stay as they are.
        Raises ValueError, and changes nothing, if no best epoch was kept or it has other parameters.
        """
        if self.best_epoch is None:
            raise ValueError("no best epoch was kept: fit(…, early_stopping=…) keeps it")
        kept, moved = len(self.best_parameters), len(optimizer.parameters)
        if kept != moved:
            raise ValueError(f"the best epoch has {kept} parameters, and this optimizer moves {moved}")
        if self.best_buffers:
            model.load_buffers(self.best_buffers)
        set_numbers(optimizer.parameters, self.best_parameters)

    def diagnose(self) -> Diagnosis:
        """Return what is wrong with the training as far as losses show it: nan, a rate that is too high, a plateau.

        `nn.diagnose` also looks at the model's layers.  Raises ValueError before the first epoch is done.
        """
        return diagnose_losses(self)

    def enter(self, loss: float, rows: int, norm: float | None) -> None:
        """Add one step, of so many rows, to the epoch that was begun."""
        self.batches += 1
        self.loss_so_far += loss * rows
        self.rows_so_far += rows
        if norm is not None:
            self.gradient_norms.append(norm)

    def end_epoch(self, learning_rate: float) -> None:
        """Close the epoch that was begun: its loss is the mean weighted by rows."""
        self.losses.append(self.loss_so_far / self.rows_so_far)
        self.learning_rates.append(learning_rate)
        self.batches, self.loss_so_far, self.rows_so_far = 0, 0.0, 0

    def __repr__(self) -> str:
        loss = f", loss {self.losses[0]:.6g} → {self.losses[-1]:.6g}" if self.losses else ""
        held = f", validation {self.validation_losses[-1]:.6g}" if self.validation_losses else ""
        held += "".join(f", {name} {values[-1]:.6g}" for name, values in self.metrics.items() if values)
        backend = f", {self.backend}" if self.backend else ""
        trouble = f"; {self.trouble}" if self.trouble else ""
        return f"<History of {self.epochs} epochs{loss}{held}{backend}: {self.stopped or 'under way'}{trouble}>"
