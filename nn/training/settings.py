"""What `fit` takes beside its data: each setting is checked once, here, in the user's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

from autograd import number
from autograd.support.messages import shown
from nn.history.history import History
from nn.losses.accuracy import accuracy
from nn.optim.clipping import Clip, ClipByNorm, ClipByValue
from nn.optim.optimizer import Optimizer
from nn.optim.schedules import ReduceOnPlateau, Schedule
from nn.saving.save_and_load import Autosave, check_place
from nn.support.validate import said
from nn.training.loop import Callback, EarlyStopping

Measure = Callable[[list[Any], list[Any]], Any]  # of predictions and targets, plain numbers both
Metrics = str | Measure | Iterable[str | Measure] | Mapping[str, Measure]


def checked_metrics(metrics: Any) -> dict[str, Measure]:
    """Return the functions to compute at each report, by name; raises TypeError for what is none.

    Raises ValueError for a name that stands for none, or that two of them have.
    """
    if isinstance(metrics, Mapping):
        found = list(metrics.items())
    else:
        each = [metrics] if isinstance(metrics, str) or callable(metrics) else list(metrics)
        found = [(x if isinstance(x, str) else shown(getattr(x, "__name__", type(x).__name__)), x) for x in each]
    named: dict[str, Measure] = {}
    for name, x in found:
        if isinstance(x, str) and x != "accuracy":
            raise ValueError(f"metrics: only 'accuracy' is known by name, not {x!r}: pass the function itself")
        if not callable(measure := accuracy if isinstance(x, str) else x):
            raise TypeError(f"metrics: {name} is {said(x)}, but a metric is a function of predictions and targets")
        if name in named:
            raise ValueError(f"metrics: two are called {name}: give them names, metrics={{'{name}': …}}")
        named[name] = measure
    return named


def after(change: Callable[[list[Any]], list[Any]], measure: Measure) -> Measure:
    """Return the metric on targets that are changed before."""
    return lambda predictions, targets: measure(predictions, change(targets))


def checked_optimizer(optimizer: Any, model: Any) -> Optimizer:
    """Return the optimizer; raises TypeError for what is none, such as its class, ValueError for another model's."""
    example = "nn.SGD(model.parameters(), learning_rate=0.1)"
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is one that knows its parameters, as {example} does, not {said(optimizer)}")
    parameters = list(model.parameters())
    if parameters and set(parameters).isdisjoint(optimizer.parameters):
        count = len(optimizer.parameters)
        raise ValueError(
            f"the optimizer moves {count} Value{'s' * (count != 1)}, and none of this model's {len(parameters)} "
            f"parameters is among them: make it of this model, as in {example}"
        )
    return optimizer


def checked_seed(shuffle: Any) -> int | None:
    """Return the seed of the shuffling, or None; raises TypeError for what is neither, True and False among it."""
    if shuffle is None or (hasattr(shuffle, "__index__") and not isinstance(shuffle, bool)):
        return None if shuffle is None else int(shuffle)
    raise TypeError(f"shuffle is the seed of the orders, a whole number, or None for rows in order, not {shuffle!r}")


def checked_share(validation: Any) -> float:
    """Return the share of the rows to hold out; raises TypeError or ValueError unless it lies between 0 and 1."""
    if isinstance(validation, bool) or not isinstance(validation, Real):
        raise TypeError(f"validation is a share of the rows or a pair (inputs, targets), not {said(validation)}")
    share = number(validation)
    if not 0.0 < share < 1.0:
        raise ValueError(f"validation={share:g}: the share of the rows to hold out lies between 0 and 1")
    return share


def checked_early_stopping(early_stopping: Any) -> EarlyStopping | None:
    """Return the rule to stop by, made from a patience in epochs if that is given; raises TypeError for others."""
    if early_stopping is None or isinstance(early_stopping, EarlyStopping):
        return early_stopping
    return EarlyStopping(early_stopping)


def checked_clip(clip: Any) -> Clip | None:
    """Return how gradients are clipped, by norm if a limit is given; raises TypeError for what is no such thing."""
    if clip is None or isinstance(clip, ClipByNorm | ClipByValue):
        return clip
    if isinstance(clip, bool) or not isinstance(clip, Real):
        raise TypeError(f"clip is the greatest norm, a ClipByNorm or a ClipByValue, not {said(clip)}")
    return ClipByNorm(number(clip))


def checked_schedule(schedule: Any) -> Schedule | None:
    """Return the schedule; raises TypeError if it is no function of a step that gives a number."""
    if schedule is None:
        return None
    if isinstance(schedule, type):
        raise TypeError(f"schedule is made by {schedule.__name__}(…) with its settings, not {said(schedule)}")
    if not callable(schedule):
        raise TypeError(f"schedule is a function from the step to a factor of the rate, not {said(schedule)}")
    if isinstance(schedule, ReduceOnPlateau):
        raise TypeError(f"{schedule} looks at the losses, which a schedule does not: pass callbacks=[{schedule}]")
    factor = schedule(0)
    if not isinstance(factor, Real):
        raise TypeError(f"a schedule returns a factor of the learning rate, and at step 0 it is {said(factor)}")
    return schedule  # type: ignore[no-any-return]


def checked_callbacks(callbacks: Any) -> list[Callback]:
    """Return the callbacks as a list; raises TypeError for what cannot be called."""
    if callable(callbacks) or not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks is a list of functions of a Report, not {said(callbacks)}")
    listed: list[Callable[..., object]] = list(callbacks)
    for i, callback in enumerate(listed):
        if not callable(callback):
            raise TypeError(f"callbacks[{i}] is {said(callback)}, but a callback is a function of a Report")
    return listed


def checked_autosave(autosave: Any) -> Autosave | None:
    """Return where and how often all is saved; raises TypeError for what is no Autosave.

    Raises FileNotFoundError without a folder for the file, ImportError without the library, both before any work.
    """
    if autosave is None:
        return None
    if not isinstance(autosave, Autosave):
        raise TypeError(f"autosave is nn.Autosave(path, every=…), not {said(autosave)}")
    check_place(autosave.path)
    return autosave


def checked_history(history: Any) -> History:
    """Return the history to go on with, a new one if none is given; raises TypeError for what is no History."""
    if history is None or isinstance(history, History):
        return history if history is not None else History()
    raise TypeError(f"history is the History that an earlier fit returned, not {said(history)}")
