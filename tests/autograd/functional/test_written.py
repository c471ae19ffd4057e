"""What differentiation writes: the graph of each gradient as text, so that no operation is recorded in vain."""

import pytest

import autograd as ag
from autograd import Group, Value
from autograd.recording.nodes import CONSTANT

X, Y, Z = Value(2.0, "x"), Value(3.0, "y"), Value(0.5, "z")
BOTH = Group([X, Y])


def written(node):
    if not isinstance(node, Value):
        return repr(node)
    if node.name:
        return node.name
    return repr(node.data) if node.op is CONSTANT else f"{node.op.name}({', '.join(map(written, node.parents))})"


@pytest.mark.parametrize(
    ("output", "one", "several"),
    [
        (X + Y, "1.0", "z"),
        (X - Y, "1.0", "z"),
        (X * Y, "y", "multiply(z, y)"),
        (X / Y, "divide(1.0, y)", "multiply(z, divide(1.0, y))"),
        (-X, "-1.0", "negative(z)"),
        (X * 3.0, "3.0", "multiply(z, 3.0)"),
        (X * 1.0, "1.0", "z"),
        (X + X, "2.0", "add(z, z)"),
        (X * X, "add(x, x)", "dot(z, z, x, x, 0.0)"),
        (
            X * X * X,
            "dot(1.0, x, x, multiply(x, x), x, x, 0.0)",
            "dot(z, multiply(z, x), multiply(z, x), multiply(x, x), x, x, 0.0)",
        ),
        (X + X + X, "3.0", "total(z, z, z)"),
        (X * Y + X, "add(1.0, y)", "dot(z, z, 1.0, y, 0.0)"),
        (X - X * Y, "dot(1.0, -1.0, 1.0, y, 0.0)", "dot(z, negative(z), 1.0, y, 0.0)"),
        (
            (X + Y) * (X - Y),
            "add(add(x, y), subtract(x, y))",
            "add(multiply(z, add(x, y)), multiply(z, subtract(x, y)))",
        ),
        (X**3.0, "multiply(3.0, power(x, 2.0))", "multiply(z, multiply(3.0, power(x, 2.0)))"),
        (X**2.0, "multiply(2.0, x)", "multiply(z, multiply(2.0, x))"),
        (X**1.0, "1.0", "z"),
        (ag.tanh(X), "subtract(1.0, multiply(out, out))", "multiply(z, subtract(1.0, multiply(out, out)))"),
        (ag.sigmoid(X), "multiply(out, subtract(1.0, out))", "multiply(z, multiply(out, subtract(1.0, out)))"),
        (ag.exp(X) * Y, "multiply(y, exp(x))", "multiply(multiply(z, y), exp(x))"),
        (ag.sqrt(X), "divide(0.5, out)", "multiply(z, divide(0.5, out))"),
        (ag.log(X), "divide(1.0, x)", "multiply(z, divide(1.0, x))"),
        (ag.relu(X), "where(greater(x, 0.0), 1.0, 0.0)", "multiply(z, where(greater(x, 0.0), 1.0, 0.0))"),
        (
            ag.maximum(X, Y),
            "where(greater_equal(x, y), 1.0, where(isnan(x), 1.0, 0.0))",
            "multiply(z, where(greater_equal(x, y), 1.0, where(isnan(x), 1.0, 0.0)))",
        ),
        (ag.where(X > 1.0, X * Y, Y), "y", "multiply(z, y)"),
        (ag.where(X > 5.0, X * Y, Y), "0.0", "0.0"),
        (ag.detach(X) * X, "detach(x)", "multiply(z, detach(x))"),
        (
            abs(X) * Y,
            "multiply(y, where(greater(x, 0.0), 1.0, where(less(x, 0.0), -1.0, 0.0)))",
            "multiply(multiply(z, y), where(greater(x, 0.0), 1.0, where(less(x, 0.0), -1.0, 0.0)))",
        ),
        (ag.dot([X, Y], [Z, 2.0]), "z", "multiply(z, z)"),
        (ag.dot([X, X], [Y, Z]), "add(y, z)", "dot(z, z, y, z, 0.0)"),
        (ag.dot([X, Y], [X, Y], X), "total(1.0, x, x)", "dot(z, z, z, 1.0, x, x, 0.0)"),
        (ag.total([X, Y, X]), "2.0", "add(z, z)"),
        (ag.total([X * Y, X]), "add(1.0, y)", "dot(z, z, 1.0, y, 0.0)"),
        (ag.largest([X, Y]), "0.0", "0.0"),
        (ag.largest([Y, X]), "0.0", "0.0"),
        (ag.take([X, Y], 0) * Y, "y", "multiply(z, y)"),
        (ag.checkpoint(lambda a: a * Y)(X), "y", "multiply(z, y)"),
        (Y * 2.0, "0.0", "0.0"),
        (ag.sin(X) + ag.sin(X), "add(cos(x), cos(x))", "dot(z, z, cos(x), cos(x), 0.0)"),
        (-(X * -1.0), "1.0", "negative(negative(z))"),
        (X * -1.0, "-1.0", "negative(z)"),
        (
            ag.hypot(X, 0.0),
            "divide(x, where(equal(out, 0.0), inf, out))",
            "multiply(z, divide(x, where(equal(out, 0.0), inf, out)))",
        ),
        (
            ag.dot([X, Y], [2.0, 3.0]) * ag.dot([X, Y], [4.0, 5.0]),
            "dot(dot(x, y, 2.0, 3.0, 0.0), dot(x, y, 4.0, 5.0, 0.0), 4.0, 2.0, 0.0)",
            "dot(multiply(z, dot(x, y, 2.0, 3.0, 0.0)), multiply(z, dot(x, y, 4.0, 5.0, 0.0)), 4.0, 2.0, 0.0)",
        ),
    ],
)
def test_a_gradient_records_what_it_needs_and_no_more(output, one, several):
    output.name = "out"
    assert [written(ag.gradients(output, [X], gradient)[0]) for gradient in (1.0, Z)] == [one, several]


def test_groups_that_are_shared_are_gone_through_once():
    def found(output, gradient=1.0):
        return [written(x) for x in ag.gradients(output, [X, Y], gradient)]

    assert found(ag.total(BOTH) + ag.total(BOTH)) == ["2.0", "2.0"]
    weighted = ag.dot(BOTH, [Z, 4.0]) + ag.dot(BOTH, [5.0, Z])
    assert found(weighted) == ["add(5.0, z)", "add(z, 4.0)"]
    assert found(weighted, 2.0) == ["dot(2.0, 2.0, 5.0, z, 0.0)", "dot(2.0, 2.0, z, 4.0, 0.0)"]
    assert found(weighted, Z) == ["dot(z, z, 5.0, z, 0.0)", "dot(z, z, z, 4.0, 0.0)"]
    first = "dot(largest(x, y), total(x, y), 1.0, 0.0, 0.0)"  # x is not the largest
    assert found(ag.largest(BOTH) * ag.total(BOTH)) == [first, first.replace("1.0, 0.0", "1.0, 1.0")]


def test_recorded_derivatives_are_floats_and_what_is_no_value_is_refused():
    assert ag.gradients(ag.tanh(X) * Y, [X, Y], recorded=True) == [3.0 * ag.tanh(X).local_derivatives[0], ag.tanh(2.0)]
    with pytest.raises(TypeError, match="with respect to Values, and a float is none"):
        ag.gradients(X * Y, [X, 1.0])
    with pytest.raises(TypeError, match="with respect to Values, and a float is none"):
        ag.gradients(1.0, [X])
    with pytest.raises(TypeError, match=r"a list of inputs: gradients\(output, \[Value"):
        ag.gradients(X * Y, X)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda x: x * Y, 5.0),
        (lambda x: ag.dot([x], [Y]), 5.0),
        (lambda x: ag.dot([x], [0.0]), 5.0),  # the output stays 0, and the derivative of the weight moves
        (lambda x: ag.total([x, Y]), 5.0),
    ],
)
def test_what_was_changed_since_is_refused(make, change):
    x = Value(1.0, "x")
    output = make(x)
    ag.gradients(output, [x])
    x.data = change
    with pytest.raises(RuntimeError, match="inputs have been changed since"):
        ag.gradients(output, [x])
