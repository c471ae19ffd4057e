"""What a model says of each row, read beside what was wanted, as its loss reads it; and of which row a node is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import nn
from autograd import Value, sigmoid, softmax
from autograd.explain.naming import SUBSCRIPTS
from autograd.explain.number_format import show_number
from autograd.support.pytree import flat
from viz.support.labels import padded

MOST_ROWS: Final = 12
MOST_INPUTS: Final = 6
NEAR: Final = 0.1  # a row is right within so much of its target


class Answer(NamedTuple):
    """What a model says of a row, in words, and by how much it misses: None where that cannot be told."""

    text: str
    miss: float | None


def numbers_in(answer: Any) -> list[float]:
    """Return the numbers in an answer: a number, a Value, or lists of them."""
    return [x.data if isinstance(x, Value) else float(x) for x in flat(answer)]


def read(loss: Any, prediction: Any, target: Any) -> Answer:
    """Return an answer as this loss reads it: logits as probabilities, scores as classes, all else as it is."""
    says, wanted = numbers_in(prediction), numbers_in(target)
    if loss is nn.softmax_cross_entropy and len(says) > 1:
        chances = softmax(says)
        best = max(range(len(says)), key=chances.__getitem__)
        shares = wanted if len(wanted) > 1 else [float(i == wanted[0]) for i in range(len(says))]
        right = math.fsum(chance * share for chance, share in zip(chances, shares, strict=True))
        return Answer(f"{best} ({chances[best]:.0%})", 1.0 - right)
    if loss is nn.binary_cross_entropy_with_logits:
        says = [sigmoid(x) for x in says]
    texts = [f"{x:.3f}".replace("-", "−") if abs(x) < 10 else show_number(x) for x in says[:4]]
    text = ", ".join([*texts, "…"] if len(says) > 4 else texts)
    if len(says) != len(wanted):
        return Answer(text, None)
    if loss is nn.hinge:
        return Answer(text, max(1.0 - x * y for x, y in zip(says, wanted, strict=True)))
    return Answer(text, max((abs(x - y) for x, y in zip(says, wanted, strict=True)), default=0.0))


def answers_of(training: nn.TrainingSession) -> list[Answer]:
    """Return what the model says now, a row each."""
    predictions = nn.predict(training.model, training.inputs)
    return [read(training.loss, *pair) for pair in zip(predictions, training.targets, strict=True)]


def is_right(answer: Answer) -> bool:
    """Return whether an answer is as near to its target as a solved one."""
    return answer.miss is not None and answer.miss < NEAR


def rows_table(
    training: nn.TrainingSession, answers: Sequence[Answer] | None = None, only: range | None = None
) -> list[str]:
    """Return the rows as lines: inputs, what is wanted, what the model says, a hook where that is right."""
    answers = answers_of(training) if answers is None else answers
    which = only or range(len(answers) if len(answers) <= MOST_ROWS else MOST_ROWS - 2)
    cells = [["", *_inputs(training.inputs[0], names=True), "wanted", "says", ""]]
    for i in which:
        hook = "✓" if is_right(answers[i]) else ""
        wanted = ", ".join(map(show_number, numbers_in(training.targets[i])[:4]))
        cells.append([str(i + 1), *_inputs(training.inputs[i]), wanted, answers[i].text, hook])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  " + "  ".join(padded(c, w, right=True) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
    if only is None and len(which) < len(answers):
        right = sum(map(is_right, answers))
        lines.append(
            f"  … and {len(answers) - len(which)} more; {right} of {len(answers)} are within {NEAR} of what is wanted"
        )
    return lines


def _inputs(row: Any, *, names: bool = False) -> list[str]:
    """Return a row's inputs in cells, or the cells' heads; a sequence of rows is told by its length."""
    if not isinstance(row, list | tuple) or any(isinstance(x, list | tuple) for x in row):
        return ["input" if names else f"{len(row)} steps" if isinstance(row, list | tuple) else str(row)]
    texts = [f"x{i + 1}".translate(SUBSCRIPTS) if names else show_number(float(x)) for i, x in enumerate(row)]
    return texts if len(texts) <= MOST_INPUTS else [*texts[: MOST_INPUTS - 1], "…"]


def rows_of_nodes(
    nodes: Sequence[Value], predictions: Sequence[Any], batch: Sequence[int], parameters: Sequence[Value]
) -> list[int | None]:
    """Return for each node of a graph in topological order the row that it is of, None where it is of several or none.

    What a prediction was computed from is of its row, but for parameters; what follows from one row alone is, too.
    """
    index = {node: i for i, node in enumerate(nodes)}
    rows: list[int | None] = [None] * len(nodes)
    seen = {index[p]: -1 for p in parameters if p in index}
    for row, prediction in zip(batch, predictions, strict=False):
        stack = [x for x in flat(prediction) if isinstance(x, Value) and x in index]
        while stack:
            i = index[stack.pop()]
            if i not in seen:
                seen[i], rows[i] = row, row
                stack.extend(nodes[i].parents)
            elif seen[i] != row and seen[i] >= 0:
                seen[i], rows[i] = -1, None
                stack.extend(nodes[i].parents)
    for i, node in enumerate(nodes):
        if i not in seen:
            found = {rows[index[parent]] for parent in node.parents} - {None}
            rows[i] = found.pop() if len(found) == 1 else None
    return rows
