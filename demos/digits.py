"""Handwritten digits from scalar code: 64-32-10, over 98 % right on digits it has not seen, in seconds.

The network is neurons, each a dot product and a ReLU; `nn.fit` compiles the whole training step to matrices.

    pip install -e ".[data]"
    python -m demos.digits
"""

from __future__ import annotations

import time

import nn
from autograd import compile  # noqa: A004
from nn.datasets import digits, split


def main() -> None:
    """Train, count what is right, print the program that ran."""
    try:
        images = digits()
    except ImportError as missing:
        raise SystemExit(str(missing)) from None
    rows, targets, unseen, answers = split(*images, share=0.2, seed=1)
    model = nn.MLP(64, [32, 10], "relu", seed=1)
    start = time.perf_counter()
    history = nn.fit(
        model,
        rows,
        targets,
        loss=nn.softmax_cross_entropy,
        optimizer=nn.AdamW(model.parameters(), learning_rate=0.01, weight_decay=0.1),
        epochs=60,
        batch_size=32,
        backend="numpy",
    )
    seconds = time.perf_counter() - start
    scores = nn.predict(model, unseen)
    right = sum(
        max(range(10), key=list(row).__getitem__) == answer for row, answer in zip(scores, answers, strict=True)
    )
    step = compile(lambda x, y: nn.softmax_cross_entropy([model(row) for row in x], y), model.parameters())
    step(rows[:32], targets[:32])
    print(step.source)
    print(step)
    print(history)
    print(f"trained in {seconds:.1f} s; {right} of {len(answers)} unseen digits right: {right / len(answers):.1%}")


if __name__ == "__main__":
    main()
