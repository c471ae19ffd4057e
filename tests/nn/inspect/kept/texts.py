"""What networks, trainings and looks at them say: as printed, and their numbers to 9 digits."""

import math
import re
from pathlib import Path

import nn

KEPT = Path(__file__).with_name("texts.txt")
ROWS = [[math.sin(3.0 * i), math.cos(5.0 * i)] for i in range(12)]
SIDES = [float(x > y) for x, y in ROWS]
KINDS = [int(x > 0.0) + int(y > 0.0) for x, y in ROWS]
OPTIMIZERS = {
    "SGD": (lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True), None),
    "SGD, decays": (lambda p: nn.SGD(p, 0.2, l1=0.001), nn.StepDecay(3)),
    "Adam, cosine": (lambda p: nn.Adam(p, 0.05), nn.Cosine(20)),
    "AdamW, warm-up": (lambda p: nn.AdamW(p, 0.05), nn.WarmUp(4, then=nn.Exponential(0.9))),
    "RMSProp, one cycle": (lambda p: nn.RMSProp(p, 0.05), nn.OneCycle(24)),
    "AdaGrad, plateau": (lambda p: nn.AdaGrad(p, 0.3), None),
}
SICK = {
    "dead": lambda m: [setattr(n.bias, "data", -50.0) for n in m.layers[0].neurons[:3]],
    "saturated": lambda m: [setattr(w, "data", 60.0) for n in m.layers[1].neurons for w in n.weights],
    "vanishing": lambda m: [setattr(w, "data", w.data * 1e-6) for w in m.layers[1].parameters()],
    "exploding": lambda m: [setattr(w, "data", w.data * 1e5) for w in m.layers[1].parameters()],
    "alike": lambda m: [setattr(w, "data", 0.5) for w in m.layers[0].parameters()],
    "nan": lambda m: setattr(m.layers[2].neurons[0].weights[1], "data", math.nan),
    "healthy": lambda m: None,
}


def models():
    yield nn.MLP(3, [4, 2], "relu", output="sigmoid", seed=1)
    yield nn.Sequential(nn.Layer(2, 3, seed=0), nn.BatchNorm(3), nn.Dropout(0.25, seed=1), nn.Layer(3, 2, None, seed=1))
    yield nn.LSTM(2, 3, seed=2)
    yield nn.Sequential(nn.Embedding(5, 4, seed=0), nn.LayerNorm(4), nn.Residual(nn.Layer(4, 4, "gelu", seed=3)))
    yield nn.Attention(4, 2, seed=4)


def of_models():
    for model in models():
        yield str(model)
        yield ", ".join(f"{name} {p.data:.9g}" for name, p in [*model.named_parameters()][:9])


def of_trainings():
    for name, (make, schedule) in OPTIMIZERS.items():
        model = nn.MLP(2, [4, 1], "tanh", seed=5)
        optimizer = make(model.parameters())
        history = nn.fit(
            model, ROWS[:9], SIDES[:9], loss=nn.binary_cross_entropy_with_logits, optimizer=optimizer, epochs=8,
            batch_size=4, validation=(ROWS[9:], SIDES[9:]), metrics="accuracy", clip=nn.ClipByNorm(0.5),
            schedule=schedule, callbacks=[nn.ReduceOnPlateau(0.5, patience=1, margin=0.1)],
                        backend="recorded",
        )  # fmt: skip
        yield f"{name}: {optimizer!r}, {optimizer.learning_rate:.9g} after {optimizer.step_count}"
        yield str(history)
        yield " ".join(f"{x:.9g}" for x in history.losses)


def of_stopping():
    model = nn.MLP(2, [3, 3], "relu", seed=2)
    optimizer = nn.SGD(model.parameters(), 0.3)
    history = nn.fit(
        model, ROWS, KINDS, loss=nn.softmax_cross_entropy, optimizer=optimizer, epochs=60, validation=0.25,
        early_stopping=nn.EarlyStopping(patience=3), backend="recorded",
    )  # fmt: skip
    yield f"{history}\n{len(history.losses)} epochs, best {history.best_epoch}"


def of_diagnoses():
    for name, spoil in SICK.items():
        model = nn.MLP(2, [5, 4, 1], "relu" if name == "dead" else "tanh", seed=7)
        spoil(model)
        optimizer = nn.SGD(model.parameters(), 0.5)
        found = nn.diagnose(
            model, ROWS, SIDES, loss=nn.binary_cross_entropy_with_logits, optimizer=optimizer,
            history=[0.7, 0.69, 0.68, 0.8, 2.0],
        )  # fmt: skip
        yield re.sub(r"\S*texts.py:\d+ \(in [^)]*\)", "HERE", f"{name}: {found}")


def of_sweeps():
    model = nn.MLP(2, [4, 1], "tanh", seed=8)
    optimizer = nn.SGD(model.parameters(), 0.1)
    given = {"loss": nn.binary_cross_entropy_with_logits, "optimizer": optimizer}
    sweep = nn.find_learning_rate(model, ROWS, SIDES, **given, start=1e-3, end=30.0, steps=25, backend="recorded")
    yield str(sweep)
    yield f"sharpness {nn.sharpness(model, ROWS, SIDES, loss=nn.binary_cross_entropy_with_logits):.9g}"


TEXTS = {f.__name__: f for f in (of_models, of_trainings, of_stopping, of_diagnoses, of_sweeps)}


def told(name):
    return "\n".join(line.rstrip() for text in TEXTS[name]() for line in text.split("\n"))


def kept():
    """Return {name: what is kept}."""
    sections = KEPT.read_text(encoding="utf-8").split("\n=== ")[1:]
    return {name: text.removesuffix("\n") for name, text in (part.split("\n", 1) for part in sections)}


if __name__ == "__main__":
    KEPT.write_text("".join(f"\n=== {name}\n{told(name)}\n" for name in TEXTS), encoding="utf-8")
