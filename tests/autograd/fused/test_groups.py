"""Groups: what their members are, and how what was gathered for them is added up, to the bit."""

import math

import pytest

from autograd import Group, Value, dot
from autograd.fused.groups import added_up, by_member, members
from autograd.fused.units import Units


@pytest.mark.parametrize(
    ("gathered", "sums"),
    [
        ([2.0, 3.0], [6.0, 6.0]),
        ([2.0, [3.0, 4.0]], [6.0, 8.0]),
        ([(2.0, 3.0), [[1.0, 10.0], [100.0, 1000.0]]], [32.0, 3200.0]),
        ([2.0, 3.0, 5.0, [1.0, 2.0]], [11.0, 16.0]),
        ([2.0, [3.0, 4.0], (5.0, 7.0), [[1.0, 10.0], [100.0, 1000.0]]], [81.0, 7508.0]),
        ([-0.0, 1.0], [0.0, 0.0]),
    ],
)
def test_what_is_gathered_is_added_up(gathered, sums):
    found = list(added_up(gathered, 2))
    assert [x.hex() for x in found] == [x.hex() for x in sums]


def test_the_members_of_groups_stand_in_their_places():
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    group = Group([a, b])
    assert members([c, group]) == (c, a, b)
    assert by_member([c, group], [5.0, 7.0]) == (5.0, 7.0, 7.0)
    assert by_member([group, c], [[5.0, 6.0], 7.0]) == (5.0, 6.0, 7.0)
    assert (group[1], len(group), repr(group)) == (b, 2, f"Group([{a!r}, {b!r}])")


def test_after_a_pass_a_group_holds_on_to_nothing():
    group = Group([Value(2.0), Value(3.0)])
    (dot(group, [1.0, 2.0], 0.0) + dot(group, [3.0, 4.0], 0.0)).backward()
    assert (group._grad, group.sender) == (None, None)
    assert [x.grad for x in group] == [4.0, 6.0]


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_weights_that_became_another_zero_are_seen(zero):
    units = Units([Group([Value(zero)])], [Value(-0.0)])
    inputs = Group([1.0])
    before = units(inputs, ["z"])[0].data
    assert units.now() is units.now(), "nothing has changed"
    units.weights[0][0].data = -zero
    after = units(inputs, ["z"])[0].data
    assert [math.copysign(1.0, x) for x in (before, after)] == [math.copysign(1.0, x) for x in (zero, -zero)]
    units.weights[0][0].data = 1.0
    units.now()
    units.weights[0][0].data = 2.0
    assert units(inputs, ["z"])[0].data == 2.0
