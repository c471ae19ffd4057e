"""How large weights begin: each scheme is a shape (uniform or normal) with the variance that it promises.

Xavier (Glorot and Bengio 2010) keeps the variance of signals through tanh, sigmoid and linear layers, He (He et al.
2015) through ReLU and its kin, which drop half of it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from autograd import elu, gelu, gelu_tanh, leaky_relu, mish, relu, silu, softplus

HALVING: Final = (relu, leaky_relu, elu, gelu, gelu_tanh, silu, mish, softplus)  # activations that pass half a signal


@dataclass(frozen=True)
class Initializer:
    """Draws weights of mean 0 and of variance `variance(inputs, outputs)`, the layer's numbers of either.

    Xavier: 2 / (inputs + outputs) (Glorot and Bengio 2010).  He: 2 / inputs (He et al. 2015).  Uniform weights lie
    within ±√(3 · variance).
    """

    name: str
    shape: str  # "uniform" or "normal"
    variance: Callable[[int, int], float]

    def __call__(self, generator: random.Random, inputs: int, outputs: int) -> float:
        """Return one weight for a layer of so many inputs and outputs; raises TypeError for what is no generator."""
        if not isinstance(generator, random.Random) or not all(hasattr(n, "__index__") for n in (inputs, outputs)):
            given = f"{self.name}({generator!r}, {inputs!r}, {outputs!r})"
            raise TypeError(f"nn.{given} draws one weight: nn.{self.name}(random.Random(seed), inputs, outputs)")
        deviation = math.sqrt(self.variance(inputs, outputs))
        if self.shape == "uniform":
            limit = math.sqrt(3.0) * deviation
            return generator.uniform(-limit, limit)
        return generator.gauss(0.0, deviation)


def xavier_variance(inputs: int, outputs: int) -> float:
    """2 / (inputs + outputs)."""
    return 2.0 / max(1, inputs + outputs)


def he_variance(inputs: int, outputs: int) -> float:
    """2 / inputs."""
    return 2.0 / max(1, inputs)


xavier_uniform: Final = Initializer("xavier_uniform", "uniform", xavier_variance)
xavier_normal: Final = Initializer("xavier_normal", "normal", xavier_variance)
he_uniform: Final = Initializer("he_uniform", "uniform", he_variance)
he_normal: Final = Initializer("he_normal", "normal", he_variance)


def chosen(initializer: Any, activation: Any) -> Any:
    """Return the initializer given; for None He's scheme for ReLU and its kin, else Xavier's, each as in its paper.

    Raises TypeError for what is no function.
    """
    if initializer is None:
        return he_normal if activation in HALVING else xavier_uniform
    if not callable(initializer):
        raise TypeError(f"an initializer is a function, as nn.he_normal is, not {initializer!r}")
    return initializer


def generator_from(seed: int | random.Random | None) -> random.Random:
    """Return the generator itself, or one begun from the seed; None takes a seed from Python's own `random`.

    So `random.seed(1337)` at the top of a program makes all of it repeatable, as does a seed for each model.
    """
    if isinstance(seed, random.Random):
        return seed
    return random.Random(random.getrandbits(64) if seed is None else seed)
