"""`viz.session`: step through the training of any model, forward and back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.explain.encoding import prepare
from viz.support.foreign_names import GUESSES

if TYPE_CHECKING:
    from nn import TrainingSession
    from viz.session.commands_step_back import Session


@GUESSES
def session(
    model: Any = None,
    inputs: Sequence[Any] | None = None,
    targets: Sequence[Any] | None = None,
    *,
    loss: Callable[[list[Any], list[Any]], Any] | None = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    title: str | None = None,
    script: Iterable[str] | None = None,
) -> TrainingSession:
    """Step through a training in the terminal: each operation, why each gradient is what it is, and back again.

    Return the training as it was left.  `model` is called on rows and has `parameters()`, as every module of `nn`;
    without one it is a network that learns XOR.  A plain function of Values is a model, too: `inputs` are then the
    numbers that it begins with, and what it returns is the loss.  Lines come from a person, from `script`, or where
    nobody can type from standard input; each is a command (`help` lists them) or Python.
    Raises TypeError or ValueError for what `nn.TrainingSession` refuses.

    >>> training = session(lambda a, b: a * b + a, [2.0, -3.0], script=["step", "why a"])  # doctest: +ELLIPSIS
    <BLANKLINE>
    › step
    ► forward 1/2  v₁ = a × b = 2 × (−3) = −6
    <BLANKLINE>
    › why a
    ∂L/∂a: a is used 2 times, and the chain rule adds them up
      through v₁: ∂L/∂v₁ · b = (1)(−3) = −3
      through L: ∂L/∂L · 1 = (1)(1) = 1
    ∂L/∂a = ∂L/∂v₁ · b + ∂L/∂L · 1 = −3 + 1 = −2
    ...
    """
    from nn import TrainingSession
    from nn.support.validate import said
    from viz.session.commands_step_back import Session
    from viz.session.functions import FunctionSession, is_plain_function
    from viz.session.xor import XorSession

    if model is None:
        if any(given is not None for given in (inputs, targets, loss, optimizer)):
            raise TypeError("session(model, inputs, targets, loss=…) takes a model; session() alone is XOR's")
        commands: Session = XorSession()
    elif not callable(model) and not hasattr(model, "batch"):
        raise TypeError(f"session steps through a model or a function of numbers, not {said(model)}")
    elif is_plain_function(model):
        commands = FunctionSession(model, inputs, targets, loss=loss, optimizer=optimizer, title=title)
    else:
        if inputs is None or targets is None or loss is None:
            raise TypeError(
                "session(model, inputs, targets, loss=…) takes rows, targets and a loss: nn.mean_squared_error"
            )
        given = {"loss": loss, "optimizer": optimizer, "batch_size": batch_size}
        commands = Session(TrainingSession(model, inputs, targets, **given), title or title_of(model))
    start(commands, script)
    return commands._training


def start(commands: Session, script: Iterable[str] | None = None) -> int:
    """Run a script, or talk, in a terminal or a notebook, or read standard input; return how many lines were wrong."""
    from viz.session.prompt import Prompt, has_terminal

    prepare()
    prompt = Prompt(commands, commands._variables, commands._known_names, commands._help)
    if script is not None:
        given: Any = script.splitlines() if isinstance(script, str) else script
        lines = list(given) if hasattr(given, "__iter__") else [given]
        if not all(isinstance(line, str) for line in lines):
            raise TypeError("session(script=…) takes lines of text, as they are typed")
        return prompt.run_script(lines)
    if has_terminal() or "ipykernel" in sys.modules:
        commands._talks = True
        prompt.talk(commands._greeting(), commands._keys() if commands._is_screen else "")
        return 0
    print(commands._greeting())
    return prompt.run_script(() if getattr(sys.stdin, "closed", True) else sys.stdin)


def title_of(model: Any) -> str:
    """Return what a session calls a model: the sizes of its layers, 2–4–1, or its class."""
    layers = [layer for layer in getattr(model, "layers", []) if getattr(layer, "neurons", None)]
    if layers and len(layers) == len(model.layers):
        sizes = [len(layers[0].neurons[0].weights), *(len(layer.neurons) for layer in layers)]
        if len(sizes) < 8:
            return f"network {'–'.join(map(str, sizes))}"
    return type(model).__name__
