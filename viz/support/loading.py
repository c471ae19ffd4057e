"""Imported before all else: where the program `chainrule` itself loads the library, Ctrl-C ends it without a word."""

from __future__ import annotations

import signal
import sys
from pathlib import PurePath

if PurePath(sys.argv[0] if sys.argv else "").stem == "chainrule":
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def loaded() -> None:
    """From now on Ctrl-C is Python's KeyboardInterrupt, which the program answers in a sentence."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
