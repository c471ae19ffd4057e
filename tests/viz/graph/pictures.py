"""Pictures of graphs, and all that stands in each: every box with its words, every line with its colors."""

import math
from pathlib import Path

import nn
from autograd import Value, logsumexp, total, where
from tests.support.web.pictures import border, parts, words
from viz import draw

HERE = Path(__file__).parent
STYLE = ("class", "color", "style", "penwidth", "arrowsize", "dir", "tooltip")


def ended(loss):
    loss.backward()
    return loss


def with_inf():
    """Two rows through layers that are off, dead, and infinite."""
    model = nn.MLP(2, [7, 2], "relu", seed=0)
    model.layers[0].neurons[1].weights[0].data = math.inf
    rows = [model([0.5, 0.0]), model([0.25, 1.0])]
    return ended(nn.mean_squared_error(rows, [[1.0, 0.0], [0.0, 1.0]]))


def classes():
    model = nn.MLP(3, [4, 3], "tanh", seed=1)
    rows = [model([0.1 * i, -0.2 * i, 0.3]) for i in range(5)]
    return ended(nn.softmax_cross_entropy(rows, [0, 2, 1, 1, 0]))


def recurrent():
    cell = nn.GRU(2, 2, seed=1)
    return ended(total(cell([[0.1 * (i - j) for j in range(2)] for i in range(3)])[0][-1]))


def averages():
    model = nn.Sequential(nn.Layer(2, 3, None, seed=1), nn.BatchNorm(3), nn.Layer(3, 1, seed=2))
    rows = model.batch([[math.sin(i + k) for k in range(2)] for i in range(4)])
    return ended(total([x * x for x in rows]))


def choices():
    a, b, c = Value(2.0, "a"), Value(-1.0, "b"), Value(3.0, "<c> & 'd'")
    return ended(where(a > b, a * c, b / c) + logsumexp([a, b, c]) ** 2 - c.relu() * b.relu())


PICTURES = {
    "infinite": lambda: draw(with_inf(), folded=True),
    "infinite, forward": lambda: draw(with_inf(), folded=True, direction="forward"),
    "infinite, backward, second row": lambda: draw(with_inf(), folded=True, direction="backward", example=1),
    "infinite, a layer open": lambda: draw(with_inf(), folded=True, open=["layers.1"]),
    "classes": lambda: draw(classes(), folded=True),
    "classes, a neuron open, why": lambda: draw(
        classes(), folded=True, open=["layers.0.neurons.2"], why="layers.0.neurons.2.weights.0"
    ),
    "recurrent": lambda: draw(recurrent(), folded=True),
    "averages": lambda: draw(averages(), folded=True, downward=True),
    "choices": lambda: draw(choices()),
    "choices, why, backward": lambda: draw(choices(), why="a", direction="backward"),
    "choices, digits": lambda: draw(choices(), digits=True),
}


def told(name):
    """Return all that stands in a picture, a line for each node and edge."""
    picture = PICTURES[name]()
    nodes, edges = parts(picture)
    lines = [picture.description]
    for key, node in nodes.items():
        if label := words(node.get("label", "")):
            cells = " | ".join(f"{text} {color} {size}" for text, color, size in label)
            frame = " ".join(map(str, border(node["label"])))
            lines.append(f"{key} {node.get('class')} [{frame}] {cells}")
    for (tail, head), edge in edges.items():
        lines.append(f"{tail} -> {head} " + ", ".join(f"{key} {edge[key]}" for key in STYLE if key in edge))
    return "\n".join(lines)


def kept():
    """Return {name: what is kept of the picture}."""
    sections = (HERE / "pictures.txt").read_text(encoding="utf-8").split("\n=== ")[1:]
    return {name: text.removesuffix("\n") for name, text in (part.split("\n", 1) for part in sections)}


if __name__ == "__main__":
    text = "".join(f"\n=== {name}\n{told(name)}\n" for name in PICTURES)
    (HERE / "pictures.txt").write_text(text, encoding="utf-8")
