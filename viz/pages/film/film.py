"""A training as a film: network, answers, loss and gradients at each moment, scrubbed together."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import Any, Final

from autograd import Value
from viz.charts.field import checked_rows
from viz.charts.plotting import losses_of
from viz.graph.network import layers_of
from viz.pages.document import Page, packed
from viz.pages.live.model_programs import ModelPrograms, check_loss, model_programs
from viz.support.foreign_names import GUESSES

MOST: Final = 240  # moments of a film


class Recorder:
    """Keeps the parameters of a model while it trains: a callback for `nn.fit`, or called with a session after steps.

    `recorder = Recorder(model, X, Y, loss=…)`, `history = nn.fit(…, callbacks=[recorder])`, `viz.film(recorder)`.
    The beginning and the latest are kept, and up to `most` moments in between, evenly spread.
    Raises TypeError for a model without layers of neurons, ValueError for fewer than 2 moments.
    """

    def __init__(
        self,
        model: Any,
        X: Any,  # noqa: N803
        Y: Any,  # noqa: N803
        *,
        loss: Callable[[Any, Any], Value] | None = None,
        most: int = MOST,
        level: float | None = None,
    ) -> None:
        layers_of(model)  # a model that cannot be drawn is refused now, not after its training
        check_loss("Recorder", loss)
        from nn.support.validate import checked_count

        if checked_count("most", most) < 2:
            raise ValueError(f"Recorder(most={most}): a film has at least 2 moments")
        self.model, (self.inputs, self.targets) = model, checked_rows(X, Y)
        self.loss, self.most, self.level = loss, most, level
        self.parameters: list[Value] = model.parameters()
        self.every = 1
        self.history: Any = []
        self.frames: list[tuple[int, array[float]]] = []
        self.latest = self._now(0)
        self._keep()

    def __call__(self, report: Any) -> None:
        """Keep the parameters as they are now; `report` is what `fit` tells its callbacks, or a TrainingSession."""
        self.history = report.history
        epoch = len(losses_of(self.history))
        self.latest = self._now(epoch)
        if epoch % self.every == 0:
            self._keep()
        if len(self.frames) > self.most:
            self.every *= 2
            self.frames = [frame for frame in self.frames if frame[0] % self.every == 0]

    def moments(self) -> list[tuple[int, array[float]]]:
        """Return (epoch, parameters) of the moments kept, the latest last."""
        return self.frames if self.frames[-1][0] == self.latest[0] else [*self.frames, self.latest]

    def _now(self, epoch: int) -> tuple[int, array[float]]:
        return epoch, array("d", [p.data for p in self.parameters])

    def _keep(self) -> None:
        while self.frames and self.frames[-1][0] >= self.latest[0]:  # a session went back
            self.frames.pop()
        self.frames.append(self.latest)

    def __repr__(self) -> str:
        count = len(self.moments())
        return f"<recorder of {count} moment{'s' * (count != 1)} up to epoch {self.latest[0]}: viz.film(recorder)>"


@GUESSES
def film(history: Any, recorder: Any = None, *, title: str = "A training") -> Page:
    """Return a page that shows a training from beginning to end, to be played, scrubbed and stepped by keyboard.

    `history` is what `fit` returned, or its losses.  With a `Recorder` (alone, too), or of a `TrainingSession`, the
    page shows the network, its answers and each layer's gradient at each moment as well; of a session whose steps
    are batches each step counts as an epoch.  Raises ValueError before the first epoch.
    """
    if hasattr(history, "moments"):
        history, recorder = history.history, history
    from nn import stretches

    if recorder is not None and not hasattr(recorder, "moments"):
        kind = type(recorder).__name__
        raise TypeError(f"recorder is a viz.Recorder or a TrainingSession, not {kind}; .save(path) writes the page")
    losses = losses_of(history)
    if not losses:
        raise ValueError("there is nothing to show before the first epoch: train first, as in nn.fit(…, epochs=100)")
    data: dict[str, Any] = {
        "title": title,
        "curve": [x if x - x == 0.0 else repr(x) for x in losses],
        "stretches": stretches(losses),
        "stopped": getattr(history, "stopped", ""),
    }
    if recorder is None:
        return Page("film", data)
    programs = _programs(recorder)
    place = {parameter: k for k, parameter in enumerate(recorder.model.parameters())}
    order = [place[parameter] for parameter in programs.order]
    moments = _spread(recorder.moments())
    data |= programs.data  # whose numbers may be infinite or nan: the page shows those of the moments
    data["parameters"] = [[*names, x if math.isfinite(x) else 0.0] for *names, x in data["parameters"]]
    data["epochs"] = [epoch for epoch, _ in moments]
    data["moments"] = packed(numbers[k] for _, numbers in moments for k in order)
    return Page("film", data, programs.structure.script)


def _spread(moments: list[Any]) -> list[Any]:
    """Return no more moments than a film has, evenly spread, the last among them."""
    every = -(-len(moments) // (MOST + 1))
    kept = moments[::every]
    return kept if kept[-1] is moments[-1] else [*kept, moments[-1]]


def _programs(recorder: Any) -> ModelPrograms:
    from nn import SGD, mean_squared_error

    return model_programs(
        recorder.model,
        recorder.inputs,
        recorder.targets,
        loss=recorder.loss or mean_squared_error,
        optimizer=SGD(recorder.model.parameters()),
        level=getattr(recorder, "level", None),
    )
