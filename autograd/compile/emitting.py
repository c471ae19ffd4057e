"""`emit`: a function as source in a language that runs elsewhere, such as the JavaScript of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.compile.backends.registry import emitter_of
from autograd.compile.frontend.trace import trace
from autograd.compile.programs.pipeline import build
from autograd.value import Value


@dataclass(frozen=True)
class EmittedProgram:
    """A function as source, and what whoever runs it has to hand over.

    Attributes
        source      the program, in the form of its language
        parameters  the Values whose numbers make up θ, in order
        used        how many of them the result depends on
        arguments   for each argument of the program which one it is: first the function's, then `draws`, then `others`
        draws       the modules that draw numbers at each run, each with how many it draws
        others      the Values that are neither parameters nor arguments
    """

    source: Any
    parameters: list[Value]
    used: int
    arguments: list[int]
    draws: list[tuple[Any, int]]
    others: list[Value]


def emit(
    function: Callable[..., Value],
    shapes: Sequence[tuple[int, ...]],
    parameters: Sequence[Value],
    names: Sequence[str],
    *,
    language: str = "javascript",
    show: Mapping[str, list[Value]] | None = None,
) -> EmittedProgram:
    """Return a function of arguments of these shapes and names, and its gradients, as source.

    The Values in `show` are computed too, under these names; the function may put them there while it is traced.
    Raises ValueError for a language that there is not, and for a program that the language cannot say.
    """
    emitter = emitter_of(language)
    traced = trace(function, shapes, parameters)
    shown = dict(show or {})
    traced.observed.extend((values, _ignore) for values in shown.values())
    program, tape = build(traced, names)
    observed = program.observed[len(program.observed) - len(shown) :]
    return EmittedProgram(
        emitter.emit(program, dict(zip(shown, observed, strict=True))),
        [parameters[k] for k in program.order],
        program.used,
        [k for k, _, _ in program.arguments],
        list(zip(traced.draws, map(len, traced.arguments[len(shapes) :]), strict=True)),
        tape.others,
    )


def _ignore(numbers: list[float]) -> None:
    """Take numbers that only the source's user needs."""
