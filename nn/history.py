"""What a training left behind: the losses, the rates, why it ended, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nn.clipping import percentile

if TYPE_CHECKING:
    from nn.diagnosis import Diagnosis

__all__ = ["History"]


@dataclass
class History:
    """One entry per epoch, and the place in the epoch that was begun, so that training can go on from there.

    Attributes
        losses               the mean over the rows of each epoch, of the loss before each update
        validation_losses    the loss on rows held out, at each report (empty without them)
        learning_rates       the rate of the last step of each epoch
        gradient_norms       the norm at each step, before clipping (empty without `clip`)
        backend              what computed the steps: recorded, numpy, native or jax
        stopped              why training ended, in words
        trouble              where a nan or infinity was born, in words, if that ended it
        best_loss            the lowest loss, if early stopping watched
        best_epoch           the epoch (counting from 1) that had it
        best_parameters      the parameters at its end
        batches, loss_so_far, rows_so_far   of the epoch that was begun
    """

    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    backend: str = ""
    stopped: str = ""
    trouble: str = ""
    best_loss: float | None = None
    best_epoch: int | None = None
    best_parameters: list[float] = field(default_factory=list)
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

    def diagnose(self) -> Diagnosis:
        """Return what ails the training as far as losses tell: nan, a rate that is too high, a plateau.

        `nn.diagnose` also looks at the model's layers.  Raises ValueError before the first epoch is done.
        """
        from nn.diagnosis import diagnose_losses  # which knows histories

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
        backend = f", {self.backend}" if self.backend else ""
        trouble = f"; {self.trouble}" if self.trouble else ""
        return f"<History of {self.epochs} epochs{loss}{held}{backend}: {self.stopped or 'under way'}{trouble}>"
