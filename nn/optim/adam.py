"""Adam and AdamW: steps by running means of the gradient and its square."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.optim.optimizer import DECAYS, Moved, Optimizer


class Adam(Optimizer):
    """Running means of gradient and square, freed of their bias toward 0: p ← p − η m̂ / (√v̂ + ε).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
    Raises ValueError for hyper-parameters out of range.  (Kingma and Ba 2014.)
    """

    settings: tuple[str, ...] = ("learning_rate", "beta1", "beta2", "epsilon", *DECAYS)
    state_names = ("mean", "variance")

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self.beta1 = self._within("beta1", beta1, 0.0, 1.0)
        self.beta2 = self._within("beta2", beta2, 0.0, 1.0)
        self.epsilon = self._within("epsilon", epsilon, 0.0, above=True)
        super().__init__(parameters, learning_rate, l1=l1, l2=l2, weight_decay=weight_decay)

    def update(self, maths: Any, parameter: Any, gradient: Any, learning_rate: Any, step: Any, *memories: Any) -> Moved:
        """Return p − η m̂ / (√v̂ + ε), and the new m and v."""
        mean = self.beta1 * memories[0] + (1.0 - self.beta1) * gradient
        variance = self.beta2 * memories[1] + (1.0 - self.beta2) * (gradient * gradient)
        rate = learning_rate / (1.0 - maths.power(self.beta1, step))
        scale = maths.sqrt(1.0 - maths.power(self.beta2, step))
        return parameter - rate * mean / (maths.sqrt(variance) / scale + self.epsilon), (mean, variance)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: p ← (1 − η λ) p before the step; λ is `weight_decay`.

    Raises ValueError for hyper-parameters out of range.  (Loshchilov and Hutter 2017.)
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, beta1, beta2, epsilon, l1=l1, l2=l2, weight_decay=weight_decay)
