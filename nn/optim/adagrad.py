"""AdaGrad: steps that shrink with the gradients seen so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.optim.optimizer import DECAYS, Moved, Optimizer


class AdaGrad(Optimizer):
    """Steps that shrink with the gradients seen so far: s ← s + g², p ← p − η g / (√s + ε).

    Raises ValueError for hyper-parameters out of range.  (Duchi et al. 2011.)
    """

    settings = ("learning_rate", "epsilon", *DECAYS)
    state_names = ("squares",)

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.01,
        epsilon: float = 1e-10,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        super().__init__(parameters, learning_rate, l1=l1, l2=l2, weight_decay=weight_decay)

    def update(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return p − η g / (√s + ε), and s + g²."""
        squares = memories[0] + gradient * gradient
        return parameter - learning_rate * gradient / (maths.sqrt(squares) + self.epsilon), (squares,)
