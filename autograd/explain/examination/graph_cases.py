"""Cases of whole graphs: the order of the pass, several passes, and what may not change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from autograd.explain.examination.advice import ORDER
from autograd.explain.examination.case import Case, Wrong, program

_SHARED: Final = ("add, of a node with itself", "multiply, of a node with itself")
_IN_ORDER: Final = ("a node behind two paths", "paths of two lengths", "paths of two lengths, mirrored")
_RECURSION: Final = (
    "backward calls itself for each node, and Python stops near 1,000 calls: sort the graph in a loop with a list as "
    "the stack"
)
_TWICE: Final = "a node is visited once for each way that leads to it: sort the graph, and visit each node once"
_STALE: Final = (
    "a derivative is taken from the number that its operand holds now, not from the one that it was computed with: "
    "keep the number when you compute the result, or refuse the change"
)
_PASSES: Final = (
    "the gradients of inner nodes are kept from the pass before and sent on again: let each pass begin with 0 for all "
    "but the leaves, which add up"
)
_FORGETS: Final = "a pass forgets what the leaves had: gradients of leaves add up over passes"


def of_graphs() -> Iterator[Case]:
    """Yield cases of the order of the pass, of several passes, and of what may not change."""
    times, plus = ("__mul__",), ("__add__", "__mul__")
    too_much = (Wrong({"a.grad": 8.0}, _TWICE),)
    yield Case(
        "a node behind two paths",
        program("b = a + a", "c = b + b", "y = c + b", "y.backward()", a=3.0),
        ("a.grad", "b.grad"),
        ORDER,
        _SHARED,
        plus,
        (Wrong({"a.grad": 6.0, "b.grad": 2.0}, ORDER), Wrong(None, _TWICE, too_large=True), *too_much),
    )
    for name, last in (("paths of two lengths", "b + c"), ("paths of two lengths, mirrored", "c + b")):
        yield Case(
            name,
            program("b = a + a", "c = b * a", f"y = {last}", "y.backward()", a=2.0),
            ("a.grad", "b.grad"),
            ORDER,
            (*_SHARED, *(_IN_ORDER[:1])),
            plus,
            (Wrong(None, _TWICE, too_large=True),),
        )
    yield Case(
        "many paths",
        program("x = y = Value(1.0)", "for _ in range(30):", "    x = x + x", "x.backward()"),
        ("y.grad",),
        _TWICE,
        _IN_ORDER,
        plus,
    )
    yield Case(
        "two nodes with the same number",
        program("b = a + a", "c = a * a", "y = b * c", "y.backward()", a=2.0),
        ("a.grad",),
        "two nodes that hold the same number are taken for one: remember visited nodes by identity, not by value",
        _IN_ORDER,
        plus,
    )
    yield Case(
        "10,000 additions in a row",
        program("y = x", "for _ in range(10_000):", "    y = y + x", "y.backward()", x=1.0),
        ("x.grad",),
        "a long chain fails: sort the graph in a loop with a list as the stack, and remember visited nodes in a set",
        _IN_ORDER,
        plus[:1],
        (Wrong(None, _RECURSION, error="RecursionError"),),
    )
    yield Case(
        "backward twice",
        program("y = x * x * x", "y.backward()", "y.backward()", x=3.0),
        ("x.grad",),
        "two passes are to give twice the gradient of one, since leaves add up",
        _IN_ORDER,
        times,
        (
            Wrong({"x.grad": 72.0}, _PASSES),
            Wrong({"x.grad": 27.0}, _FORGETS),
        ),
    )
    yield Case(
        "two losses that share a node",
        program("h = w * w", "(three * h).backward()", "(five * h).backward()", w=2.0, three=3.0, five=5.0),
        ("w.grad",),
        "the gradients of two losses are to add up in the leaves they share",
        _IN_ORDER,
        times,
        (Wrong({"w.grad": 44.0}, _PASSES), Wrong({"w.grad": 20.0}, _FORGETS)),
    )
    yield Case(
        "a step, and the loss again",
        program("(w * w).backward()", "w.data -= 0.25 * w.grad", "w.grad = 0.0", "(w * w).backward()", w=2.0),
        ("w.data", "w.grad"),
        "after w.data and w.grad have been set, a new loss is to give the gradient at the new number",
        ("multiply, of a node with itself",),
        times,
    )
    yield Case(
        "y += b",
        program("y = a", "y += b", "y *= a", "y.backward()", a=3.0, b=4.0),
        ("y.data", "a.data", "a.grad", "b.grad"),
        "y += b changes the node that y and a both name: let += make a new Value (leave __iadd__ out)",
        _IN_ORDER,
        plus,
    )
    yield Case(
        "a number changed before backward",
        program("y = a * b", "a.data = 10.0", "y.backward()", a=2.0, b=3.0),
        ("b.grad",),
        _STALE,
        ("multiply",),
        times,
        may_refuse=True,
    )
    yield Case(
        "the same bits every time",
        "seen, kept = set(), []\nfor k in range(40):\n    x, y = Value(1.0), Value(0.0)\n"
        "    for w in (0.1, 0.7, 0.3, 0.9, 0.6):\n        kept.append([Value(0.0) for _ in range(k)])\n"
        "        y = Value(w) * x + y * x\n    y.backward()\n    seen.add(float(x.grad))",
        ("len(seen)",),
        "the same program gives other last digits from run to run: "
        "keep parents in a tuple, whose order is fixed, not in a set",
        _IN_ORDER,
        plus,
    )
    yield Case(
        "a copied graph",
        "import copy\n" + program("x, y = copy.deepcopy((a, a * a))", "y.backward()", a=3.0),
        ("x.grad", "a.grad"),
        "in a copy of a graph gradients go to the original, as functions are not copied: keep parents and "
        "derivatives as data",
        ("multiply, of a node with itself",),
        times,
    )
