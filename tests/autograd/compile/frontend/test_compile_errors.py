"""What `compile` refuses, and in which words: the user's own line, name and number, and the way out."""

import copy
import math
import pickle
import random
import threading
import warnings
from functools import partial

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, compile, dot, gradients, take, total, where  # noqa: A004


def one_weight():
    return Value(1.0, name="w")


def reads(w):
    return lambda x: w * round(x.data)


def branches(w):
    return lambda x: w if x > 0.0 else -w


REFUSED = [
    (reads, (1.0,), TypeError, r"test_compile_errors.py:\d+: \.data of x was read while `compile` traces"),
    (branches, (1.0,), TypeError, r"test_compile_errors.py:\d+: .*on \(x > 0\.0\).*where\(condition"),
    (lambda w: lambda x: w if x else -w, (1.0,), TypeError, "branch on whether x is 0"),
    (lambda w: lambda x: w * sorted(x)[0], ([1.0, 2.0],), TypeError, r"branch on \(x\[1\] < x\[0\]\)"),
    (lambda w: lambda x: w * float(x), (1.0,), TypeError, r"the number of x was read.*detach\(value\)"),
    (lambda w: lambda x: w * math.exp(x), (1.0,), TypeError, "the number of x was read"),
    (lambda w: lambda x: [w, w][x], (1,), TypeError, r"take\(values, index\)"),
    (lambda w: lambda x: w * len(f"{x:.1f}"), (1,), TypeError, "the number of x was read"),
    (lambda w: lambda x: copy.deepcopy(w) * x, (1,), TypeError, "the number of w was read"),
    (lambda w: lambda x: (w * x).local_derivatives[0], (1,), TypeError, "local_derivatives of a Value was read"),
    (lambda w: lambda x: (w * x).backward(), (1,), TypeError, r"backward\(\) of a Value is called"),
    (lambda w: lambda x: setattr(w, "data", 2.0), (1,), TypeError, r"\.data of w is changed while"),
    (lambda w: lambda x: setattr(w, "grad", 0.0), (1,), TypeError, r"\.grad of w is changed while"),
    (lambda w: lambda x: w.clear_grad(), (1,), TypeError, r"\.grad of w is changed while"),
    (lambda w: lambda x: w * w.grad, (1,), TypeError, r"\.grad of w was read while"),
    (lambda w: lambda x: None, (1.0,), TypeError, "forgot to return"),
    (lambda w: lambda x: [w * a for a in x], ([1.0],), TypeError, "one Value, the loss, not list: sum it"),
    (lambda w: lambda x: (w, w), ([1.0],), TypeError, "one Value, the loss, not tuple: return the loss alone"),
    (lambda w: lambda x: 3.0, ([1.0],), TypeError, "not float: it must be computed"),
    (lambda w: lambda x: w > 0.0, ([1.0],), TypeError, r"not Condition: where\(condition"),
    (
        lambda w: lambda x: w * total(x[0]),
        ([[1.0], [1.0, 2.0]],),
        ValueError,
        r"1 number in x\[0\], but 2 numbers in x\[1\]",
    ),
    (lambda w: lambda x: w, (([[1.0, 2.0]], [[1.0]]),), ValueError, r"1 × 2 numbers in x\[0\].*arguments of their own"),
    (lambda w: lambda x: w, ({"a": 1.0},), TypeError, "x is a dict.*arguments of their own"),
    (lambda w: lambda x: w, ({1.0, 2.0},), TypeError, "x is a set.*pass a list"),
    (lambda w: lambda x: w, (Value(1.0),), TypeError, "x is Value.*pass its .data"),
    (lambda w: lambda x: w, ([1j],), TypeError, r"x\[0\] is 1j"),
    (lambda w: lambda x: w * x[0], (["a"],), TypeError, r"x\[0\] is 'a'"),
    (lambda w: lambda x: w * x, ("12",), TypeError, "float"),
    (lambda w: lambda x: w * x, (1.0, 2.0), TypeError, r"takes 1 argument \(x\), not 2"),
    (lambda w: lambda x, y: w * x, (1.0,), TypeError, r"takes 2 arguments \(x, y\), not 1"),
    (lambda w: lambda x: gradients(take([w, w], x) * w, [w])[0], (1,), TypeError, "no derivative goes through take"),
    (lambda w: lambda x: w * take([w, w], x), (0.5,), TypeError, "x is 0.5, .* a whole number"),
    (lambda w: lambda x: w * take([w, w], x), (2,), IndexError, "x is 2, .* the last 1"),
    (lambda w: lambda x: w * take([w, w], x), (-1,), IndexError, "x is -1, .* the first is 0"),
    (lambda w: lambda x: {"loss": w * x}, (1.0,), TypeError, "one Value, the loss, not dict: return the loss alone"),
    (lambda w: lambda x: w, ([(a for a in [1.0])],), TypeError, r"x\[0\] is a generator.*pass list"),
    (lambda w: lambda x: w, ([[10**400]],), OverflowError, r"x\[0\]\[0\] is too large: .* beyond the largest float"),
    (lambda w: lambda x: w, (np.ma.array([1.0, 2.0], mask=[0, 1]),), TypeError, r"masked array.*x\.filled\(0\.0\)"),
]


def test_an_argument_given_twice_is_named():
    w = one_weight()
    with pytest.raises(TypeError, match="given x twice"):
        compile(lambda x, y: w * x * y, [w])(1.0, x=2.0)


@pytest.mark.parametrize("kind", [np.asmatrix, np.asfortranarray, lambda x: x.astype(object), lambda x: x[::-1, ::-1]])
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_arrays_of_every_kind_are_their_numbers(kind):
    w, x = one_weight(), np.array([[1.0, 2.0], [3.0, 4.0]])
    given = kind(x)
    truth = sum(k * v for k, v in enumerate(np.asarray(given, dtype=float).ravel()))
    assert compile(lambda x: w * sum(k * v for k, v in enumerate([*x[0], *x[1]])), [w])(given) == truth


COMPARISONS = {
    "with a number": lambda x: x[0] == 1,
    "reflected": lambda x: x[0] if 1.0 == x[0] else x[1],  # noqa: SIM300
    "unequal": lambda x: x[0] != x[1],
    "with one of NumPy's": lambda x: np.float64(1.0) == x[0],
    "in": lambda x: 0.0 in x,
    "in, of itself": lambda x: x[1] in x,
    "index": lambda x: x.index(2.0),
    "count": lambda x: x.count(2.0),
    "lists": lambda x: x == [1.0, 2.0],
    "arrays": lambda x: np.array(x) == 1.0,
}


@pytest.mark.parametrize("asks", COMPARISONS.values(), ids=COMPARISONS)
def test_equality_is_refused_where_it_would_silently_be_false(asks):
    w = one_weight()
    with pytest.raises(TypeError, match=r"test_compile_errors.py:\d+: .*cannot compare \(x\[\d\] == .*equal\(a, b\)"):
        compile(lambda x: w if asks(x) else -w, [w])([1.0, 2.0])


def test_what_equality_can_answer_it_answers():
    w, x = one_weight(), Value(1.0)
    step = compile(lambda v: w * v[0] * ((v[0] == v[0]) + (v[0] in v) + (v[0] != None) + {v[1]: 1}[v[1]]), [w])  # noqa: E711
    assert step([1.0, 2.0]) == 4.0
    assert x == x
    assert x not in [Value(1.0)]  # outside a trace it is identity
    with pytest.raises(TypeError, match="a Value is equal only to itself"):
        assert x != 1.0
    same = compile(lambda v: where(ag.equal(v[0], v[1]), w, -w), [w])
    assert [same([1.0, 1.0]), same([1.0, 2.0])] == [1.0, -1.0]


@pytest.mark.parametrize(("make", "arguments", "kind", "message"), REFUSED)
def test_refused_with_the_reason(make, arguments, kind, message):
    w = one_weight()
    step = compile(make(w), [w])
    with pytest.raises(kind, match=message):
        step(*arguments)
    assert (w * 2.0).data == 2.0  # recording goes on as ever
    with pytest.raises(RuntimeError, match="no program yet"):
        _ = step.source


def test_refused_before_anything_runs():
    w = one_weight()
    with pytest.raises(TypeError, match=r"model.parameters\(\)"):
        compile(lambda x: x, nn.MLP(2, [1]))
    with pytest.raises(TypeError, match="number 0 is of type float"):
        compile(lambda x: x, [1.0])
    with pytest.raises(ValueError, match="computed from others"):
        compile(lambda x: x, [w * 2.0])
    with pytest.raises(TypeError, match="not one Value"):
        compile(lambda x: x, w)
    with pytest.raises(TypeError, match="number 0 is of type list: make one list"):
        compile(lambda x: x, [[w]])
    with pytest.raises(TypeError, match=r"pass its .values\(\)"):
        compile(lambda x: x, {"w": w})
    with pytest.raises(TypeError, match="a function of the data, not int"):
        compile(3, [w])
    with pytest.raises(TypeError, match="compile_graph"):
        compile(w * 2.0, [w])
    with pytest.raises(TypeError, match=r"not as \*rows"):
        compile(lambda *rows: w, [w])
    with pytest.raises(ValueError, match="numpy, native, jax"):
        compile(lambda x: x, [w], backend="cuda")
    with pytest.raises(RuntimeError, match="no program yet"):
        _ = compile(lambda x: w * x, [w]).source


def test_an_unused_parameter_is_named():
    w, lonely = Value(1.0, "w"), Value(2.0, "lonely")
    step = compile(lambda x: w * x, [w, lonely])
    with pytest.warns(UserWarning, match="does not depend on lonely"):
        step(1.0)
    assert not lonely.has_grad
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        step(2.0)


DRAWING = {
    "a number": lambda w, draw: lambda x: w[0] * x * draw.random(),
    "a leaf": lambda w, draw: lambda x: draw.choice(w) * x,
    "a Value": lambda w, draw: lambda x: w[0] * x * Value(draw.random()),
    "an order": lambda w, draw: lambda x: dot(draw.sample(w, 8), [x * k for k in range(8)]),
}


@pytest.mark.parametrize("make", DRAWING.values(), ids=DRAWING)
def test_a_program_that_is_another_one_each_time_is_noticed(make):
    w = [Value(float(k)) for k in range(8)]
    with pytest.raises(ValueError, match="no program can stand for it"):
        compile(make(w, random.Random(1)), w)(1.0)


def test_a_nan_in_a_program_is_the_same_nan():
    w = one_weight()
    assert compile(lambda x: where(x > 0.0, w, float("nan")) * x, [w])(2.0) == 2.0


def test_arguments_are_given_in_order_or_by_name():
    w = one_weight()
    step = compile(lambda x, y, k=3.0: w * (x - y) * k, [w])
    assert step(5.0, 3.0) == step(5.0, y=3.0) == step(y=3.0, x=5.0) == 6.0
    with pytest.raises(TypeError, match="takes x, y, and not z"):
        step(5.0, z=3.0)
    with pytest.raises(TypeError, match=r"2 arguments \(x, y\), not 3"):
        step(5.0, 3.0, x=3.0)
    assert compile(partial(lambda x, y: w * x * y, y=2.0), [w])(3.0) == 6.0


def test_whole_numbers_beyond_64_bits_and_numbers_that_come_one_by_one():
    w = one_weight()
    step = compile(lambda x: w * x[0], [w])
    assert step(np.array([2**63 + 2**20], np.uint64)) == 2.0**63 + 2**20
    assert step([2**70, 1]) == 2.0**70
    assert step(x for x in [1.5, 2.5]) == 1.5


def test_a_step_is_neither_pickled_nor_copied():
    w = one_weight()
    step = compile(lambda x: w * x, [w])
    step(1.0)
    for attempt in (pickle.dumps, copy.deepcopy, copy.copy):
        with pytest.raises(TypeError, match="save the model, and compile again"):
            attempt(step)


def test_detect_anomaly_says_where_a_compiled_step_bore_a_nan():
    w = one_weight()
    step = compile(lambda x: ag.log(w * x), [w])
    with ag.detect_anomaly():
        assert step(1.0) == 0.0
        with pytest.raises(FloatingPointError, match=r"nan is born in log\(-1.0\)"):
            step(-1.0)


def test_steps_in_threads_do_not_mix():
    w = [Value(0.1 * k) for k in range(40)]
    wrong = []

    def work(step, rows):
        x = np.full((rows, 40), 0.1 * rows)
        for _ in range(50):
            value, gradient = step.value_and_gradient(x)
            if value != pytest.approx(1e-1 * rows * rows * 78.0) or gradient != pytest.approx([0.1 * rows * rows] * 40):
                wrong.append((rows, value))

    shared = compile(lambda x: total([dot(w, row) for row in x]), w, "numpy")
    threads = [threading.Thread(target=work, args=(shared, rows)) for rows in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


GRAPHS = [
    (lambda w, x: (3.0, []), TypeError, "not of float"),
    (lambda w, x: (w * x, x), TypeError, r"a list of inputs, not Value: inputs=\[x\]"),
    (lambda w, x: (w * x, {"x": x}), TypeError, "a list of inputs, not dict"),
    (lambda w, x: (w * x, [[x, 1.0]]), TypeError, r"inputs\[0\]\[1\] is 1.0.*the Values that it was recorded with"),
    (lambda w, x: (w * x, [w * 2.0]), ValueError, "leaves, but this was computed"),
    (lambda w, x: (w * x, [[x, [w]]]), ValueError, r"1 number in inputs\[0\]\[1\]"),
    (lambda w, x: (w * x, [x, [w, x]]), ValueError, "twice among the inputs"),
    (lambda w, x: (w * x, [Value(1.0)]), ValueError, r"not computed from inputs\[0\].*the very Values"),
    (lambda w, x: (ag.checkpoint(ag.tanh)(w * x), [x]), TypeError, "checkpoint.*compile the function"),
]


@pytest.mark.parametrize(("make", "kind", "message"), GRAPHS)
def test_graphs_and_inputs_that_cannot_be(make, kind, message):
    root, inputs = make(one_weight(), Value(2.0, name="x"))
    with pytest.raises(kind, match=message):
        ag.compile_graph(root, inputs)


def test_a_parameter_cannot_be_an_input_too():
    w, x = one_weight(), Value(2.0)
    with pytest.raises(ValueError, match=r"parameter number 0.*among the inputs too"):
        ag.compile_graph(w * x, [x], parameters=[x])


def test_a_step_inside_a_step_is_refused():
    w = one_weight()
    penalty = compile(lambda x: w * w * x, [w])
    with pytest.raises(TypeError, match="the result of a compiled step of w was read"):
        compile(lambda x: w * x + penalty(0.1), [w])(1.0)


def test_a_graph_that_is_not_finite_under_detect_anomaly_is_no_news():
    w = Value(-1.0)
    step = ag.compile_graph(ag.log(w))
    with ag.detect_anomaly():
        assert math.isnan(step())


@pytest.mark.parametrize(
    "function",
    [
        lambda x: where(0.0 < x[0] < 1.0, x[0], x[1]),
        lambda x: where(x[0] > 0.0 and x[1] > 0.0, x[0], x[1]),
        lambda x: where(x[0] > 0.0 or x[1] > 0.0, x[0], x[1]),
        lambda x: where(not x[0] > 0.0, x[0], x[1]),
        lambda x: x[0] if (x[0] > 0.0) & (x[1] > 0.0) else x[1],
    ],
)
def test_conditions_that_python_would_put_together_name_what_does(function):
    with pytest.raises(TypeError, match=r"test_compile_errors\.py:\d+: .* put together by \(a\) & \(b\)"):
        compile(function, [])([0.5, 0.25])
