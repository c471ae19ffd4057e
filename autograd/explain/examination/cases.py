"""All cases: short programs on which engines go wrong, each with what a teacher says to one that does.

A case is run on our own engine too, which says what is right.  It names the cases that it builds on: where one of those
fails, it is not told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import Final

from autograd.explain.examination.advice import ADD_UP, FAILS, LEFT_NUMBER, wrong_derivatives, wrong_upstreams
from autograd.explain.examination.case import Case, Wrong, program
from autograd.explain.examination.graph_cases import of_graphs
from autograd.rules.operation import TABLE

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


def _of_operation(name: str) -> Iterator[Case]:
    """Yield what there is to know of one operation: its numbers, the chain rule through it, and two uses added up."""
    text, inputs, method, made_of = _OPERATIONS[name]
    used = ("a", "b")[: text.count("{")]
    numbers = dict(zip(used, inputs, strict=False))
    y = text.format(a="a", b="b")
    grads = tuple(f"{x}.grad" for x in used)
    _, slopes = TABLE[name].evaluate(*inputs)
    slope = dict(zip(grads, slopes, strict=False))
    through = [f"{part}, inside" for part in made_of if not _OPERATIONS[part][3]]
    yield Case(
        name,
        program(f"y = {y}", "y.backward()", **numbers),
        ("y.data", *grads, *(f"{x}.data" for x in used)),
        f"{y} is computed, but its derivatives are not right",
        ("a start at 0", "the result's own gradient", *made_of, *through),
        (method,),
        wrong_derivatives(name, y, inputs, used),
        fails=FAILS.format(y=y),
    )
    yield Case(
        f"{name}, inside",
        program(f"y = ({y}) * c", "y.backward()", **numbers, c=5.0),
        grads,
        f"the chain rule goes wrong behind {y}: multiply its derivative by the gradient that the result got",
        (name, "multiply"),
        (method, "__mul__"),
        wrong_upstreams(y, slope, 5.0),
        fails=FAILS.format(y=f"({y}) * c"),
    )
    yield Case(
        f"{name}, used twice",
        program(f"y = {' + '.join([f'({y})', *used])}", "y.backward()", **numbers),
        grads,
        ADD_UP.format(y=y),
        (f"{name}, inside", "add, inside", *([] if name == "add" else ["add, used twice"])),
        (method, "__add__"),
        fails=FAILS.format(y=f"({y}) + a"),
    )
    if len(used) == 2:
        yield Case(
            f"{name}, of a node with itself",
            program(f"y = {text.format(a='a', b='a')}", "y.backward()", a=inputs[0]),
            ("y.data", "a.grad"),
            ADD_UP.format(y=text.format(a="a", b="a")),
            (f"{name}, used twice",),
            (method,),
            fails=FAILS.format(y=text.format(a="a", b="a")),
        )


# what 2 + x, 2 - x, … are built of, where they are not an operation of their own
_TURNED_BY: Final = {
    "add": ("x + 2",),
    "subtract": ("add", "negative", "x + 2"),
    "multiply": ("x * 2",),
    "divide": ("multiply", "power", "x * 2"),
    "power": (),
}
_KINDS: Final = (("add", "+"), ("multiply", "*"), ("subtract", "-"), ("divide", "/"), ("power", "**"))


def _of_numbers() -> Iterator[Case]:
    """Yield cases with a plain number on the right, and on the left."""
    for name, sign in _KINDS:
        method = _OPERATIONS[name][2]
        if name != "power":
            yield Case(
                f"x {sign} 2",
                program(f"y = x {sign} 2", "y.backward()", x=3.0),
                ("y.data", "x.grad"),
                "a plain number on the right is to be made a Value first: x + 2 means x + Value(2)",
                (name,),
                (method,),
            )
        turned = f"__r{method.strip('_')}__"
        backwards = TABLE[name].evaluate(3.0, 2.0)[0]
        yield Case(
            f"2 {sign} x",
            program(f"y = 2 {sign} x", "y.backward()", x=3.0),
            ("y.data", "x.grad"),
            LEFT_NUMBER.format(sign=sign, method=turned),
            (name, *_TURNED_BY[name]),
            (method, turned) if name == "power" else (method,),
            ()
            if name in ("add", "multiply")
            else (
                Wrong(
                    {"y.data": backwards}, f"2 {sign} x is computed as x {sign} 2: {turned} gets its operands turned"
                ),
            ),
        )
    yield Case(
        "sum([a, b])",
        program("y = sum([a, b])", "y.backward()", a=3.0, b=4.0),
        ("y.data", "a.grad", "b.grad"),
        "sum(…) begins with the plain number 0: " + LEFT_NUMBER.format(sign="+", method="__radd__"),
        ("add, used twice", "2 + x"),
        ("__add__",),
    )


def _at_edges() -> Iterator[Case]:
    """Yield cases at kinks, at the ends of the floats, and with nan."""
    for at, what in (
        (-2.0, "below 0 relu gives 0, and sends nothing back"),
        (0.0, "at 0 relu's derivative is taken as 0"),
    ):
        yield Case(
            f"relu at {at:g}",
            program("y = x.relu()", "y.backward()", x=at),
            ("y.data", "x.grad"),
            what,
            ("relu", *(["relu at -2"] if at == 0.0 else [])),
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
                program(f"y = x.{name}()", "y.backward()", x=at),
                ("y.data", "x.grad"),
                f"{name} overflows far from 0, where it has a limit: use math.tanh, or a formula with exp of a "
                "negative number",
                (name,),
                (name,),
            )
    yield Case(
        "sigmoid of -60",
        program("y = x.sigmoid()", "y.backward()", x=-60.0),
        ("x.grad",),
        "sigmoid is cut off far from 0: the gradient there is small, but not 0, and a unit can come back",
        ("sigmoid",),
        ("sigmoid",),
    )
    for exponent in (0, 1):
        yield Case(
            f"0 ** {exponent}",
            program(f"y = x ** {exponent}", "y.backward()", x=0.0),
            ("y.data", "x.grad"),
            f"the derivative of x ** {exponent} at 0 is {exponent}: do not divide by x, nor raise 0 to a "
            "negative power",
            ("power",),
            ("__pow__",),
        )
    yield Case(
        "x ** -2",
        program("y = x ** -2", "y.backward()", x=2.0),
        ("y.data", "x.grad"),
        "a negative exponent follows the same rule: n · x ** (n − 1)",
        ("power",),
        ("__pow__",),
    )
    yield Case(
        "a ** b",
        program("y = a ** b", "y.backward()", a=2.0, b=3.0),
        ("y.data", "a.grad", "b.grad"),
        "the exponent is a node, too, and gets y · log(a)",
        ("power",),
        ("__pow__",),
    )
    yield Case(
        "+x",
        program("y = +x", "y.backward()", x=2.0),
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
            "a = Value(2.5)",
            ("a.data", "a.grad"),
            "Value(2.5) holds 2.5 in .data, and a gradient of 0 in .grad until something arrives",
        ),
        Case(
            "the result's own gradient",
            program("y = a + b", "y.backward()", a=3.0, b=-4.0),
            ("y.grad",),
            "backward begins with 1 as the gradient of the result itself: dy/dy = 1",
            ("a start at 0",),
            ("__add__",),
            fails=FAILS.format(y="a + b"),
        ),
    )
    simple = [list(_of_operation(name)) for name, (*_, made_of) in _OPERATIONS.items() if not made_of]
    built = [list(_of_operation(name)) for name, (*_, made_of) in _OPERATIONS.items() if made_of]
    by_kind = [case for each in (simple, built) for kind in zip_longest(*each) for case in kind if case is not None]
    return (*first, *by_kind, *_of_numbers(), *of_graphs(), *_at_edges())
