"""Conversations with sessions of three kinds, from the first word to the last."""

import contextlib
import io
import os
from pathlib import Path

import nn
import viz

HERE = Path(__file__).parent
XOR = """help
rows
weights
forward
w111
step
backward
why w111
why b(2)1
why L
update
step 3
step 8
epoch
epochs 2
epoch 30
show w(1)21
nudge w111
nudge w(2)11 0.5
curve
boundary
weights
back
back 3
back 2 epochs
back 5 steps
w111 = 0.5
w(2)11 = nan
w999
lr 0.3
lr
lr -1
until 0.5
until 0.05
predict
stuck
explain
undo 2
again
undo
row 2
model
graph
1 + 1
loss
model.layers[0]
unknown words
restart 3
epoch 2
help why
help
quit"""
OWN = """rows
weights
forward
backward
why w1
update
epoch 4
back
boundary
curve
nudge w1
predict 2
w1 = 3
epoch 3
back 2
w11 = 0.25
health
show L
quit"""
FUNCTION = """step
step 2
why a
nudge b
backward
a = 3
rows
forward
why b
back
quit"""


def own(script):
    """A line through three points, in batches of two, with momentum."""
    model = nn.Layer(1, 1, None, seed=3)
    optimizer = nn.SGD(model.parameters(), 0.05, momentum=0.9)
    rows, targets = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    viz.session(model, rows, targets, loss=nn.mean_squared_error, optimizer=optimizer, batch_size=2, script=script)


def classes(script):
    """Three classes of points in a plane."""
    model = nn.MLP(2, [3, 3], "relu", seed=2)
    rows, targets = [[0.0, 1.0], [1.0, 0.5], [-1.0, -0.5], [0.5, -1.0]], [0, 1, 2, 1]
    viz.session(model, rows, targets, loss=nn.softmax_cross_entropy, script=script)


def function(script):
    viz.session(lambda a, b: a * b + a.tanh(), [2.0, -3.0], script=script)


CONVERSATIONS = {
    "xor": (lambda script: viz.session(script=script), XOR),
    "own": (own, OWN),
    "classes": (classes, OWN),
    "function": (function, FUNCTION),
}


def told(name):
    """Return all that is said."""
    begin, script = CONVERSATIONS[name]
    os.environ["COLUMNS"] = "80"  # so wide is a terminal that nobody sees
    with contextlib.redirect_stdout(io.StringIO()) as out:
        begin(script.split("\n"))
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n") + "\n"


def file(name):
    """Return where a conversation is kept."""
    return HERE / f"{name}.txt"


if __name__ == "__main__":
    for name in CONVERSATIONS:
        file(name).write_text(told(name), encoding="utf-8")
