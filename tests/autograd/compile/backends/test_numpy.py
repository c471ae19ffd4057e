"""What NumPy makes of a Value: its numbers mix with it, its functions record the table's operations, or refuse."""

import operator

import numpy as np
import pytest

from autograd import Value, clip, compile, sign, total, where  # noqa: A004
from autograd.compile import compile_forward
from autograd.recording.conditions import Condition

SCALARS = [np.float64(2.0), np.float32(2.0), np.float16(2.0), np.int64(2), np.uint8(2), np.bool_(True)]
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
ORDER = [operator.lt, operator.le, operator.gt, operator.ge]
JUMPING = [operator.floordiv, operator.mod, divmod]
FUNCTIONS = {f.__name__: f for f in vars(np).values() if isinstance(f, np.ufunc)}
BY_IDENTITY = {"equal", "not_equal"}
OF_THE_TABLE = {
    *("absolute", "add", "cos", "divide", "exp", "expm1", "log", "log1p", "maximum", "minimum", "multiply", "negative"),
    *("positive", "power", "reciprocal", "sin", "sqrt", "square", "subtract", "tanh"),
    *("cosh", "hypot", "log10", "log2", "sinh", "tan"),
}


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("combine", ARITHMETIC, ids=lambda f: f.__name__)
def test_a_number_of_numpys_counts_as_the_float_it_is_on_either_side(combine, scalar):
    for sides in (lambda v, x: (v, x), lambda v, x: (x, v)):
        v, twin = Value(0.7), Value(0.7)
        out, expected = combine(*sides(v, scalar)), combine(*sides(twin, float(scalar)))
        out.backward()
        expected.backward()
        assert type(out) is Value
        assert (out.data, v.grad) == (expected.data, twin.grad)


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("compare", ORDER, ids=lambda f: f.__name__)
def test_and_in_comparisons(compare, scalar):
    for x in (1.0, 2.0, 3.0):
        v = Value(x)
        for condition, expected in ((compare(v, scalar), compare(x, scalar)), (compare(scalar, v), compare(scalar, x))):
            assert type(condition) is Condition
            assert bool(condition) == expected
            assert where(condition, v, 0.0).data == (x if expected else 0.0)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_of_numpys_is_right_or_refuses(name):
    function = FUNCTIONS[name]
    places = (0.3, 0.7)[: function.nin]
    leaves = [Value(x) for x in places]
    try:
        out = function(*leaves)
    except (TypeError, AttributeError, ValueError):  # no such method, a Value is no plain number, no array
        assert name not in OF_THE_TABLE
        return
    if name in BY_IDENTITY:
        assert out == (name == "not_equal")
        return
    assert isinstance(out, Value) or name not in OF_THE_TABLE
    if isinstance(out, Value):
        out.backward()
        out = out.data
    assert out == pytest.approx(function(*places), rel=1e-15)
    for i, leaf in enumerate(leaves):
        high, low = (function(*places[:i], places[i] + h, *places[i + 1 :]) for h in (1e-5, -1e-5))
        assert leaf.grad == pytest.approx((float(high) - float(low)) / 2e-5, rel=1e-8)


def test_arrays_of_values_are_computed_with_element_by_element():
    weights, rows = np.array([Value(0.5), Value(-2.0)]), np.array([[1.0, 2.0], [3.0, 4.0]])
    loss = np.sum(np.tanh(rows @ weights)) + np.mean(weights * 3.0) + np.dot(weights, weights)
    loss.backward()
    a = np.tanh(rows @ [0.5, -2.0])
    assert loss.data == pytest.approx(a.sum() + 3.0 * -0.75 + 4.25, rel=1e-15)
    expected = (1.0 - a * a) @ rows + 1.5 + 2.0 * np.array([0.5, -2.0])
    assert [w.grad for w in weights] == pytest.approx(list(expected), rel=1e-14)


def test_numpys_functions_in_a_compiled_function():
    v = Value(2.0)
    step = compile(lambda x: total([np.exp(w * np.float64(0.5)) * v for w in x]) + np.sqrt(v) + np.sum([v, v]), [v])
    assert step([1.0, 2.0]) == pytest.approx(2.0 * np.exp([0.5, 1.0]).sum() + np.sqrt(2.0) + 4.0, rel=1e-15)
    assert v.grad == pytest.approx(np.exp([0.5, 1.0]).sum() + 0.5 / np.sqrt(2.0) + 2.0, rel=1e-15)


@pytest.mark.parametrize(
    "looking",
    [
        lambda x: np.maximum(x[0], 0.5),
        lambda x: np.less(x[0], 0.5) * x[1],
        lambda x: np.sign(x[0]) * x[1],
        lambda x: np.equal(x[0], 0.5) * x[1],
        lambda x: np.max(x),
        lambda x: np.clip(x[0], 0.0, 1.0),
    ],
)
def test_those_that_look_at_numbers_are_refused_there(looking):
    with pytest.raises(TypeError, match=r"test_numpy\.py:\d+.*: the program cannot (branch|compare).*where"):
        compile(looking, [])([1.0, 2.0])


@pytest.mark.parametrize("combine", [*ARITHMETIC, *ORDER, operator.iadd, operator.imul], ids=lambda f: f.__name__)
def test_an_array_and_a_value_do_not_make_an_array_of_objects(combine):
    for array in (np.ones(2), np.array(1.0), np.ones((2, 2), dtype=int)):
        for sides in ((array, Value(1.0)), (Value(1.0), array)):
            with pytest.raises(TypeError, match="a Value is one number: make one Value per element"):
                combine(*sides)


@pytest.mark.parametrize("combine", JUMPING, ids=lambda f: f.__name__)
def test_what_jumps_is_refused_with_the_way_out(combine):
    for sides in ((Value(7.0), 2), (7, Value(2.0)), (Value(7.0), Value(2.0)), (np.float64(7), Value(2.0))):
        with pytest.raises(TypeError, match=r"divide with /, or use \.data"):
            combine(*sides)


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_a_zero_keeps_its_sign_through_sign_and_clip_as_recorded(backend):
    if backend != "numpy":
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    rows = [
        [-0.0, 0.0, 1.0],
        [0.0, -0.0, 1.0],
        [-0.0, -1.0, 0.0],
        [0.0, -1.0, -0.0],
        [-2.0, -0.0, 1.0],
        [2.0, -1.0, -0.0],
    ]

    for function in (lambda row: clip(*row), lambda row: sign(row[0])):
        found = compile_forward(lambda rows, function=function: [function(row) for row in rows], [], backend)(rows)
        assert repr(found.tolist()) == repr([function([Value(x) for x in row]).data for row in rows])
