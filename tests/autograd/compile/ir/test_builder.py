"""What the builder of programs makes simpler is worth the same, and what it takes to be 0 or more is that."""

import math

import numpy as np
import pytest

from autograd.compile.ir.program import Builder, Program, _is_never_below_0
from autograd.rules.operation import TABLE
from tests.support.array_programs import interpreted

NUMBERS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
BINARY = [name for name, op in TABLE.items() if (op.arity, op.groups) == (2, 0)]


def value(b, array, x):
    program = Program(b.lines, len(b.lines), array, [], [(0, (), False)], np.zeros(0, dtype=np.int64), 0)
    return interpreted(program, np.zeros(0), [np.asarray(x)])[0]


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", BINARY)
def test_an_operation_beside_a_number_is_worth_what_the_table_says(name, number, left):
    b = Builder()
    x = b.make("input", (), (), 0)
    inputs = (b.number(number), x) if left else (x, b.number(number))
    found = b.apply(name, *inputs)
    over = b.apply(name, *((b.number(number), b.apply("divide", b.number(1.0), x)) if left else inputs))
    for at in (-2.5, -1.0, -0.25, 0.75, 1.0, 2.0, 3.5):
        for array, there in ((found, at), (over, 1.0 / at if left else at)):
            truth = TABLE[name].evaluate(*((number, there) if left else (there, number)))[0]
            own = value(b, array, at)
            assert own == pytest.approx(truth, rel=1e-15, nan_ok=True), (number, at)
            assert math.isnan(own) == math.isnan(truth)


def test_what_is_seen_never_to_be_below_0():
    b = Builder()
    x, y = (b.make("parameter", (), (3,), 3 * k) for k in range(2))
    matrix = b.make("parameter", (), (3, 3), 6)
    positive, size = b.apply("exp", x), b.apply("abs", y)
    never = [
        positive, size, b.number(2.0), b.apply("multiply", x, x), b.matmul(x, x), b.sum(positive, (0,), ()),
        b.apply("add", positive, size), b.apply("divide", positive, size), b.apply("maximum", positive, size),
        b.reshape(size, (1, 3)), b.gather(positive, np.array([2, 0])),
    ]  # fmt: skip
    may = [
        x, b.number(0.0), b.number(-1.0), b.apply("multiply", x, y), b.matmul(x, y), b.matmul(matrix, matrix),
        b.sum(x, (0,), ()), b.apply("add", positive, x), b.apply("divide", x, size), b.apply("maximum", x, y),
        b.apply("subtract", positive, size), b.apply("tanh", x), b.reshape(x, (1, 3)),
    ]  # fmt: skip
    assert [_is_never_below_0(array) for array in never] == [True] * len(never)
    assert [_is_never_below_0(array) for array in may] == [False] * len(may)
