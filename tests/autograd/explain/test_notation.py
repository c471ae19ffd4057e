"""How nodes, numbers and names are written, as exact data: one row for each way of telling."""

import pytest

import autograd as ag
from autograd import Value, detect_anomaly
from autograd.explain.naming import short_names
from autograd.explain.notation import Words

X, Y, W = Value(2.0, "x"), Value(-3.0, "y"), Value(0.5, "w⁽¹⁾")


def words_of(node):
    nodes = ag.topological_order(node)
    return Words(nodes, [x.data for x in nodes]), len(nodes) - 1


@pytest.mark.parametrize(
    ("node", "computation", "derivatives"),
    [
        (X + Y, "x + y = 2 + (−3) = −1", ["1", "1"]),
        (X - Y, "x − y = 2 − (−3) = 5", ["1", "(−1)"]),
        (X * Y, "x × y = 2 × (−3) = −6", ["y", "x"]),
        (X / Y, "x ÷ y = 2 ÷ (−3) = −0.6667", ["(1 / y)", "((−L) / y)"]),
        (-Y, "−y = −(−3) = 3", ["(−1)"]),
        (-X, "−x = −2", ["(−1)"]),
        (abs(Y), "abs(y) = abs(−3) = 3", ["(−1) [y ≤ 0, y < 0]"]),
        (X**2, "x² = 2² = 4", ["2·x", "L·log(x)"]),
        (Y**2, "y² = (−3)² = 9", ["2·y", "L·log(y)"]),
        (X**-1, "x^(−1) = 2^(−1) = 0.5", ["(−x⁻²)", "L·log(x)"]),
        (Y**-1, "y^(−1) = (−3)^(−1) = −0.3333", ["(−y⁻²)", "L·log(y)"]),
        (X**2.5, "x^2.5 = 2^2.5 = 5.657", ["2.5·x^1.5", "L·log(x)"]),
        (X**Y, "x^y = 2^(−3) = 0.125", ["y·x^(y − 1)", "L·log(x)"]),
        (W**2, "(w⁽¹⁾)² = 0.5² = 0.25", ["2·w⁽¹⁾", "L·log(w⁽¹⁾)"]),
        (W * W, "w⁽¹⁾ × w⁽¹⁾ = 0.5 × 0.5 = 0.25", ["w⁽¹⁾", "w⁽¹⁾"]),
        (Y * Y, "y × y = −3 × (−3) = 9", ["y", "y"]),
        (X**10, "x¹⁰ = 2¹⁰ = 1024", ["10·x⁹", "L·log(x)"]),
        (X * 3.0, "x × 3 = 2 × 3 = 6", ["3", "x"]),
        (3.0 * X, "3 × x = 3 × 2 = 6", ["x", "3"]),
        (X - (-1.0), "x − (−1) = 2 − (−1) = 3", ["1", "(−1)"]),
        (4.0 / X, "4 ÷ x = 4 ÷ 2 = 2", ["(1 / x)", "((−L) / x)"]),
        (2.0**X, "2^x = 2² = 4", ["x·2^(x − 1)", "L·log(2)"]),
        (ag.tanh(Y), "tanh(y) = tanh(−3) = −0.9951", ["(1 − L²)"]),
        (ag.sigmoid(X), "σ(x) = σ(2) = 0.8808", ["L·(1 − L)"]),
        (ag.exp(Y), "exp(y) = exp(−3) = 0.04979", ["L"]),
        (ag.sqrt(X), "sqrt(x) = sqrt(2) = 1.414", ["(0.5 / L)"]),
        (ag.log(X), "log(x) = log(2) = 0.6931", ["(1 / x)"]),
        (ag.softplus(X), "softplus(x) = softplus(2) = 2.127", ["σ(x)"]),
        (ag.silu(X), "SiLU(x) = SiLU(2) = 1.762", ["(σ(x) + L·(1 − σ(x)))"]),
        (ag.gelu(X), "GELU(x) = GELU(2) = 1.954", ["GELU′(x)"]),
        (ag.leaky_relu(Y), "leaky ReLU(y, 0.01) = leaky ReLU(−3, 0.01) = −0.03", ["0.01 [y ≤ 0]", "y [y ≤ 0]"]),
        (ag.relu(X), "ReLU(x) = ReLU(2) = 2", ["1 [x > 0]"]),
        (ag.erf(X), "erf(x) = erf(2) = 0.9953", ["1.128·exp(−x²)"]),
        (ag.log2(X), "log2(x) = log2(2) = 1", ["(1 / (x·0.6931))"]),
        (ag.detach(X), "detach(x) = detach(2) = 2", ["0"]),
        (ag.hypot(X, Y), "hypot(x, y) = hypot(2, −3) = 3.606", ["(x / L)", "(y / L)"]),
        (ag.maximum(X, Y), "max(x, y) = max(2, −3) = 2", ["1 [x ≥ y]", "0 [x ≥ y]"]),
        (ag.maximum(Y, X), "max(y, x) = max(−3, 2) = 2", ["0 [y < x]", "1 [y < x]"]),
        (ag.minimum(X, Y), "min(x, y) = min(2, −3) = −3", ["0 [x > y]", "1 [x > y]"]),
        (ag.where(X > 0.0, X, Y), "where(v₁, x, y) = where(1, 2, −3) = 2", ["0", "1", "0"]),
        (
            ag.clip(X, 0.0, 1.0),
            "clip(x, 0, 1) = clip(2, 0, 1) = 1",
            ["0 [max(x, 0) > 1]", "0 [max(x, 0) > 1]", "1 [max(x, 0) > 1]"],
        ),
        (
            ag.clip(W, 0.0, 1.0),
            "clip(w⁽¹⁾, 0, 1) = clip(0.5, 0, 1) = 0.5",
            ["1 [max(w⁽¹⁾, 0) ≤ 1, w⁽¹⁾ ≥ 0]", "0 [max(w⁽¹⁾, 0) ≤ 1, w⁽¹⁾ ≥ 0]", "0 [max(w⁽¹⁾, 0) ≤ 1]"],
        ),
        (ag.greater(X, Y), "x > y = 2 > (−3) = 1", ["0", "0"]),
        (ag.equal(X, 2.0), "x = 2 = 2 = 2 = 1", ["0", "0"]),
        (ag.dot([X, Y], [W, 3.0]), "x·w⁽¹⁾ + y·3 = (2)(0.5) + (−3)(3) = −8", ["w⁽¹⁾", "3", "x", "y", "1"]),
        (
            ag.dot([X, Y], [W, -3.0], 1.0),
            "x·w⁽¹⁾ + y·(−3) + 1 = (2)(0.5) + (−3)(−3) + 1 = 11",
            ["w⁽¹⁾", "(−3)", "x", "y", "1"],
        ),
        (ag.dot([X], [2.0], Value(0.0, "b")), "x·x₁ + b = (2)(2) + 0 = 4", ["x₁", "x", "1"]),
        (ag.dot([], [], X), "x = 2", ["1"]),
        (
            ag.dot([X] * 9, [Y] * 9),
            "x·y + x·y + x·y + … + x·y + x·y = (2)(−3) + (2)(−3) + (2)(−3) + … + (2)(−3) + (2)(−3) = −54",
            ["y", "y", "y", "y", "y", "y", "y", "y", "y", "x", "x", "x", "x", "x", "x", "x", "x", "x", "1"],
        ),
        (ag.total([X, Y, W]), "x + y + w⁽¹⁾ = 2 + (−3) + 0.5 = −0.5", ["1", "1", "1"]),
        (
            ag.total([X] * 8),
            "x + x + x + x + x + x + x + x = 2 + 2 + 2 + 2 + 2 + 2 + 2 + 2 = 16",
            ["1", "1", "1", "1", "1", "1", "1", "1"],
        ),
        (
            ag.total([Y] * 9),
            "y + y + y + … + y + y = −3 + (−3) + (−3) + … + (−3) + (−3) = −27",
            ["1", "1", "1", "1", "1", "1", "1", "1", "1"],
        ),
        (ag.largest([X, Y, W]), "max(x, y, w⁽¹⁾) = max(2, −3, 0.5) = 2", ["1", "0", "0"]),
        (
            ag.largest([X] * 9),
            "max(x, x, x, …, x, x) = max(2, 2, 2, …, 2, 2) = 2",
            ["1", "0", "0", "0", "0", "0", "0", "0", "0"],
        ),
        (ag.take([X, Y], 1), "take(y) = take(−3) = −3", ["1"]),
        (ag.checkpoint(lambda a: a * a)(X), "checkpoint <lambda>(x) = checkpoint <lambda>(2) = 4", ["4"]),
    ],
)
def test_an_operation_is_told_in_symbols_and_numbers_with_its_derivatives(node, computation, derivatives):
    words, last = words_of(node)
    assert words.computation(last) == f"L = {computation}"
    assert [words.derivative(last, slot) for slot in range(len(node.parents))] == derivatives


def test_a_long_derivative_is_called_by_its_function_and_names_count_with_their_length():
    long = Value(2.0, "n" * 24)
    words, last = words_of(ag.silu(long))
    assert words.derivative(last, 0) == f"(σ({'n' * 24}) + L·(1 − σ({'n' * 24})))"
    words, last = words_of(ag.gelu(long))
    assert words.derivative(last, 0) == f"GELU′({'n' * 24})"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("a", "a"), ("a1", "a₁"), ("a12b", "a12b"), ("ab1", "ab1"), ("ä3", "ä₃"), ("1", "1"), ("_1", "_1"),
        ("é", "é"), ("x\n", "x\\n"), ("a" + "1" * 23, "a" + "₁" * 23), ("a" + "1" * 24, "a" + "1" * 22 + "…"),
        ("ab.other", "other"), ("b" * 48 + "c", "b" * 23 + "…"),
    ],
)  # fmt: skip
def test_a_name_is_shown_as_one_short_line(name, short):
    assert short_names([Value(1.0, name), Value(2.0, "end")]) == [short, "end"]


def test_nodes_without_a_name_are_numbered_by_what_they_are():
    z = ag.dot([Value(1.0), Value(2.0)], [Value(3.0), 4.0], Value(1.0)) * 2.0
    assert short_names(ag.topological_order(z)) == ["v₁", "v₂", "x₁", "x₂", "v₃", "v₄", "2", "L"]
    named = ag.dot([Value(1.0), 5.0], [Value(3.0, "in"), Value(2.0)])
    assert short_names(ag.topological_order(named)) == ["v₁", "5", "in", "v₂", "0", "L"]  # one has a name, so none is x
    shared = Value(5.0)
    twice = ag.dot([1.0, 2.0], [shared, Value(6.0)]) + ag.dot([1.0, 2.0], [Value(7.0), shared])
    assert short_names(ag.topological_order(twice)).count("x₁") == 0
    assert [n for n in short_names(ag.topological_order(twice)) if n[0] == "x"] == ["x₁[1]", "x₂", "x₁[2]"]
    same = [Value(1.0, "z"), Value(1.0, "z[1]"), Value(1.0, "z"), Value(1.0, "z"), Value(0.0, "end")]
    assert short_names(same) == ["z[2]", "z[1]", "z[3]", "z[4]", "end"]


def test_a_value_shows_its_number_its_name_and_its_gradient():
    x = Value(2.0)
    assert repr(x) == "Value(2.0)"
    x.grad = 0.0
    assert repr(x) == "Value(2.0, grad=0.0)"
    x.name, x.grad = "weights.0", 1.5
    assert repr(x) == "Value(2.0, name='weights.0', grad=1.5)"
    with detect_anomaly():
        assert repr(x) == "Value(2.0, name='weights.0', grad=1.5)"
