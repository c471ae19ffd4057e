"""Whose line it was: the user's innermost frame, seen from inside the library."""

from __future__ import annotations

import sys
import warnings
from contextlib import suppress
from os.path import dirname, sep
from types import FrameType
from typing import Final

_ENGINE: Final = dirname(dirname(__file__)) + sep
_LIBRARY: Final = ("nn", "viz", "numpy")  # layers, losses and NumPy's functions are not the user's lines either


def user_line() -> str:
    """Return file:line of the user's innermost frame, and the library's line that it called if that was no engine's."""
    frames = _up_to_the_user(sys._getframe(1))
    user = frames[-1]
    asked = next((frame for frame in frames if not _is_engines(frame)), user)
    through = f" (in {asked.f_globals['__name__']}, line {asked.f_lineno})" if asked is not user else ""
    return f"{user.f_code.co_filename}:{user.f_lineno}{through}"


def warn(message: str, category: type[Warning]) -> None:
    """Warn of it at the user's line that led here, however deep in the library."""
    depth = 1 + len(_up_to_the_user(sys._getframe(1)))
    with suppress(OSError, ValueError, AttributeError):  # where there is nowhere to write it, work goes on without it
        warnings.warn(message, category, stacklevel=depth)


def _up_to_the_user(frame: FrameType) -> list[FrameType]:
    """Return this frame and those that called it, the user's last, or the outermost if there is none of the user's."""
    frames = [frame]
    while frame.f_back is not None and _is_librarys(frame):
        frame = frame.f_back
        frames.append(frame)
    return frames


def _is_librarys(frame: FrameType) -> bool:
    return _is_engines(frame) or str(frame.f_globals.get("__name__")).partition(".")[0] in _LIBRARY


def _is_engines(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_ENGINE)
