"""Stochastic gradient descent, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.optim.optimizer import DECAYS, Moved, Optimizer


class SGD(Optimizer):
    """Gradient descent, p ← p − η g; with momentum μ: v ← μ v + g, p ← p − η v; Nesterov's steps along g + μ v.

    Raises ValueError for hyper-parameters out of range.  (Polyak 1964; Nesterov 1983, as Sutskever et al. 2013.)
    """

    settings = ("learning_rate", "momentum", "nesterov", *DECAYS)

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum = self._within("momentum", momentum, 0.0, 1.0)
        self.nesterov = bool(nesterov)
        if self.nesterov and self.momentum == 0.0:
            raise ValueError(
                "SGD(nesterov=True, momentum=0.0): the step looks ahead along the momentum; try momentum=0.9"
            )
        self.state_names = ("velocity",) if self.momentum else ()
        super().__init__(parameters, learning_rate, l1=l1, l2=l2, weight_decay=weight_decay)

    def update(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return p − η g, or the step with momentum."""
        if not self.momentum:
            return parameter - learning_rate * gradient, ()
        velocity = self.momentum * memories[0] + gradient
        direction = gradient + self.momentum * velocity if self.nesterov else velocity
        return parameter - learning_rate * direction, (velocity,)
