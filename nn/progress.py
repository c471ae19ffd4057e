"""A progress bar for long trainings, drawn by tqdm where that is installed."""

from __future__ import annotations

import sys
from importlib import import_module
from types import TracebackType
from typing import Any

from autograd.messages import missing_extra
from nn.history import History

__all__ = ["Progress"]


class Progress:
    """A bar over the epochs with the latest loss and rate; nothing at all if it is not wanted."""

    def __init__(self, wanted: bool | None) -> None:
        """Prepare a bar; None asks for one in a terminal if tqdm is there.  Raises ImportError if True without it."""
        self._bar: Any = None
        self._tqdm: Any = None
        if wanted is False or (wanted is None and not sys.stderr.isatty()):
            return
        try:
            self._tqdm = import_module("tqdm").tqdm
        except ImportError:
            if wanted:
                raise ImportError(missing_extra("the progress bar is drawn by tqdm", "session")) from None

    def __enter__(self) -> Progress:
        return self

    def show(self, history: History, epochs: int, rate: float) -> None:
        """Draw the epochs done, the latest loss and the rate."""
        if self._tqdm is None:
            return
        if self._bar is None:
            self._bar = self._tqdm(total=epochs, initial=history.epochs, unit="epoch", dynamic_ncols=True)
        loss = history.losses[-1] if history.losses else history.loss_so_far / max(1, history.rows_so_far)
        self._bar.set_postfix(loss=f"{loss:.4g}", rate=f"{rate:.3g}", refresh=False)
        self._bar.update(history.epochs - self._bar.n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
