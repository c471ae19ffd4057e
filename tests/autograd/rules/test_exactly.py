"""What an operation is, and how symbols are simplified and written, as exact data."""

import math

import pytest

import autograd as ag
from autograd import Value
from autograd.recording.nodes import CONSTANT
from autograd.rules import source
from autograd.rules.identifiers import apart, comment
from autograd.rules.operation import Operation
from autograd.rules.symbols import FUNCTIONS, SYMBOLS, Symbol, apply, functions_in, label, named, parameters, symbol

X, Y, ONE, ZERO = named("x"), named("y"), symbol(1.0), symbol(0.0)


@pytest.mark.parametrize(
    ("made", "simple"),
    [
        (X + 0.0, X), (0.0 + X, X), (X + 1.0, "add(x, number(1.0))"), (symbol(2.0) + 3.0, "number(5.0)"),
        (X - 0.0, X), (0.0 - X, "negative(x)"), (symbol(2.0) - 3.0, "number(-1.0)"), (X - Y, "subtract(x, y)"),
        (X * 1.0, X), (1.0 * X, X), (X * -1.0, "negative(x)"), (-1.0 * X, "negative(x)"), (X * Y, "multiply(x, y)"),
        (symbol(2.0) * 3.0, "number(6.0)"), (X * 0.0, "multiply(x, number(0.0))"),
        (X / 1.0, X), (1.0 / X, "divide(number(1.0), x)"),
        (symbol(1.0) / 2.0, "divide(number(1.0), number(2.0))"),
        (-symbol(2.0), "number(-2.0)"), (apply("negative", -X), X), (-X, "negative(x)"),
        (apply("power", X, ZERO), "number(1.0)"), (apply("power", X, ONE), X),
        (apply("power", ZERO, X), "power(number(0.0), x)"),
        (X < 1.0, "less(x, number(1.0))"), (X <= Y, "less_equal(x, y)"), (X > Y, "greater(x, y)"),
        (X >= Y, "greater_equal(x, y)"), (SYMBOLS.tanh(X), "tanh(x)"),
        (FUNCTIONS.where(X, 1.0, Y), "where(x, number(1.0), y)"),
    ],
)  # fmt: skip
def test_sums_and_products_simplify_as_they_are_made(made, simple):
    def text(x):
        if x.operands:
            return f"{x.function}({', '.join(map(text, x.operands))})"
        return x.inputs[0] if x.function == "name" else f"number({x.number!r})"

    assert text(made) == (simple if isinstance(simple, str) else text(simple))


def test_symbols_are_equal_if_they_say_the_same():
    assert (named("x") + Y == X + Y, X + Y == Y + X, X == "x") == (True, False, False)
    assert (symbol(-0.0) == ZERO, symbol(1) == ONE) == (False, True)
    assert (X * Y).replace({X: Y}) == Y * Y
    assert (X * Y).replace({X * Y: X}) == X
    assert (X.operands, ONE.operands, X.number, ONE.number) == ((), (), None, 1.0)
    assert functions_in(SYMBOLS.tanh(X) * Y + 1.0) == {"tanh", "multiply", "add"}
    assert functions_in(X) == set()
    with pytest.raises(TypeError, match="only identifiers become source code"):
        label("x").name
    with pytest.raises(AttributeError, match="SymbolMaths has no function 'nothing'"):
        SYMBOLS.nothing(X)
    with pytest.raises(TypeError, match="is text: no text becomes source code"):
        symbol("x")


@pytest.mark.parametrize(
    ("text", "taken", "name"),
    [
        ("x", (), "x"), ("x", ("x",), "x_1"), ("x", ("x", "x_1"), "x_2"), ("x_7", ("x_7",), "x_1"),
        ("2x", (), "argument"),
        ("if", (), "argument"), ("__x", (), "argument"), ("ﬁ", (), "fi"), ("a" * 80, (), "a" * 80),
        ("a" * 81, (), "argument"), ("a b", ("argument",), "argument_1"),
    ],
)  # fmt: skip
def test_names_are_kept_apart(text, taken, name):
    assert apart(text, taken) == name
    assert apart(text, lambda x: x in taken) == name


def test_words_that_no_number_parts_get_another():
    assert apart("old", lambda x: x.startswith("old"), "new") == "new_1"
    assert comment("a*/\né") == "a* /??"
    with pytest.raises(StopIteration):
        apart("x", lambda _: True)


def rule_of_many(maths, x, t1, tanh, output, x_1=2.0):
    """Many names."""
    return x * t1 * tanh * output * x_1, (1.0,) * 5


def test_names_of_inputs_are_apart_from_those_of_a_source():
    assert parameters(Operation("many", rule_of_many, symbol="m")) == ("x", "t1_1", "tanh_1", "output_1", "x_1")


@pytest.mark.parametrize(
    ("inputs", "named_inputs", "said"),
    [
        ((1.0,), {}, "many takes 4 to 5 inputs, not 1"),
        ((1.0,) * 6, {}, "many takes 4 to 5 inputs, not 6"),
        ((1.0,), {"t1": 1.0}, "many(x, t1, tanh, output, x_1) was given no tanh"),
        ((1.0,) * 4, {"x": 1.0}, "many(x, t1, tanh, output, x_1): x was given twice"),
        ((1.0,) * 4, {"z": 1.0}, "many(x, t1, tanh, output, x_1): z is not among its inputs"),
    ],
)
def test_inputs_that_are_too_few_or_too_many_are_counted(inputs, named_inputs, said):
    many = Operation("many", rule_of_many, symbol="m")
    with pytest.raises(TypeError) as refused:
        many(*inputs, **named_inputs)
    assert str(refused.value) == said
    assert (many(1.0, 2.0, 3.0, 4.0), many(1.0, 2.0, output=4.0, tanh=3.0), many(1.0, 2.0, 3.0, 4.0, 5.0)) == (
        48,
        48,
        120,
    )
    assert repr(many) == "<operation many(x, t1, tanh, output, x_1=2.0)>"
    with pytest.raises(TypeError, match="tanh takes 1 input, not 2"):
        ag.tanh(1.0, 2.0)
    with pytest.raises(ValueError, match="dot pairs each weight with an input, but got 2 weights and 1 inputs"):
        ag.dot([1.0, 2.0], [1.0])


def test_attributes_of_operations():
    table = {op.name: (op.glyph, op.role, op.arity, op.is_wide, op.is_inlined, op.methods, op.is_ours)
             for op in (ag.tanh, ag.dot, ag.total, ag.detach, ag.where, ag.abs, ag.clip, ag.maximum)}  # fmt: skip
    assert table == {
        "tanh": ("tanh", "unary", 1, False, True, ["tanh"], True),
        "dot": ("w · x", "dot", 3, True, False, [], True),
        "total": ("Σ", "total", 1, True, False, [], True),
        "detach": ("detach", "unary", 1, True, False, ["detach"], True),
        "where": ("where", "", 3, True, False, [], True),
        "abs": ("abs", "unary", 1, False, True, ["__abs__", "abs"], True),
        "clip": ("clip", "", 3, True, False, ["clip"], True),
        "maximum": ("max", "", 2, False, True, ["maximum"], True),
    }
    row = Operation("own", lambda maths, x: (x, (1.0,)), symbol="o")
    assert (row.is_ours, row.kind, row.defaults, row.at_edges, row.smooth_on, row.kink) == (
        False,
        None,
        (),
        {},
        (),
        None,
    )
    with pytest.raises(AttributeError, match="an operation has no attribute 'nothing'"):
        ag.tanh.nothing


def test_a_derivative_on_demand_is_asked_for_only_where_it_is_needed():
    asked = []

    def rule(maths, x, y):
        return x * y, (lambda: asked.append("x") or y, lambda: asked.append("y") or x)

    row = Operation("lazy", rule, symbol="l")
    assert row.evaluate(2.0, 3.0) == (6.0, (3.0, 2.0))
    assert row.evaluate(2.0, 3.0, constant=(True, False)) == (6.0, (0.0, 2.0))
    assert asked == ["x", "y", "y"]
    node = row(Value(2.0), 3.0)
    assert (node.local_derivatives, asked[3:]) == ((3.0, 0.0), ["x"])
    assert node.parents[1].op is CONSTANT


def test_a_source_is_written_within_its_line():
    assert (
        source._indented(["x" * 112, "x" * 113], 8)
        == " " * 8 + "x" * 112 + "\n" + " " * 8 + "x" * 113 + "  # fmt: skip"
    )
    assert [source.listed(names) for names in (["a"], ["a", "b"])] == ["a,", "a, b"]
    writer = source.Writer([(X * Y) * (X * Y)])
    assert (writer.write((X * Y) * (X * Y)), writer.lines) == ("t0 * t0", ["t0 = x * y"])
    assert source.Writer([]).write(symbol(-math.inf)) == 'float("-inf")'
    assert source.Writer([]).write(Symbol("isnan", (X,))) == "x != x"
    assert source.Writer([]).write(Symbol("where", (X, Y, ONE))) == "y if x else 1.0"
