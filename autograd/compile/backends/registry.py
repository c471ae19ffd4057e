"""The backends by name: those that run programs here, and those that emit source to be run elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

from autograd.compile.backends.runner import Runner
from autograd.compile.ir.program import Program
from autograd.support.messages import missing_extra

BACKENDS: Final = {  # backend -> the extra that it needs, its module, its runner
    "numpy": ("", "autograd.compile.backends.runner", "NumpyRunner"),
    "native": ("fast", "autograd.compile.backends.native", "Native"),
    "jax": ("jax", "autograd.compile.backends.jax.source", "Jax"),
}
AUTO: Final = "auto"  # NumPy's, until a program has run so often that machine code pays, where llvmlite is there
EMITTERS: Final = {  # language -> its module: the source that `emit(program, shown)` returns runs elsewhere
    "javascript": "autograd.compile.backends.javascript",
}


def check_backend(backend: str) -> None:
    """Raise ValueError naming the backends there are, ImportError naming an extra that is missing."""
    if backend != AUTO:
        runner_of(backend)


def runner_of(backend: str) -> Callable[..., Runner]:
    """Return the class of runner that a backend has."""
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there are: {', '.join((AUTO, *BACKENDS))}")
    extra, module, name = BACKENDS[backend]
    try:
        found: Callable[..., Runner] = getattr(import_module(module), name)
    except ImportError as error:
        if not extra:
            raise
        raise ImportError(missing_extra(f"the {backend} backend needs the extra `{extra}` ({error})", extra)) from error
    return found


def emitter_of(language: str) -> Any:
    """Return the module that emits programs in a language."""
    if language not in EMITTERS:
        raise ValueError(f"no language {language!r}; there are: {', '.join(EMITTERS)}")
    return import_module(EMITTERS[language])


def make_runner(
    backend: str,
    program: Program,
    optimizer: Any,
    family: tuple[Any, Sequence[int]] | None = None,
    steps: int = 0,
) -> Runner:
    """Return the backend's runner for a program, which has made so many steps.

    `family` is the GenericProgram that it is one of, and at which sizes: a backend may have the same code for them all.
    """
    runner = runner_of(backend)
    if hasattr(runner, "of"):
        found: Runner = runner.of(program, optimizer, family, steps)
        return found
    return runner(program, optimizer=optimizer)
