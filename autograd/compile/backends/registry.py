"""Which runner runs a program: the backends by name.  An extra that is missing is named with the way to get it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from autograd.compile.backends.runner import NumpyRunner, Runner
from autograd.compile.ir.program import Program
from autograd.support.messages import missing_extra

BACKENDS: Final = ("numpy", "native", "jax")
EXTRAS: Final = {  # backend -> the extra that it needs, its module, its runner
    "native": ("fast", "autograd.compile.backends.native", "Native"),
    "jax": ("jax", "autograd.compile.backends.jax.source", "Jax"),
}


def check_backend(backend: str) -> None:
    """Raise ValueError naming the backends there are, ImportError naming an extra that is missing."""
    runner_of(backend)


def runner_of(backend: str) -> Callable[..., Runner]:
    """Return the kind of runner that a backend has."""
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there are: {', '.join(BACKENDS)}")
    if backend == "numpy":
        return NumpyRunner
    extra, module, name = EXTRAS[backend]
    try:
        found: Callable[..., Runner] = getattr(import_module(module), name)
    except ImportError as error:
        raise ImportError(missing_extra(f"the {backend} backend needs the extra `{extra}` ({error})", extra)) from error
    return found


def make_runner(backend: str, program: Program, optimizer: Any) -> Runner:
    """Return the backend's runner for a program."""
    return runner_of(backend)(program, optimizer=optimizer)
