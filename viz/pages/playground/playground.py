"""The playground: a page in which one's own model computes live, to be dragged, stepped, run and watched."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.support.messages import shown
from viz.charts.field import checked_rows
from viz.graph.network import layers_of
from viz.pages.document import Page, packed
from viz.pages.live.model_programs import (
    ACTIVATIONS,
    check_loss,
    check_optimizer,
    model_programs,
)
from viz.support.foreign_names import GUESSES

if TYPE_CHECKING:
    from nn import Optimizer


@GUESSES
def playground(
    model: Any,
    X: Any,  # noqa: N803
    Y: Any = None,  # noqa: N803
    *,
    loss: Callable[[Any, Any], Value] | None = None,
    optimizer: Optimizer | None = None,
    batch_size: int | None = None,
    level: float | None = None,
    title: str = "Playground",
) -> Page:
    """Return a page in which the model trains on the rows X and the targets Y, as it would in Python, to 1e-12.

    `X` alone may be a pair (rows, targets); targets may be names of classes, which the page says again.  The loss is by
    default the cross-entropy that fits targets of 0 and 1 or classes, else nn.mean_squared_error; the optimizer is
    plain descent at 0.1.  `batch_size` adds a choice besides all rows and one row a step, always in their order;
    `level` is the output at which the answer changes.  Units and layers of an MLP can be added and removed in the page,
    rows read from a CSV file, weights saved as nn.load reads them; what one sees it hands over as a program in Python,
    and as a link.  The model and the optimizer are left as they are.
    Raises TypeError for a model without layers of neurons, ValueError for data that do not fit and for models that do
    not compute row by row (batch norm, dropout).
    """
    if Y is None:
        if not isinstance(X, tuple) or len(X) != 2:
            raise TypeError("playground takes rows and targets: playground(model, X, Y), or playground(model, (X, Y))")
        X, Y = X  # noqa: N806
    from nn import SGD
    from nn.support.fields import class_names
    from nn.support.validate import checked_count, listed
    from nn.training.prepare import numbered

    layers_of(model)  # so that what is no model is told so
    check_loss("playground", loss)
    check_optimizer(optimizer)
    optimizer = SGD(model.parameters(), learning_rate=0.1) if optimizer is None else optimizer
    Y, names = numbered(listed(Y, "Y"), class_names(model))  # noqa: N806
    X, Y = checked_rows(X, Y)  # noqa: N806
    count = len(X)
    if batch_size is not None and checked_count("batch_size", batch_size) > max(count, 1):
        raise ValueError(f"batch_size={batch_size}: a step takes 1 to all {count} rows")
    sizes = {1, batch_size or count, count % batch_size if batch_size and count % batch_size else 1}
    for path, parameter in model.named_parameters():
        if not math.isfinite(parameter.data):
            raise ValueError(f"{shown(path)} is {parameter.data}: a page computes on from numbers that are finite")
    programs = model_programs(
        model,
        X,
        Y,
        loss=loss,
        optimizer=optimizer,
        sizes=sizes,
        activations=ACTIVATIONS,
        level=level,
    )
    batches = [count, *([batch_size] if batch_size not in (None, 1, count) else []), *([1] if count > 1 else [])]
    numbers = random.Random(0)
    data = {
        "title": title,
        "batches": batches,
        "batch": batch_size or count,
        "names": [shown(name) for name in names],
        "python": _python(model, optimizer),
        "plain": not dict(model.named_buffers()),
        "drawn": packed(numbers.uniform(-1.0, 1.0) for _ in range(200)),
        **programs.data,
    }
    return Page("playground", data, programs.structure.script)


def _python(model: Any, optimizer: Optimizer) -> str:
    """Return how the optimizer is made, for a program that the page shows, or nothing where it is not of ours."""
    import nn

    kind = type(optimizer).__name__
    if type(model) is not nn.MLP or getattr(nn, kind, None) is not type(optimizer):
        return ""
    settings = {name: getattr(optimizer, name) for name in optimizer.settings if name != "learning_rate"}
    if not all(isinstance(x, bool | int | float | tuple) for x in settings.values()):
        return ""
    said = "".join(f", {name}={x!r}" for name, x in settings.items())
    return f"nn.{kind}(model.parameters(), learning_rate=RATE{said})"
