"""The shape of a training: plateau, drop, convergence, and where the loss stands out."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import stretches

FALL = [1.0] * 20 + [0.8, 0.5, 0.2] + [0.1] * 20


def names(losses):
    return [part.name for part in stretches(losses)]


def test_the_parts_of_a_training():
    assert stretches([]) == []
    assert stretches([1.0]) == [(0, 0, "plateau")]
    assert stretches([1.0] * 10) == [(0, 9, "plateau")]
    assert names([2.0**-i for i in range(20)]) == ["drop", "convergence"]
    (start, _, plateau), (begin, end, drop), (_, last, settled) = stretches(FALL)
    assert (start, plateau, drop, settled, last) == (0, "plateau", "drop", "convergence", 42)
    assert 19 <= begin < end <= 23


def test_a_spike_and_a_rise_are_told_apart_by_whether_the_loss_comes_back():
    assert stretches([*FALL, 0.4, 0.6, 0.1, 0.1])[2:] == [
        (22, 43, "convergence"),
        (43, 45, "spike"),
        (45, 46, "convergence"),
    ]
    assert stretches([*FALL, 0.4, 0.6])[-2:] == [(22, 43, "convergence"), (43, 44, "rise")]
    assert names([*FALL, math.nan, math.inf]) == ["plateau", "drop", "convergence", "rise"]
    assert names([*FALL, 0.11, 0.1, 0.15]) == ["plateau", "drop", "convergence"]  # less than a tenth of the fall
    assert names([0.7, 0.7, 3.0, 1e9, math.nan]) == ["plateau", "rise"]
    assert names([math.nan] * 3) == ["rise"]


@given(st.lists(st.floats(0.0, 1e6) | st.sampled_from([math.nan, math.inf]), min_size=1, max_size=60))
def test_the_parts_cover_the_training_without_gaps(losses):
    parts = stretches(losses)
    assert parts[0].start == 0
    assert parts[-1].end == len(losses) - 1
    assert all(a.end == b.start and a.name != b.name for a, b in pairwise(parts))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_fall_begins_at_the_first_loss_that_is_finite(bad):
    fall = [1.0, 0.98, 0.5, 0.1, 0.1, 0.09]
    after = [(s.start + 1, s.end + 1, s.name) for s in stretches(fall)]
    assert [tuple(s) for s in stretches([bad, *fall])] == [(0, 1, "spike"), *after]
    found = nn.diagnose(nn.MLP(1, [1], seed=0), [[0.0], [1.0]], [0.0, 1.0], loss=nn.mean_squared_error,
                        history=[bad, *[0.5] * 20])  # fmt: skip
    assert found["plateau"].alarm, "compared with 0.5, and not with what is no number"
