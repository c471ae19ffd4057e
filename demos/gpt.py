"""A GPT written in scalars, as plainly as on paper, and trained at the speed of matrices.

One block: token and position embeddings, RMS norm, causal multi-head attention, a 4 × wider network with ReLU, and the
cross-entropy of the next letter.  Every number below is one Value; nobody writes a matrix.  `compile` finds them: it
sees the loss as a few hundred thousand scalars and runs it as some sixty lines of NumPy, printed at the end.

    python -m demos.gpt            # some ten seconds; --steps 10000 for better text
"""

from __future__ import annotations

import argparse
import random
import time
from pydoc_data.topics import topics

import nn
from autograd import Value, dot, logsumexp, mean, relu, softmax, take
from autograd.compile import compile_forward, compile_training

WIDTH, HEADS, LENGTH, BATCH = 16, 4, 16, 8
SIZE = WIDTH // HEADS
LETTERS = " abcdefghijklmnopqrstuvwxyz"


class GPT(nn.Module):
    """A transformer of one block over letters."""

    def __init__(self, letters: int, seed: int = 0) -> None:
        draw = random.Random(seed)

        def matrix(rows: int, columns: int, scale: float = 0.2) -> list[list[Value]]:
            return [[Value(draw.gauss(0.0, scale)) for _ in range(columns)] for _ in range(rows)]

        self.tokens = matrix(letters, WIDTH)
        self.positions = matrix(LENGTH, WIDTH)
        self.query, self.key, self.value, self.output = (matrix(WIDTH, WIDTH) for _ in range(4))
        self.wide = matrix(4 * WIDTH, WIDTH)
        self.narrow = matrix(WIDTH, 4 * WIDTH)
        self.head = matrix(letters, WIDTH)

    def __call__(self, text):
        """Return for each letter of a text the logits of the next one."""
        keys, values, logits = [], [], []
        for place, letter in enumerate(text):
            x = [a + b for a, b in zip(take(self.tokens, letter), self.positions[place], strict=True)]
            x = add(x, self.attend(norm(x), keys, values))
            x = add(x, linear(self.narrow, [relu(z) for z in linear(self.wide, norm(x))]))
            logits.append(linear(self.head, norm(x)))
        return logits

    def attend(self, x, keys, values):
        """Return what the heads gather from this place and those before it."""
        query = linear(self.query, x)
        keys.append(linear(self.key, x))
        values.append(linear(self.value, x))
        gathered = []
        for start in range(0, WIDTH, SIZE):
            head = range(start, start + SIZE)
            scores = [dot([query[i] for i in head], [key[i] for i in head]) / SIZE**0.5 for key in keys]
            weights = softmax(scores)
            gathered += [dot(weights, [value[i] for value in values]) for i in head]
        return linear(self.output, gathered)


def linear(matrix, x):
    """Return the dot product of each row with x."""
    return [dot(row, x) for row in matrix]


def norm(x):
    """Return x scaled to a root mean square of 1."""
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def add(x, y):
    """Return x + y, place by place."""
    return [a + b for a, b in zip(x, y, strict=True)]


def english() -> list[int]:
    """Return Python's own documentation as letters."""
    words = " ".join(topics.values()).lower().split()
    kept = [word for word in words if word.isalpha() and word.isascii()]
    return [LETTERS.index(letter) for letter in " ".join(kept)]


def main() -> None:
    """Train, print what was found, write some text."""
    parser = argparse.ArgumentParser(description="A GPT written in scalars, as plainly as on paper.")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--backend", default="numpy", choices=["numpy", "native", "jax"])
    arguments = parser.parse_args()
    text, model, draw = english(), GPT(len(LETTERS)), random.Random(1)
    parameters = model.parameters()
    optimizer = nn.Adam(parameters, learning_rate=0.01)

    def loss(texts, nexts):
        losses = []
        for letters, following in zip(texts, nexts, strict=True):
            for logits, letter in zip(model(letters), following, strict=True):
                losses.append(logsumexp(logits) - take(logits, letter))
        return mean(losses)

    train = compile_training(loss, parameters, optimizer, arguments.backend)
    print(f"{len(parameters):,} parameters, {len(text):,} letters of text")
    start, seen = time.perf_counter(), 0.0
    for step in range(1, arguments.steps + 1):
        places = [draw.randrange(len(text) - LENGTH - 1) for _ in range(BATCH)]
        texts = [text[i : i + LENGTH] for i in places]
        nexts = [text[i + 1 : i + LENGTH + 1] for i in places]
        optimizer.learning_rate = 0.01 * (1.0 - step / (arguments.steps + 1))
        seen = 0.98 * seen + 0.02 * float(train(texts, nexts)[0])
        if step == 1:
            print(train)
            print(f"compiled in {time.perf_counter() - start:.1f} s")
            start = time.perf_counter()
        if step % (arguments.steps // 10 or 1) == 0:
            lately = seen / (1 - 0.98**step)
            print(f"step {step:5}  loss {lately:.3f}  {1e3 * (time.perf_counter() - start) / step:.2f} ms a step")
    train.write_back()
    print(train.source)
    write = compile_forward(lambda texts: [model(letters)[-1] for letters in texts], parameters)
    letters = text[:LENGTH]
    for _ in range(200):
        (logits,) = write([letters[-LENGTH:]])
        letters.append(draw.choices(range(len(LETTERS)), softmax(logits.tolist()))[0])
    print("".join(LETTERS[i] for i in letters))


if __name__ == "__main__":
    main()
