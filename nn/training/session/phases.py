"""The phases of a step, and their order."""

from __future__ import annotations

from typing import Final

NEXT: Final = {"forward": "backward", "backward": "update", "update": "forward"}


def check_phase(called: str, next_phase: str, step: int) -> None:
    """Raise RuntimeError, saying what to call, if the phase that is called is not the one that comes next."""
    if called != next_phase:
        begun = "not begun" if next_phase == "forward" else f"just done {_before(next_phase)}()"
        raise RuntimeError(
            f"{called}() comes after {_before(called)}(), and step {step} has {begun}: call {next_phase}()"
        )


def _before(phase: str) -> str:
    return next(earlier for earlier, later in NEXT.items() if later == phase)
