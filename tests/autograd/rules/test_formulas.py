"""Formulas are read by one fold: each part once, operands first, whoever reads."""

import math
from typing import ClassVar

import pytest

from autograd import Value, explain
from autograd.rules.formulas import SIGNS, Syntax, evaluate, fold
from autograd.rules.operation import TABLE
from autograd.rules.symbols import apply, formulas, named, parameters, symbol

x, y = named("x"), named("y")


class Plain(Syntax):
    infix: ClassVar = {"add": (f" {SIGNS['add']} ", 1, 1, 2), "multiply": (f" {SIGNS['multiply']} ", 2, 2, 3)}
    minus = ("-", 2, 3)


def test_fold_reads_each_part_once_and_its_operands_first():
    read = []
    both = x * y
    fold(both + both * both, lambda part, operands: read.append(part))
    assert read == [x, y, both, both * both, both + both * both]


def test_a_syntax_writes_brackets_where_they_are_needed_and_nowhere_else():
    written = Plain().write
    assert written(x * y + y) == "x * y + y"
    assert written((x + y) * -(x * (y * x))) == "(x + y) * (-(x * (y * x)))"
    assert written(x + (y + x), 2) == "(x + (y + x))"
    assert written(apply("hypot", x + y, y)) == "hypot(x + y, y)"


@pytest.mark.parametrize("op", [op for op in TABLE.values() if not op.groups], ids=lambda op: op.name)
def test_a_formula_on_floats_is_what_the_rule_gives(op):
    numbers = [0.75, 0.5, 0.25][: op.arity]
    output, derivatives = formulas(op.name)
    known = dict(zip(parameters(op), numbers, strict=True))
    read = evaluate(output, known), tuple(evaluate(d, known) for d in derivatives)
    assert str(read) == str(op.evaluate(*numbers))  # nan as well


@pytest.mark.parametrize(
    ("made", "simple"),
    [
        (apply("power", x, symbol(1.0)), x),
        (apply("power", x, symbol(0.0)), symbol(1.0)),
        (apply("multiply", symbol(-1.0), x), -x),
        (apply("negative", -x), x),
        (apply("add", x, symbol(0.0)), x),
        (apply("divide", x, symbol(1.0)), x),
    ],
)
def test_functions_of_symbols_are_simplified_by_one_table(made, simple):
    assert made == simple


@pytest.mark.parametrize("exponent", [math.inf, -math.inf, math.nan])
def test_a_power_whose_exponent_is_no_number_of_factors_is_explained(exponent):
    base = Value(2.0, "a")
    assert "a^" in str(explain(base**exponent, base))
