"""What comes before the first step: the task is checked, tried on a few rows, and rows are held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from os import PathLike
from typing import Any

from autograd import Value, no_grad
from autograd.support.messages import shown
from autograd.support.pytree import flat
from nn.datasets import split
from nn.losses import huber, mean_absolute_error, mean_squared_error, poisson
from nn.losses.validate_targets import PER_ROW
from nn.optim.clipping import Clip
from nn.optim.optimizer import Optimizer
from nn.support.contexts import bound
from nn.support.validate import Loss, check_learner, checked_data, checked_targets, copied, listed, said
from nn.training.recorded import Task, in_use, tried_loss
from nn.training.settings import checked_optimizer, checked_share
from nn.training.unmoved import warn_unmoved

KINDS = 16  # so many different targets are looked at before any work: all classes of most problems
COLUMNS = 8  # so many columns of the inputs are looked at each by itself: each may be an index of its own kind


def prepare(model: Any, inputs: Any, targets: Any, loss: Loss, optimizer: Optimizer, clip: Clip | None) -> Task:
    """Return the task, checked: some rows are run forward, so that wrong widths, labels and losses are refused here."""
    check_learner(model, loss)
    inputs, targets = checked_data(inputs, targets)
    task = Task(model, loss, checked_optimizer(optimizer, model), copied(inputs), copied(targets), clip)
    inputs, targets = task.inputs, task.targets
    rows = trial_rows(inputs, targets)
    first = tried_loss(task, inputs, targets, rows)
    warn_unmoved(model, loss, optimizer, (inputs, targets), first, lambda: tried_loss(task, inputs, targets, rows))
    return task


def numbered(targets: Any, names: Sequence[str] = (), which: str = "") -> tuple[Any, tuple[str, ...]]:
    """Return names of classes as numbers, from 0 in the order of the alphabet or of `names`, and the names in order.

    Targets that are no names, and numbers written as text, come back as they are: to guess what "10.5" means is not
    for us.  Raises ValueError for a name that is not among `names`, and for a number that is none of theirs.
    """
    found = listed(targets, f"{which}targets")
    if all(isinstance(x, list | tuple) and len(x) == 1 and isinstance(x[0], str) for x in found):
        found = [x[0] for x in found]  # a table of one column
    are_names = (
        bool(found) and all(isinstance(x, str) for x in found) and not (not names and all(map(_is_number, found)))
    )
    known = tuple(map(str, names or sorted(set(found)))) if are_names else tuple(names)
    numbers = {name: i for i, name in enumerate(known)}
    for i, x in enumerate(found if known else ()):
        is_known = str(x) in numbers if are_names else not isinstance(x, int | float) or 0 <= x < len(known)
        if not is_known:
            raise ValueError(
                f"{which}targets[{i}] is {shown(repr(x))}, and the classes are {', '.join(map(shown, known))}; "
                f"to begin anew with others: model.classes = () and a new history"
            )
    if not are_names:
        return targets, known
    return [numbers[str(x)] for x in found], known


def check_names(names: Sequence[str], loss: Any) -> None:
    """Raise ValueError for names of classes with a loss of amounts, whose numbers `classify` would cut elsewhere."""
    if names and loss in (mean_squared_error, mean_absolute_error, huber, poisson):
        raise ValueError(
            f"{loss.__name__} is of amounts, and these targets are the classes {', '.join(map(shown, names))}: take "
            "nn.softmax_cross_entropy, or nn.binary_cross_entropy_with_logits with one output; to go on with amounts, "
            "model.classes = () and a new history"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def with_weights(loss: Any, targets: Any, weights: Any) -> tuple[Loss, list[Any], Callable[[list[Any]], list[Any]]]:
    """Return a loss and targets that hold the rows' weights, too, so that they go wherever the targets go.

    Third comes the function that gives such targets without weights.
    Raises TypeError for a loss that takes no `weights`, ValueError unless there is one of 0 or more for each row.
    """
    takes = signature(loss).parameters if callable(loss) else {}
    if "weights" not in takes and not any(x.kind is x.VAR_KEYWORD for x in takes.values()):
        raise TypeError(f"weights of rows go to loss(predictions, targets, weights=…), and {said(loss)} takes none")
    targets = listed(targets, "targets")
    found = checked_targets(weights, len(targets), "weights")
    for i, x in enumerate(found):
        if isinstance(x, list | tuple) or not x >= 0.0:
            raise ValueError(f"weights[{i}] is {x!r}, but each row has one number of 0 or more")
    are_rows = bool(targets) and hasattr(targets[0], "__iter__")
    pairs = [[*target, x] if are_rows else [target, x] for target, x in zip(targets, found, strict=True)]

    def unweighted(pairs: list[Any]) -> list[Any]:
        return [list(pair[:-1]) if are_rows else pair[0] for pair in pairs]

    def weighted(predictions: list[Any], pairs: list[Any]) -> Value:
        with bound(PER_ROW, True):
            return loss(predictions, unweighted(pairs), weights=[pair[-1] for pair in pairs])  # type: ignore[no-any-return]

    return weighted, pairs, unweighted


def with_mean_weight_1(pairs: list[Any], rows: str) -> list[Any]:
    """Return targets that hold their rows' weights, with these divided by their mean; ValueError if all are 0."""
    greatest = max(pair[-1] for pair in pairs)
    if not greatest:
        raise ValueError(f"the weights of {rows} are all 0, so that none of them counts")
    middle = math.fsum(pair[-1] / greatest for pair in pairs) / len(pairs)
    return [[*pair[:-1], pair[-1] / greatest / middle] for pair in pairs]


def are_files(data: Any) -> bool:
    """Whether these are paths of files, and not rows."""
    return isinstance(data, list | tuple) and bool(data) and all(isinstance(x, str | PathLike) for x in data)


def in_files(
    inputs: Any, targets: Any, sharing: Any, batch_size: int | None, beside: Mapping[str, bool]
) -> tuple[Any, Any, int | None]:
    """Return inputs and targets that stay in files, and how many rows of each file a batch has, None for all.

    Raises ValueError without devices to share them, for a batch that cannot be cut into as many parts as there are
    files, and for what was asked for `beside` them and needs all rows.
    """
    from nn.support.npy_files import RowFiles

    if sharing is None:
        raise ValueError('rows come from files where devices share them: fit(…, backend="jax", devices=…)')
    if not are_files(targets):
        raise ValueError("inputs are paths of files, so targets are paths of as many")
    if asked := [what for what, is_there in beside.items() if is_there]:
        raise ValueError(f"rows in files are read a batch at a time, so not with {' and '.join(asked)}")
    if batch_size is not None and batch_size % sharing.parts:
        raise ValueError(f"batch_size={batch_size}: each of {sharing.parts} files has as many rows of a batch")
    data = [
        RowFiles(what, paths, sharing.parts, sharing.own) for what, paths in (("inputs", inputs), ("targets", targets))
    ]
    if len(data[0]) != len(data[1]):
        raise ValueError(
            f"each row needs a target, but files hold {len(data[0])} rows of inputs, {len(data[1])} targets"
        )
    sharing.agree([x.shape for x in data], "number and width of rows in their files")
    return data[0], data[1], None if batch_size is None else batch_size // sharing.parts


def hold_out(task: Task, validation: Any, seed: int | None) -> tuple[Task, tuple[list[Any], list[Any]] | None]:
    """Return the task on the rows to train on, and the rows held out with their targets, if there are any."""
    if validation is None:
        return task, None
    if isinstance(validation, tuple | list):
        if len(validation) != 2:
            raise ValueError(f"validation is a pair (inputs, targets), not {len(validation)} things")
        inputs, targets = checked_data(validation[0], validation[1], "validation ")
        with no_grad():
            in_use(task.model, lambda: tried_loss(task, inputs, targets, trial_rows(inputs, targets)))
        return task, (copied(inputs), copied(targets))
    share = checked_share(validation)
    inputs, targets, *held_out = split(task.inputs, task.targets, share=share, seed=seed or 0)
    return replace(task, inputs=inputs, targets=targets), (held_out[0], held_out[1])


def trial_rows(inputs: list[Any], targets: list[Any]) -> list[int]:
    """Return a few rows, in order, on which a model or loss that cannot take all rows will fail.

    They are the first two, those with the extremes of targets and of whole numbers among the inputs (which may be
    classes and indices), and one for each of 16 different targets.
    """
    chosen = {*range(min(2, len(inputs))), *_extremes(targets), *_wholes(inputs)}
    kinds: dict[tuple[Any, ...], int] = {}
    for i, target in enumerate(targets):
        kinds.setdefault(_numbers(target), i)
        if len(kinds) == KINDS:
            break
    return sorted(chosen.union(kinds.values()))


def _extremes(rows: list[Any]) -> set[int]:
    """Return the places of the least and greatest numbers and sums, and of the first number that is not whole."""
    numbers = [_numbers(row) or (0.0,) for row in rows]
    places = range(len(rows))
    found = {pick(places, key=[f(x) for x in numbers].__getitem__) for f in (min, max, sum) for pick in (min, max)}
    found.update(next(([i] for i in places if any(x % 1 for x in numbers[i])), []))
    return found


def _wholes(rows: list[Any]) -> set[int]:
    """Return the places of the extremes of columns that begin with a whole number, and of the first not whole in each.

    The first 8 such columns are looked at; since more may index one table, the extremes of all whole rows are added.
    """
    is_flat = isinstance(rows[0], list | tuple) and not any(isinstance(x, list | tuple) for x in rows[0])
    flat = rows if is_flat else [_numbers(row) for row in rows]
    whole = [j for j, x in enumerate(flat[0]) if _numbers(x)[0] % 1 == 0]
    found = set()
    for j in whole[:COLUMNS]:
        column = [_numbers(row[j])[0] for row in flat]
        found |= {column.index(min(column)), column.index(max(column))}
        found.update(next(([i] for i, x in enumerate(column) if x % 1), []))
    if len(whole) > COLUMNS and type(flat[0][0]) is int:
        places = range(len(flat))
        found |= {min(places, key=lambda i: min(flat[i])), max(places, key=lambda i: max(flat[i]))}
    return found


def _numbers(x: Any) -> tuple[Any, ...]:
    """Return the numbers in a row, or the one number that it is."""
    return (x,) if isinstance(x, float | int) else tuple(y.data if isinstance(y, Value) else y for y in flat(x))
