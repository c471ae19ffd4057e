"""The words of the book, and numbers as it writes them.

A claim is a sentence of the text, written in a test with the number computed: it fails if either of them changes.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import nn
from autograd import Value
from viz.pages.book.chapters import CHAPTERS

FOLDER = Path(__file__).parents[3] / "viz" / "pages" / "book" / "chapters"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
XOR = nn.datasets.xor()


@cache
def source(chapter):
    """Return a chapter as it is written."""
    return (FOLDER / chapter / "text.html").read_text(encoding="utf-8")


@cache
def page(chapter):
    """Return a chapter as a tree."""
    return ElementTree.fromstring(f"<body>{source(chapter)}</body>")


@cache
def words():
    """Return all that is read in the book."""
    return " ".join(" ".join("".join(page(chapter).itertext()) for chapter in CHAPTERS).split())


def says(*sentences):
    """Assert that the book has each of these sentences."""
    for sentence in sentences:
        assert sentence in words(), sentence


@cache
def measured(demo):
    """Return what a demo of the tutorial measures."""
    return import_module(f"demos.tutorial.{demo}").measure()


def digits(x, count=4):
    """Return a number to so many significant digits, as the book writes it."""
    return f"{x:.{count}g}".replace("-", "−")


def powers(x, count=2):
    """Return a number as a × 10ⁿ."""
    mantissa, _, exponent = f"{x:.{count - 1}e}".partition("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(RAISED)}".replace("-", "−")


def slope(function, x):
    """Return the derivative of a function at x."""
    z = Value(x)
    function(z).backward()
    return z.grad


def line(rate, size, epochs=30):
    """Return the loss on all rows after each epoch of figures 5.2 and Q3, in which a line is fitted to 64 points."""
    rows, net, losses = nn.datasets.sine(64, frequency=2.0, noise=0.5), nn.MLP(1, [1], seed=3), []

    def watch(report):
        losses.append(nn.mean_squared_error(net.batch(rows[0]), rows[1]).data)

    how = {"loss": nn.mean_squared_error, "optimizer": nn.SGD(net.parameters(), rate), "backend": "recorded"}
    nn.fit(net, *rows, **how, batch_size=size, epochs=epochs, callbacks=[watch])
    return losses


def trained(net, rate, epochs, rows=XOR):
    """Return the losses of a network that is trained with cross-entropy, all rows in a step."""
    how = {"loss": nn.binary_cross_entropy_with_logits, "optimizer": nn.SGD(net.parameters(), rate)}
    return nn.fit(net, *rows, **how, epochs=epochs).losses
