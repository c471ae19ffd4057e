"""Whole trainings by `fit` against PyTorch's: 50 steps, layer by layer, recorded and by each compiled backend."""

from importlib.util import find_spec

import pytest

from nn import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Activation,
    AdaGrad,
    Adam,
    AdamW,
    BatchNorm,
    ClipByNorm,
    ClipByValue,
    Cosine,
    Embedding,
    Exponential,
    Layer,
    Module,
    Residual,
    RMSProp,
    Sequential,
    Softmax,
    StepDecay,
    WarmUp,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    fit,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from tests.support.golden_files import assert_same, data, flat, golden, stacked

CASES = golden("fits")["cases"]


class LastState(Module):
    """The state after the last step, through a linear layer; with `truncate`, no gradient passes that step."""

    def __init__(self, net, outputs, truncate=None, words=None):
        self.words = Embedding(words, 2) if words else None
        self.net, self.head, self.truncate = net, Layer(3, outputs, None), truncate
        self.name_nodes()

    def __call__(self, sequence):
        if self.words is not None:
            sequence = [self.words(word) for word in sequence]
        return self.head(self.net(sequence, truncate=self.truncate)[0][-1])


# the model, the loss, the optimizer and what more `fit` is told
TRAININGS = {
    "lstm": (
        lambda: LastState(LSTM(2, 3), 3, words=4),
        softmax_cross_entropy,
        lambda p: Adam(p, 0.05),
        {"schedule": WarmUp(10, start=0.1, then=Cosine(40)), "clip": ClipByNorm(0.3)},
    ),
    "batch_norm": (
        lambda: Sequential(Layer(2, 4, None), BatchNorm(4), Activation("relu"), Layer(4, 3, None)),
        softmax_cross_entropy,
        lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True),
        {"schedule": StepDecay(15, 0.5), "clip": ClipByValue(0.05)},
    ),
    "gru": (
        lambda: LastState(GRU(2, 3), 1),
        mean_squared_error,
        lambda p: RMSProp(p, 0.01, decay=0.9, momentum=0.5),
        {"schedule": Exponential(0.98)},
    ),
    "rnn": (lambda: LastState(RNN(2, 3), 1, truncate=3), mean_squared_error, lambda p: AdaGrad(p, 0.1), {}),
    "residual": (
        lambda: Sequential(Layer(2, 4, "tanh"), Residual(Layer(4, 4, "gelu")), Layer(4, 1, None)),
        hinge,
        lambda p: AdamW(p, 0.02, weight_decay=0.1),
        {"schedule": Cosine(50, final=0.1)},
    ),
    "probabilities": (
        lambda: Sequential(Layer(2, 4, "silu"), Layer(4, 1, "sigmoid")),
        binary_cross_entropy,
        lambda p: SGD(p, 0.3, momentum=0.9),
        {"schedule": WarmUp(20, start=0.25)},
    ),
    "softmax": (
        lambda: Sequential(Layer(2, 4, "elu"), Layer(4, 3, None), Softmax()),
        mean_squared_error,
        lambda p: Adam(p, 0.05, beta1=0.8, beta2=0.99, epsilon=1e-4),
        {},
    ),
    "logits": (
        lambda: Sequential(Layer(2, 4, "leaky_relu"), Layer(4, 1, None)),
        binary_cross_entropy_with_logits,
        lambda p: SGD(p, 0.5),
        {},
    ),
}


def by_their_names(model, start):
    """Return our Values under PyTorch's names for them, layer by layer in their order."""
    kinds = Layer | BatchNorm | Embedding | LSTM | RNN | GRU
    parts = [part for _, part in model.named_modules() if isinstance(part, kinds)]
    inside = {below for part in parts for _, below in part.named_modules() if below is not part}
    ours = [values for part in parts if part not in inside for values in stacked(part)]
    return dict(zip(start, ours, strict=True))


def runs():
    """Yield each training with each backend; XLA takes seconds for each, so that two must do."""
    for name in TRAININGS:
        yield from ((name, "recorded"), (name, "numpy"))
        if find_spec("llvmlite"):
            yield name, "native"
        if find_spec("jax") and name in ("batch_norm", "rnn"):
            yield name, "jax"


@pytest.mark.parametrize(("name", "backend"), list(runs()))
def test_fifty_steps_agree_with_pytorch(name, backend):
    case, (make, loss, optimizer, settings) = CASES[name], TRAININGS[name]
    model = make()
    values = by_their_names(model, case["start"])
    for key, start in case["start"].items():
        for p, x in zip(flat(values[key]), flat(start), strict=True):
            p.data = x
    assert set(flat(list(values.values()))) == set(model.parameters())
    per_epoch = -(-len(case["inputs"]) // case["rows"])
    seen = []

    def watch(report):
        seen.append({key: data(ours) for key, ours in values.items()})

    history = fit(
        model, case["inputs"], case["targets"], loss=loss, optimizer=optimizer(model.parameters()), shuffle=None,
        epochs=50 // per_epoch, batch_size=case["rows"], callbacks=[watch], backend=backend, **settings,
    )  # fmt: skip
    assert history.backend == backend
    for epoch, mean in enumerate(history.losses):
        counts = [len(case["inputs"][i : i + case["rows"]]) for i in range(0, len(case["inputs"]), case["rows"])]
        theirs = zip(case["losses"][per_epoch * epoch :], counts, strict=False)
        assert_same([mean], [sum(loss * count for loss, count in theirs) / sum(counts)])
    for k, theirs in enumerate(case["after"], start=1):
        for key, numbers in theirs.items():
            assert_same(seen[10 * k // per_epoch - 1][key], numbers)
