"""What Python hands to pages: short things in full, of long ones how long they are and a digest."""

import hashlib
import json
from pathlib import Path

import nn
import viz
from autograd import Value, logsumexp, total, where
from viz.worksheet.xor import xor_worksheet

KEPT = Path(__file__).with_name("pages.txt")
LONG = 240


def classes():
    model = nn.MLP(3, [4, 3], "tanh", seed=1)
    rows = [[0.1 * i, -0.2 * i, 0.3] for i in range(5)]
    return model, rows, [0, 2, 1, 1, 0]


def choices():
    a, b, c = Value(2.0, "a"), Value(-1.0, "b"), Value(3.0, "<c> & 'd'")
    return where(a > b, a * c, b / c) + logsumexp([a, b, c]) ** 2 - c.relu() * b.relu()


def batch():
    model, rows, targets = classes()
    loss = nn.softmax_cross_entropy([model(row) for row in rows], targets)
    return viz.steps(loss, optimizer=nn.Adam(model.parameters(), 0.01))


def film():
    model, rows, targets = classes()
    recorder = viz.Recorder(model, rows, targets, loss=nn.softmax_cross_entropy)
    optimizer = nn.SGD(model.parameters(), 0.1)
    history = nn.fit(
        model, rows, targets, loss=nn.softmax_cross_entropy, optimizer=optimizer, epochs=6, callbacks=[recorder]
    )
    return viz.film(history, recorder)


def recurrent():
    cell = nn.GRU(2, 2, seed=1)
    return viz.steps(total(cell([[0.1 * (i - j) for j in range(2)] for i in range(3)])[0][-1]), learning_rate=0.5)


PAGES = {
    "steps of choices": lambda: viz.steps(choices(), title="<choices>"),
    "steps of choices, digits": lambda: viz.steps(choices(), digits=True),
    "steps of a batch": batch,
    "steps of a recurrence": recurrent,
    "film": film,
    "playground of classes": lambda: viz.playground(*classes(), batch_size=2),
    "playground of a line": lambda: viz.playground(
        nn.Layer(1, 1, None, seed=3), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    ),
    "worksheet": lambda: xor_worksheet(3, 2).page,
    "worksheet of choices": lambda: viz.worksheet(choices(), level=4, seed=5).page,
}


def told(name):
    """Return what is kept of a page, a line for each of its things."""
    return "\n".join(_lines("", PAGES[name]().data))


def _lines(path, data):
    items = list(data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ())
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    if len(text) <= LONG:
        yield f"{path}: {text}"
    elif path.count("/") < 3 and 0 < len(items) <= 40:
        for key, each in items:
            yield from _lines(f"{path}/{key}", each)
    else:
        yield f"{path}: {len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def kept():
    """Return {page: what is kept of it}."""
    sections = KEPT.read_text(encoding="utf-8").split("\n=== ")[1:]
    return {place: text.removesuffix("\n") for place, text in (part.split("\n", 1) for part in sections)}


if __name__ == "__main__":
    KEPT.write_text("".join(f"\n=== {name}\n{told(name)}\n" for name in PAGES), encoding="utf-8")
