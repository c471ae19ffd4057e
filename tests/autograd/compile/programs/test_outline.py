"""Outlines: what is counted of a function, and when another size goes on where some sizes lead to."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from autograd import exp, total
from autograd.compile.frontend.trace import trace
from autograd.compile.programs.outline import Outline, interpolated


def outline(kinds=("a",), **counts):
    return Outline(Counter(counts), np.array(sorted(map(ord, kinds))))


def test_numbers_at_a_grid_of_sizes_lead_to_those_at_others():
    line = {(2,): 5, (4,): 9}
    assert [interpolated(line, (n,)) for n in (0, 3, 10)] == [1, 7, 21]
    square = {(1,): 1, (2,): 4, (3,): 9}
    assert interpolated(square, (7,)) == 49
    product = {(a, b): a * b + 1 for a in (1, 2) for b in (3, 5)}
    assert interpolated(product, (4, 10)) == 41
    assert interpolated({(1,): 0, (3,): 1}, (2,)) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("found", "whether"),
    [
        (outline(tanh=7, total=1), True),
        (outline(tanh=8, total=1), False),
        (outline(tanh=7), False),
        (outline(tanh=7, total=1, exp=1), False),
        (outline(("b",), tanh=7, total=1), False),
        (outline(("a", "c"), tanh=7, total=1), False),
    ],
)
def test_an_outline_goes_on_if_all_its_counts_and_kinds_do(found, whether):
    known = {(3,): outline(tanh=3, total=1), (5,): outline(tanh=5, total=1)}
    assert found.continues(known, (7,)) == whether


def test_others_than_the_kinds_of_all_are_counted():
    known = {(3,): outline(("a", "x")), (5,): outline(("a", "y"))}
    assert outline(("a", "z")).continues(known, (7,))
    assert not outline(("a",)).continues(known, (7,))
    assert not outline(("a", "z", "w")).continues(known, (7,))


def test_the_members_of_groups_are_counted():
    traced = [trace(lambda x: total([exp(a) for a in x]), [(n,)], []) for n in (3, 4)]
    counts = [Outline.of(one).counts for one in traced]
    assert [found["members of total"] for found in counts] == [3, 4]
    assert [found["total"] for found in counts] == [1, 1]
