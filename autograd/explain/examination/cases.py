"""The cases: short programs on which engines go wrong, each with what a teacher says to one that does.

A case is run on our own engine too, which says what is right.  It names the cases that it builds on: where one of those
fails, it is not told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from autograd.explain.examination.advice import ADD_UP, LEFT_NUMBER, ORDER, Wrong, wrong_derivatives, wrong_upstreams
from autograd.rules.operation import TABLE


@dataclass(frozen=True)
class Case:
    """One program on a class `Value`, what is read after it, and what to say to who gets something else.

    `methods` are what the class must have, else the case does not count; of `builds_on` all must be right, else it is
    not told of.  `wrong` are answers whose cause is known.  Where `may_refuse`, an error is right, too.
    """

    name: str
    example: str
    reads: tuple[str, ...]
    advice: str
    builds_on: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    may_refuse: bool = False


# How an operation is written, the numbers it is tried on, the method it needs, and what people build it of.
_OPERATIONS: Final = {
    "add": ("{a} + {b}", (3.0, -4.0), "__add__", ()),
    "multiply": ("{a} * {b}", (3.0, -4.0), "__mul__", ()),
    "negative": ("-{a}", (3.0,), "__neg__", ("multiply",)),
    "subtract": ("{a} - {b}", (3.0, -4.0), "__sub__", ("add", "negative")),
    "power": ("{a} ** 3", (2.0, 3.0), "__pow__", ()),
    "divide": ("{a} / {b}", (3.0, -4.0), "__truediv__", ("multiply", "power")),
    "relu": ("{a}.relu()", (2.0,), "relu", ()),
    "tanh": ("{a}.tanh()", (0.5,), "tanh", ()),
    "exp": ("{a}.exp()", (0.5,), "exp", ()),
    "log": ("{a}.log()", (2.5,), "log", ()),
    "sigmoid": ("{a}.sigmoid()", (0.5,), "sigmoid", ()),
    "sqrt": ("{a}.sqrt()", (2.5,), "sqrt", ()),
    "abs": ("abs({a})", (-2.0,), "__abs__", ()),
}


def _program(*lines: str, **numbers: float) -> str:
    return "\n".join([*(f"{name} = Value({x!r})" for name, x in numbers.items()), *lines])


def _of_operation(name: str) -> Iterator[Case]:
    """Yield what there is to know of one operation: its numbers, the chain rule through it, and two uses added up."""
    text, inputs, method, made_of = _OPERATIONS[name]
    used = ("a", "b")[: text.count("{")]
    numbers = dict(zip(used, inputs, strict=False))
    y, swapped = text.format(a="a", b="b"), text.format(a=used[-1], b="a")
    grads = tuple(f"{x}.grad" for x in used)
    output, slopes = TABLE[name].evaluate(*inputs)
    slope = dict(zip(grads, slopes, strict=False))
    yield Case(
        name,
        _program(f"y = {y}", "y.backward()", **numbers),
        ("y.data", *grads, *(f"{x}.data" for x in used)),
        f"{y} is computed, but its derivatives are not right",
        ("a start at 0", "the result's own gradient", *made_of),
        (method,),
        wrong_derivatives(name, y, inputs, used),
    )
    yield Case(
        f"{name}, inside",
        _program(f"y = ({y}) * c", "y.backward()", **numbers, c=5.0),
        grads,
        f"the chain rule goes wrong behind {y}: multiply its derivative by the gradient that the result got",
        (name, "multiply"),
        (method, "__mul__"),
        wrong_upstreams(y, slope, 5.0),
    )
    yield Case(
        f"{name}, used twice",
        _program(f"y = ({y}) + ({swapped})", "y.backward()", **numbers),
        grads,
        ADD_UP.format(y=y),
        (name, "add", *([] if name == "add" else ["add, used twice"])),
        (method, "__add__"),
        (Wrong(dict.fromkeys(grads, 0.0), ORDER),),
    )
    if len(used) == 2:
        yield Case(
            f"{name}, of a node with itself",
            _program(f"y = {text.format(a='a', b='a')}", "y.backward()", a=inputs[0]),
            ("y.data", "a.grad"),
            ADD_UP.format(y=text.format(a="a", b="a")),
            (f"{name}, used twice",),
            (method,),
        )


_SHARED: Final = ("add, used twice", "multiply, used twice", "add, inside", "multiply, inside")
_IN_ORDER: Final = ("a node behind two paths", "paths of two lengths", "paths of two lengths, mirrored")
_RECURSION: Final = (
    "backward calls itself for each node, and Python stops near 1,000 calls: sort the graph in a loop with a list as the "
    "stack"
)
_TWICE: Final = "a node is visited once for each way that leads to it: sort the graph, and visit each node once"
_STALE: Final = (
    "a derivative is taken from the number that its operand holds now, not from the one that it was computed with: keep "
    "the number when you compute the result, or refuse the change"
)
_PASSES: Final = (
    "the gradients of inner nodes are kept from the pass before and sent on again: let each pass begin with 0 for all but "
    "the leaves, which add up"
)
_KINDS: Final = (("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/"), ("power", "**"))


def _of_numbers() -> Iterator[Case]:
    """Yield cases with a plain number on the right, and on the left."""
    for name, sign in _KINDS:
        method = _OPERATIONS[name][2]
        if name != "power":
            yield Case(
                f"x {sign} 2",
                _program(f"y = x {sign} 2", "y.backward()", x=3.0),
                ("y.data", "x.grad"),
                f"x {sign} 2: a plain number on the right is to be made a Value first",
                (name,),
                (method,),
            )
        turned = f"__r{method.strip('_')}__"
        backwards = TABLE[name].evaluate(3.0, 2.0)[0]
        yield Case(
            f"2 {sign} x",
            _program(f"y = 2 {sign} x", "y.backward()", x=3.0),
            ("y.data", "x.grad"),
            LEFT_NUMBER.format(sign=sign, method=turned),
            (name, *(["add", "negative"] if name == "subtract" else ["multiply", "power"] if name == "divide" else [])),
            (method, turned) if name == "power" else (method,),
            ()
            if name in ("add", "multiply")
            else (
                Wrong({"y.data": backwards}, f"2 {sign} x is computed as x {sign} 2: {turned} gets its operands turned"),
            ),
        )
    yield Case(
        "sum([a, b])",
        _program("y = sum([a, b])", "y.backward()", a=3.0, b=4.0),
        ("y.data", "a.grad", "b.grad"),
        "sum(…) begins with the plain number 0: " + LEFT_NUMBER.format(sign="+", method="__radd__"),
        ("add", "2 + x"),
        ("__add__",),
    )


def _of_graphs() -> Iterator[Case]:
    """Yield cases of the order of the pass, of several passes, and of what may not change."""
    times, plus = ("__mul__",), ("__add__", "__mul__")
    too_much = (Wrong({"a.grad": 8.0}, _TWICE),)
    yield Case(
        "a node behind two paths",
        _program("b = a + a", "c = b + b", "y = c + b", "y.backward()", a=3.0),
        ("a.grad", "b.grad"),
        ORDER,
        _SHARED,
        plus,
        (Wrong({"a.grad": 6.0, "b.grad": 2.0}, ORDER), Wrong(None, _TWICE, too_large=True), *too_much),
    )
    for name, last in (("paths of two lengths", "b + c"), ("paths of two lengths, mirrored", "c + b")):
        yield Case(
            name,
            _program("b = a + a", "c = b * a", f"y = {last}", "y.backward()", a=2.0),
            ("a.grad", "b.grad"),
            ORDER,
            (*_SHARED, *(_IN_ORDER[:1])),
            plus,
            (Wrong(None, _TWICE, too_large=True),),
        )
    yield Case(
        "many paths",
        _program("for _ in range(30):", "    x = x + x", "x.backward()", x=1.0).replace("x = Value(1.0)", "x = y = Value(1.0)"),
        ("y.grad",),
        _TWICE,
        _IN_ORDER,
        plus,
    )
    yield Case(
        "two nodes with the same number",
        _program("b = a + a", "c = a * a", "y = b * c", "y.backward()", a=2.0),
        ("a.grad",),
        "two nodes that hold the same number are taken for one: remember visited nodes by identity, not by value",
        _IN_ORDER,
        plus,
    )
    yield Case(
        "10,000 additions in a row",
        _program("y = x", "for _ in range(10_000):", "    y = y + x", "y.backward()", x=1.0),
        ("x.grad",),
        "a long chain fails: sort the graph in a loop with a list as the stack, and remember visited nodes in a set",
        ("add, used twice",),
        plus[:1],
        (Wrong(None, _RECURSION, error="RecursionError"),),
    )
    yield Case(
        "backward twice",
        _program("y = x * x * x", "y.backward()", "y.backward()", x=3.0),
        ("x.grad",),
        "two passes are to give twice the gradient of one, since leaves add up",
        ("multiply, of a node with itself", *_IN_ORDER),
        times,
        (
            Wrong({"x.grad": 72.0}, _PASSES),
            Wrong({"x.grad": 27.0}, "a pass forgets what the leaves had: gradients of leaves add up over passes"),
        ),
    )
    yield Case(
        "two losses that share a node",
        _program("h = w * w", "(three * h).backward()", "(five * h).backward()", w=2.0, three=3.0, five=5.0),
        ("w.grad",),
        "the gradients of two losses are to add up in the leaves they share",
        ("multiply, of a node with itself", *_IN_ORDER),
        times,
        (Wrong({"w.grad": 44.0}, _PASSES),),
    )
    yield Case(
        "a step, and the loss again",
        _program("(w * w).backward()", "w.data -= 0.25 * w.grad", "w.grad = 0.0", "(w * w).backward()", w=2.0),
        ("w.data", "w.grad"),
        "after w.data and w.grad have been set, a new loss is to give the gradient at the new number",
        ("multiply, of a node with itself",),
        times,
    )
    yield Case(
        "y += b",
        _program("y = a", "y += b", "y *= a", "y.backward()", a=3.0, b=4.0),
        ("y.data", "a.data", "a.grad", "b.grad"),
        "y += b changes the node that y and a both name: let += make a new Value (leave __iadd__ out)",
        ("add, used twice", "multiply, used twice", *_IN_ORDER),
        plus,
    )
    yield Case(
        "a number changed before backward",
        _program("y = a * b", "a.data = 10.0", "y.backward()", a=2.0, b=3.0),
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
        "the same program gives other last digits from run to run: keep parents in a tuple, whose order is fixed, and not in a set",
        _IN_ORDER,
        plus,
    )
    yield Case(
        "a copied graph",
        "import copy\n" + _program("x, y = copy.deepcopy((a, a * a))", "y.backward()", a=3.0),
        ("x.grad", "a.grad"),
        "in a copy of a graph gradients go to the original, as functions are not copied: keep parents and derivatives as data",
        ("multiply, of a node with itself",),
        times,
    )


def _at_edges() -> Iterator[Case]:
    """Yield cases at kinks, at the ends of the floats, and with nan."""
    for at, what in ((-2.0, "below 0 relu gives 0, and sends nothing back"), (0.0, "at 0 relu's derivative is taken as 0")):
        yield Case(
            f"relu at {at:g}",
            _program("y = x.relu()", "y.backward()", x=at),
            ("y.data", "x.grad"),
            what,
            ("relu",),
            ("relu",),
        )
    yield Case(
        "relu of nan",
        "x = Value(float('nan'))\ny = x.relu()",
        ("y.data",),
        "relu of nan is to be nan: hidden as 0, a loss that went wrong looks right",
        ("relu",),
        ("relu",),
    )
    for name in ("tanh", "sigmoid"):
        for at in (1000.0, -1000.0):
            yield Case(
                f"{name} of {at:g}",
                _program(f"y = x.{name}()", "y.backward()", x=at),
                ("y.data", "x.grad"),
                f"{name} overflows far from 0, where it has a limit: use math.tanh, or a formula with exp of a negative number",
                (name,),
                (name,),
            )
    yield Case(
        "sigmoid of -60",
        _program("y = x.sigmoid()", "y.backward()", x=-60.0),
        ("x.grad",),
        "sigmoid is cut off far from 0: the gradient there is small, but not 0, and a unit can come back",
        ("sigmoid",),
        ("sigmoid",),
    )
    for exponent in (0, 1):
        yield Case(
            f"0 ** {exponent}",
            _program(f"y = x ** {exponent}", "y.backward()", x=0.0),
            ("y.data", "x.grad"),
            f"the derivative of x ** {exponent} at 0 is {exponent}: do not divide by x, nor raise 0 to a negative power",
            ("power",),
            ("__pow__",),
        )
    yield Case(
        "x ** -2",
        _program("y = x ** -2", "y.backward()", x=2.0),
        ("y.data", "x.grad"),
        "a negative exponent follows the same rule: n · x ** (n − 1)",
        ("power",),
        ("__pow__",),
    )
    yield Case(
        "a ** b",
        _program("y = a ** b", "y.backward()", a=2.0, b=3.0),
        ("y.data", "a.grad", "b.grad"),
        "the exponent is a node, too, and gets y · log(a)",
        ("power",),
        ("__pow__",),
    )
    yield Case(
        "+x",
        _program("y = +x", "y.backward()", x=2.0),
        ("y.data", "x.grad"),
        "+x cuts the graph: return a node that x is a parent of, or x itself",
        ("add",),
        ("__pos__",),
    )


@cache
def cases() -> tuple[Case, ...]:
    """Return all cases, each after those that it builds on."""
    first = (
        Case(
            "a start at 0",
            "a = Value(3.0)",
            ("a.data", "a.grad"),
            "Value(3.0) holds 3 in .data, and a gradient of 0 in .grad until something arrives",
        ),
        Case(
            "the result's own gradient",
            _program("y = a + b", "y.backward()", a=3.0, b=-4.0),
            ("y.grad",),
            "backward begins with 1 as the gradient of the result itself: dy/dy = 1",
            ("a start at 0",),
            ("__add__",),
        ),
    )
    return (*first, *(case for name in _OPERATIONS for case in _of_operation(name)), *_of_numbers(), *_of_graphs(), *_at_edges())
