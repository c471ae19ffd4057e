"""The session that one gets without a model: XOR, with runs that get stuck on purpose, and many beginnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.support.messages import cut
from nn import MLP, SGD, TrainingSession, binary_cross_entropy_with_logits, datasets
from viz.session.commands_step_back import LIMIT, Session
from viz.session.help_and_numbers import count_from
from viz.session.prompt import progress, wrapped


@dataclass(frozen=True)
class Ill:
    """How to begin a run that gets stuck."""

    story: str
    seed: int = 0
    activation: str = "tanh"
    rate: float = 0.1
    scale: float = 1.0  # of the first weights
    bias: float = 0.0


ILL = {
    "plateau": Ill("all weights begin at 0, so that every unit says the same: symmetry", scale=0.0),
    "dead": Ill("ReLU units whose biases begin at −3, so that none of them ever fires", activation="relu", bias=-3.0),
    "rate": Ill("a learning rate of 30", seed=1, rate=30.0),
}


def xor_training(seed: int, activation: str = "tanh", rate: float = 0.1) -> TrainingSession:
    """Return the training of XOR: a network 2–4–1 with the weights of a seed, cross-entropy, plain descent."""
    model = MLP(2, [4, 1], activation=activation, seed=seed)
    optimizer = SGD(model.parameters(), learning_rate=rate)
    return TrainingSession(model, *datasets.xor(), loss=binary_cross_entropy_with_logits, optimizer=optimizer)


class XorSession(Session):
    """The commands for XOR."""

    _tries = """\
try      stuck            a run that gets stuck, and why: stuck dead, or rate
         seeds 10         how many of ten beginnings learn XOR, and how fast
         restart 7        begin anew with the weights of seed 7
"""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(xor_training(seed), "XOR 2–4–1")
        self._seed = seed

    @property
    def _file(self) -> str:
        return "xor"

    def restart(self, seed: Any = None) -> None:
        """Begin anew with the weights of a seed, by default of the next one; back returns to the old run."""
        seed = self._seed + 1 if seed is None else count_from(seed, "restart", least=0)
        self._anew(xor_training(seed), f"restart {seed}")
        self._seed = seed
        print(f"a new beginning, with seed {seed}\n{self._rows()}")

    def stuck(self, kind: str = "plateau") -> None:
        """Begin a run that gets stuck: dead (units), plateau, or rate (too high); then type run 1000 to see."""
        if kind not in ILL:
            raise ValueError(f"stuck takes one of {', '.join(ILL)}, not {cut(kind)!r}")
        ill = ILL[kind]
        training = xor_training(ill.seed, ill.activation, ill.rate)
        for layer in training.model.layers:
            for neuron in layer.neurons:
                for weight in neuron.weights:
                    weight.data *= ill.scale
        for neuron in training.model.layers[0].neurons:
            neuron.bias.data = ill.bias
        self._anew(training, f"stuck {kind}")
        self._seed = ill.seed
        what = "Type run 1000 to see what becomes of it; back returns to the old run."
        print(wrapped(f"a new beginning: {ill.story}.  {what}"))

    def seeds(self, n: Any = 10) -> None:
        """Train from the seeds 0 to n − 1, each until solved, and tell how many were and how fast."""
        count, epochs = count_from(n, "seeds"), []
        for seed in range(count):
            trial = xor_training(seed)
            if trial.run_until(self._is_solved, LIMIT):
                epochs.append(trial.epoch)
            progress(seed + 1, count, f"seed {seed}")
        speed = f": the fastest in {min(epochs)}, the slowest in {max(epochs)}" if epochs else ""
        print(wrapped(f"{len(epochs)} of {count} beginnings learned XOR within {LIMIT} epochs{speed}"))
