"""Sums go from left to right and round each addition once, in every version of Python, however many terms there are."""

from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, dot, total
from autograd.rules.maths import FLOATS
from autograd.rules.sums import columns, dots

numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100)
pairs = st.lists(st.tuples(numbers, numbers), max_size=18)


def one_by_one(terms, begin=0.0):
    for term in terms:
        begin = begin + term
    return begin


@given(pairs, numbers)
def test_sums_of_products_are_added_one_by_one(terms, bias):
    weights, inputs = [w for w, _ in terms], [x for _, x in terms]
    products = [w * x for w, x in terms]
    found = [
        *dots([weights] * 2, [[w, w] for w in weights], inputs, [bias] * 2),
        dot(weights, inputs, bias),
        dot([*map(Value, weights), Value(0.0)], [*inputs, 0.0], bias).data,
    ]
    assert [x.hex() for x in found[:3]] == [one_by_one(products, bias).hex()] * 3
    assert found[3] == found[2]
    assert columns(inputs, [weights, weights]) == [one_by_one(products)] * 2
    assert all(type(x) is float for x in (*found, *columns(inputs, [weights])))


@given(st.lists(numbers, max_size=24))
def test_totals_are_added_one_by_one(values):
    assert total(values).hex() == one_by_one(values).hex()
    assert type(total(values)) is float


def test_what_the_maths_of_floats_defines_itself_no_record_takes_the_place_of():
    for name in ("total", "largest"):
        assert getattr(FLOATS, name).__qualname__ == f"FloatMaths.{name}"
