"""Which runner runs a program: the backends by name.  An extra that is missing is named with the way to get it."""

from __future__ import annotations

from typing import Any, Final

from autograd.compile.program import Program
from autograd.compile.runner import NumpyRunner

BACKENDS: Final = ("numpy", "native", "jax")


def check_backend(backend: str) -> None:
    """Raise ValueError naming the backends there are, unless this is one of them."""
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there are: {', '.join(BACKENDS)}")


def make_runner(backend: str, program: Program, optimizer: Any) -> Any:
    """Return the backend's runner for a program; raises ImportError naming the extra that the backend needs."""
    if backend == "native":
        try:
            from autograd.compile.native import Native
        except ImportError as error:
            raise ImportError(
                f"the native backend needs the extra `fast`: pip install chainrule[fast] ({error})"
            ) from error
        return Native(program, optimizer=optimizer)
    if backend == "jax":
        try:
            from autograd.compile.jax import Jax
        except ImportError as error:
            raise ImportError(f"the jax backend needs the extra `jax`: pip install chainrule[jax] ({error})") from error
        return Jax(program, optimizer=optimizer)
    names = [a.name for a in sorted((a for a in program.lines if a.op == "input"), key=lambda a: int(a.detail))]
    return NumpyRunner(program, names, optimizer)
