"""A progress bar for long trainings, drawn by tqdm where that is installed."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any

from autograd.support.locks import make_lock
from autograd.support.messages import missing_extra
from nn.history.history import History


class Progress:
    """A bar over the epochs with the latest loss and rate; nothing at all if it is not wanted."""

    def __init__(self, wanted: bool | None) -> None:
        """Prepare a bar; None asks for one in a terminal if tqdm is there.  Raises ImportError if True without it."""
        self._bar: Any = None
        self._tqdm: Any = None
        if wanted is False or (wanted is None and not is_terminal(sys.stderr)):
            return
        try:
            self._tqdm = _bar()
        except ImportError:
            if wanted:
                raise ImportError(missing_extra("the progress bar is drawn by tqdm", "session")) from None
        if not _takes_text(sys.stderr):  # a service has no error stream, or a closed one
            self._tqdm = None

    def __enter__(self) -> Progress:
        return self

    def show(self, history: History, epochs: int, rate: float) -> None:
        """Draw the epochs done, the latest loss and the rate."""
        if self._tqdm is None:
            return
        loss = history.losses[-1] if history.losses else history.loss_so_far / max(1, history.rows_so_far)
        try:
            if self._bar is None:
                self._bar = self._tqdm(total=epochs, initial=history.epochs, unit="epoch", dynamic_ncols=True)
            self._bar.set_postfix(loss=f"{loss:.4g}", rate=f"{rate:.3g}", refresh=False)
            self._bar.update(history.epochs - self._bar.n)
        except (OSError, ValueError, AttributeError):  # the terminal is gone, and the training is not
            self._tqdm = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            with suppress(OSError, ValueError, AttributeError):
                self._bar.close()


def is_terminal(stream: Any) -> bool:
    """Return whether a stream is there and is a terminal; services have none, and programs put others in its place."""
    try:
        return bool(stream.isatty())
    except (AttributeError, OSError, ValueError):  # None, something with `write` alone, a closed one
        return False


def _takes_text(stream: Any) -> bool:
    return hasattr(stream, "write") and not getattr(stream, "closed", False)


def _bar() -> Any:
    """Return tqdm's bar, without a thread to watch over it, and with a lock that a forked child finds free."""

    class Bar(import_module("tqdm").tqdm):  # type: ignore[misc]
        monitor_interval = 0

    Bar.set_lock(make_lock())
    return Bar
