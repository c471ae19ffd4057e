"""AdaGrad: steps that shrink with the gradients seen so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.optim.optimizer import Moved, Optimizer

__all__ = ["AdaGrad"]


class AdaGrad(Optimizer):
    """Steps that shrink with the gradients seen so far: s ← s + g², p ← p − η g / (√s + ε).

    Raises ValueError for hyper-parameters out of range.  (Duchi et al. 2011.)
    """

    settings = ("learning_rate", "epsilon")
    state_names = ("squares",)

    def __init__(self, parameters: Iterable[Value], learning_rate: float = 0.01, epsilon: float = 1e-10) -> None:
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        super().__init__(parameters, learning_rate)

    def update(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return p − η g / (√s + ε), and s + g²."""
        squares = memories[0] + gradient * gradient
        return parameter - learning_rate * gradient / (maths.sqrt(squares) + self.epsilon), (squares,)
