"""RMSProp: steps scaled by a running mean of squared gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.optim.optimizer import DECAYS, Moved, Optimizer


class RMSProp(Optimizer):
    """Steps scaled by a running mean of squares: s ← α s + (1 − α) g², p ← p − η g / (√s + ε); α is `decay`.

    With momentum μ: v ← μ v + g / (√s + ε), p ← p − η v.
    Raises ValueError for hyper-parameters out of range.  (Tieleman and Hinton 2012.)
    """

    settings = ("learning_rate", "decay", "epsilon", "momentum", *DECAYS)

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.01,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self.decay = self._within("decay", decay, 0.0, 1.0)
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        self.momentum = self._within("momentum", momentum, 0.0, 1.0)
        self.state_names = ("squares", "velocity") if self.momentum else ("squares",)
        super().__init__(parameters, learning_rate, l1=l1, l2=l2, weight_decay=weight_decay)

    def update(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return p − η g / (√s + ε), and the new mean of squares; or the step with momentum."""
        squares = self.decay * memories[0] + (1.0 - self.decay) * (gradient * gradient)
        scaled = gradient / (maths.sqrt(squares) + self.epsilon)
        if not self.momentum:
            return parameter - learning_rate * scaled, (squares,)
        velocity = self.momentum * memories[1] + scaled
        return parameter - learning_rate * velocity, (squares, velocity)
