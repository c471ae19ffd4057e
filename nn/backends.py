"""Which stepper computes a training: `fit`'s backends by name."""

from __future__ import annotations

from nn.steppers import RecordedStepper, Stepper, Task

__all__ = ["BACKENDS", "make_stepper"]

BACKENDS = ("auto", "recorded", "numpy", "native", "jax")


def make_stepper(task: Task, backend: str) -> Stepper:
    """Return the stepper of that name for the task; raises ValueError naming the backends there are."""
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there are: {', '.join(BACKENDS)}")
    return RecordedStepper(task)
