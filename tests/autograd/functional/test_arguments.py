"""Which arguments are differentiated, in what kind the derivatives go out, and what is refused, as exact data."""

import math

import pytest

import autograd as ag
from autograd import Value
from autograd.recording.nodes import CONSTANT


def product(a, b=1.0, scale=1.0):
    return a * b * b * scale


@pytest.mark.parametrize(
    ("argnums", "found"),
    [(0, 9.0), (1, 12.0), (-1, 12.0), (-2, 9.0), ((1, 0), (12.0, 9.0)), ([0], (9.0,)), ((-1, 0), (12.0, 9.0))],
)
def test_arguments_are_counted_from_either_end(argnums, found):
    assert ag.grad(product, argnums)(2.0, 3.0) == found
    assert ag.value_and_grad(product, argnums)(2.0, 3.0) == (18.0, found)
    assert ag.grad(product, argnums)(2.0, 3.0, scale=0.0) == (0.0 if isinstance(found, float) else (0.0,) * len(found))


@pytest.mark.parametrize(
    ("argnums", "error", "said"),
    [
        (2, ValueError, "there is no argument 2: product was given 2"),
        (-3, ValueError, "there is no argument -3: product was given 2"),
        ((0, 0), ValueError, r"argnums=(0, 0) names an argument of product twice"),
        ((0, -2), ValueError, r"argnums=(0, -2) names an argument of product twice"),
        (True, TypeError, "argnums=True: arguments are counted by whole numbers, from 0"),
        (1.0, TypeError, "argnums=1.0: arguments are counted by whole numbers, from 0"),
        ((0, "b"), TypeError, "argnums=(0, 'b'): arguments are counted by whole numbers, from 0"),
    ],
)
def test_what_counts_no_argument_is_refused(argnums, error, said):
    with pytest.raises(error) as refused:
        ag.grad(product, argnums)(2.0, 3.0)
    assert str(refused.value) == said


def test_what_is_given_by_name_is_held_fixed():
    with pytest.raises(ValueError, match="no argument") as refused:
        ag.grad(product, 1)(2.0, b=3.0)
    assert str(refused.value) == (
        "there is no argument 1: product was given 1 and b=…: what is given by name is held fixed, so give that "
        "argument by its place"
    )
    for many in (ag.jvp, ag.hvp):
        with pytest.raises(TypeError, match=r"product takes|product\) takes|takes the function's arguments and then"):
            many(product)(2.0)
    assert ag.jvp(product)(2.0, 1.0, b=3.0) == 9.0
    assert ag.hvp(product, 1)(2.0, 3.0, 1.0) == 4.0
    assert ag.hessian(lambda v, scale: scale * v[0] ** 2 * v[1])([3.0, 4.0], scale=2.0) == [[16.0, 12.0], [12.0, 0.0]]


def test_derivatives_are_values_where_a_value_takes_part_and_floats_elsewhere():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    assert type(ag.grad(product)(2.0, 3.0)) is float
    slope = ag.grad(product)(x, 3.0)
    assert (type(slope), slope.data, slope.op is CONSTANT) == (Value, 9.0, True), "it does not depend on x"
    slope = ag.grad(lambda a: a * a * w)(2.0)
    slope.backward()
    assert (slope.data, w.grad, x.has_grad) == (12.0, 4.0, False)
    value, slope = ag.value_and_grad(lambda a: a * a)(x)
    assert (value.data, slope.data, ag.gradients(slope, [x])[0]) == (4.0, 4.0, 2.0)
    with ag.no_grad():
        value, slope = ag.value_and_grad(lambda a: a * a)(x)
    assert (value.data, slope.data, value.is_leaf, slope.is_leaf) == (4.0, 4.0, True, True)
    assert (value.op, slope.op) == (CONSTANT, CONSTANT)
    inside = []
    ag.grad(lambda a: inside.append(a) or a * 2.0)(5.0)
    assert (inside[0].op, inside[0].data) == (CONSTANT, 5.0), "a variable that is kept is a plain number afterwards"
    assert ag.grad(lambda a: 7.0)(1.0) == 0.0
    assert ag.jacobian(lambda v: [v[0] * 2.0, 7.0])([1.0, 5.0]) == [[2.0, 0.0], [0.0, 0.0]]
    assert ag.jvp(lambda v: [v[0] * w, 7.0])([1.0], [2.0])[0].data == 6.0
    assert ag.jvp(lambda a: a * a)(3.0, w).data == 18.0


def test_what_returns_no_number_is_named():
    for returned in ([None], ["text"]):
        with pytest.raises(TypeError, match="a real number is needed here"):
            ag.jacobian(lambda a, returned=returned: [a, *returned])(Value(1.0))
    with pytest.raises(TypeError, match="and <lambda> returned a list of 2: use jacobian"):
        ag.grad(lambda a: [a, a])(1.0)
    for returned in ((1.0,), [1.0, 2.0, 3.0], 1.0):
        with pytest.raises(TypeError, match="with has_aux <lambda> returns a pair"):
            ag.grad(lambda a, returned=returned: returned, has_aux=True)(1.0)
    with pytest.raises(TypeError, match="argument 1 of product is of type str"):
        ag.grad(product, 1)(2.0, "b")
    with pytest.raises(TypeError, match="here, not a float: pass the function itself"):
        ag.grad(2.0)
    for count in (1, 3):
        with pytest.raises(ValueError, match=f"the vector has {count} numbers, and argument 0 has 2"):
            ag.hvp(lambda v: v[0] * v[1])([1.0, 2.0], [1.0] * count)
    assert [f.__name__ for f in (ag.grad(product), ag.jvp(product), ag.jacobian(product))] == [
        "grad(product)", "jvp(product)", "jacobian(product)",
    ]  # fmt: skip


# ------------------------------------------------------------------------------ functions of sequences
@pytest.mark.parametrize(
    ("function", "values", "found"),
    [
        (ag.mean, [1.0, 2.0, 6.0], 3.0),
        (ag.smallest, [2.0, -1.0, 5.0], -1.0),
        (ag.norm, [3.0, 4.0], 5.0),
        (ag.norm, [3e-200, 4e-200], 5e-200),
        (ag.norm, [3e200, 4e200], 5e200),
        (ag.norm, [0.0, 0.0], 0.0),
        (ag.norm, [5e-324, 0.0], 5e-324),
        (ag.norm, [math.inf, 1.0], math.inf),
        (ag.logsumexp, [1000.0, 1000.0], 1000.0 + math.log(2.0)),
        (ag.logsumexp, [-math.inf, -math.inf], -math.inf),
        (ag.logsumexp, [math.inf, 0.0], math.inf),
        (ag.logsumexp, [0.0, -math.inf], 0.0),
        (ag.softmax, [0.0, math.log(3.0)], [0.25, 0.75]),
        (ag.log_softmax, [0.0, 1000.0], [-1000.0, 0.0]),
    ],
)
def test_functions_of_sequences(function, values, found):
    assert function(values) == pytest.approx(found, rel=1e-15, abs=0.0)
    recorded = function([Value(x) for x in values])
    numbers = [x.data for x in recorded] if isinstance(recorded, list) else recorded.data
    assert numbers == pytest.approx(found, rel=1e-15, abs=0.0)
    with pytest.raises(ValueError, match=f"{function.__name__} of no values is not defined"):
        function([])


@pytest.mark.parametrize(
    ("function", "values", "slopes"),
    [
        (ag.mean, [1.0, 2.0], [0.5, 0.5]),
        (ag.smallest, [2.0, 1.0, 1.0], [0.0, 1.0, 0.0]),
        (ag.norm, [3.0, 4.0], [0.6, 0.8]),
        (ag.norm, [3e200, -4e200], [0.6, -0.8]),
        (ag.norm, [0.0, 0.0], [0.0, 0.0]),
        (ag.logsumexp, [0.0, math.log(3.0)], [0.25, 0.75]),
        (ag.logsumexp, [-math.inf, -math.inf], [0.0, 0.0]),
    ],
)
def test_their_derivatives(function, values, slopes):
    assert ag.grad(function)(values) == pytest.approx(slopes, rel=1e-15, abs=1e-300)


# --------------------------------------------------------------------------------------- looking up
@pytest.mark.parametrize(
    ("index", "error", "said"),
    [
        (2, IndexError, "take: index 2 of 2; the first is 0, the last 1"),
        (-1, IndexError, "take: index -1 of 2; the first is 0, the last 1"),
        (0.5, TypeError, "take needs a whole number as its index, not 0.5"),
    ],
)
def test_a_place_that_is_not_there_is_named(index, error, said):
    with pytest.raises(error) as refused:
        ag.take([Value(1.0), Value(2.0)], index)
    assert str(refused.value) == said


def test_what_is_looked_up_is_what_is_there():
    x, rows = Value(1.0), [[Value(1.0), 2.0], [3.0, 4.0]]
    assert ag.take([5.0, 6.0], 1.0) == 6.0, "numbers alone record nothing"
    assert ag.take([[5.0], [6.0]], 1) == [6.0]
    first, second = ag.take(rows, 0), ag.take(rows, 1)
    assert [v.data for v in (*first, *second)] == [1.0, 2.0, 3.0, 4.0]
    (first[0] * 3.0).backward()
    assert rows[0][0].grad == 3.0
    taken = ag.take([x, Value(2.0)], 0)
    assert (taken.parents, taken.local_derivatives) == ((x,), (1.0,))
    for wrong in ({0: x}, x, 3.0):
        with pytest.raises(TypeError, match="take"):
            ag.take(wrong, 0)
