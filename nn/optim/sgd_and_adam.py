"""The optimizers, each one rule: gradient descent, and steps scaled by means of the gradient and its square."""

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
