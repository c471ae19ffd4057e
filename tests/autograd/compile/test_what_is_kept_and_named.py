"""What a program keeps, names and says beside its numbers; how deep and how empty what it is made of may be."""

import functools
import math
from time import perf_counter

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, mean
from autograd.compile import compile_training
from autograd.compile.frontend.trace import copied, trace
from autograd.compile.frontend.validate import argument_names
from autograd.compile.ir.cotangents import Finite
from autograd.compile.ir.program import Builder
from autograd.compile.programs.size_formulas import fit


def test_no_two_arguments_have_one_name_in_the_source():
    """`theta` is taken by the program itself, and the name next to it by another argument."""
    w = Value(0.5)
    step = ag.compile(lambda theta, theta_1, theta_2: w * theta + theta_1 * theta_2, [w], backend="numpy")
    assert step(2.0, 3.0, 5.0) == 16.0
    names = [a.name for a in step._programs.latest.program.lines if a.op == "input"]
    assert len(names) == len({*names}) == 3
    assert "theta" not in names


def test_the_seconds_of_each_stage_are_within_those_that_passed():
    w = Value(0.5)
    start = perf_counter()
    step = ag.compile(lambda x: w * x, [w])
    step(2.0)
    seconds = step._programs.latest.seconds
    assert list(seconds) == ["trace", "lift", "emit"]
    assert all(x >= 0.0 for x in seconds.values())
    assert 0.0 < sum(seconds.values()) < perf_counter() - start


def test_a_decorated_function_of_c_without_known_arguments_is_refused_by_its_own_name():
    with pytest.raises(TypeError, match="cannot see which arguments max takes"):
        argument_names(functools.cache(max))
    with pytest.raises(TypeError, match="cannot see which arguments max takes"):
        argument_names(max)


def test_rows_are_copied_as_deep_as_they_are_and_empty_ones_are_empty():
    a, b = Value(1.0), Value(2.0)
    rows = [[a, b], [], [b]]
    copy = copied(rows)
    assert copy == rows
    assert copy is not rows
    assert all(x is not y for x, y in zip(copy, rows, strict=True))
    assert copied([]) == []
    assert copied(a) is a
    assert ag.compile(lambda x: total_of(x) + a, [a])(np.zeros((70, 0))) == 1.0


def total_of(rows):
    return ag.total([x for row in rows for x in row])


def test_many_rows_of_which_some_are_taken_have_a_program_for_every_size():
    model = nn.MLP(300, [2, 1], "tanh", seed=0)
    step = ag.compile(lambda x: mean([model(row) for row in x]), model.parameters())
    step(np.random.default_rng(0).normal(size=(40, 300)))
    latest = step._programs.latest
    assert (latest.why, latest.family.samples) == ("", [(5,), (7,)])


def test_a_graph_that_is_closed_keeps_nothing_of_what_was_traced():
    w, table = Value(0.5), [Value(1.0), Value(2.0)]
    traced = trace(lambda x: w * x * ag.take(table, 1.0), [()], [w], ["x"])
    assert len(traced.leaves) == 2
    assert traced.numbered.leaves == 2
    assert traced.blocks.size == 5
    assert traced.taken
    traced.close()
    assert not {"leaves", "numbered", "blocks"} & {*vars(traced)}
    assert not traced.taken
    assert not traced.made
    assert not traced.leaves_made
    assert (traced.root, traced.arguments) == (None, [])


def test_what_is_known_to_be_finite_is_asked_of_programs_of_any_depth():
    b = Builder()
    array = b.make("parameter", (), (), 0)
    for _ in range(5000):
        array = b.make("negative", (array,), ())
    finite = Finite(b.lines)
    assert finite(array)
    assert finite.derivative(array, 0)


@pytest.mark.parametrize("stacks", [0, 2])
def test_what_stands_on_diagonals_is_found_at_any_size(stacks):
    """A Toeplitz matrix, each of whose diagonals near the middle holds another number; also a stack of them."""

    def banded(n):
        numbers = {-3: 1.5, -2: -2.0, -1: 7.0, 0: 3.0, 1: 4.0, 2: 0.5, 3: 9.0, 4: -1.0}
        square = np.array([[numbers.get(i - j, 1.5 if i < j else -1.0) for j in range(n)] for i in range(n)])
        return np.stack([square, 2.0 * square]) if stacks else square

    form = fit([banded(5), banded(7)], [(5,), (7,)])
    for n in (5, 6, 7, 12):
        np.testing.assert_array_equal(form.at((n,)), banded(n))


class Hidden:
    """A scale of the user's own, which is read by a name that is put together."""

    def __init__(self):
        self._scale = 2.0


def test_private_attributes_are_watched_of_the_users_objects_and_not_of_modules():
    model, hidden = nn.MLP(2, [3, 1], "tanh", seed=0), Hidden()
    step = ag.compile(lambda x: model(x) * getattr(hidden, "_sc" + "ale"), model.parameters(), backend="numpy")
    first = step([1.0, 2.0])
    for _ in range(3):
        assert step([1.0, 2.0]) == first
        model.layers[0]._latest = None  # what a layer keeps for itself
    assert [len(programs) for programs in step._programs.known.values()] == [1]
    hidden._scale = 3.0
    assert step([1.0, 2.0]) == pytest.approx(1.5 * first, rel=1e-15)


def test_the_source_of_a_step_for_every_size_has_the_optimizers_rule():
    w = [Value(0.5), Value(1.0)]
    train = compile_training(
        lambda x: mean([w[0] * row[0] + w[1] * row[1] for row in x]), w, nn.SGD(w, 0.1), backend="numpy"
    )
    train(np.ones((70, 2)))
    assert train._programs.latest.family is not None
    assert train.source.count("def update(") == train.source.count("def bind(") == train.source.count("n = 70\n") == 1


@pytest.mark.parametrize(("sparing", "audited"), [(False, [2, 3, 4]), (True, [2])])
def test_who_audits_at_the_end_is_audited_at_the_second_call_alone(sparing, audited):
    w, calls = Value(0.5), []

    def loss(x):
        calls.append(x)
        return w * x

    train = compile_training(loss, [w], nn.SGD([w], 0.0), backend="numpy")
    if sparing:
        train.spare_audits()
    found = []
    for call in range(1, 7):
        before = len(calls)
        train(2.0)
        if call > 1 and len(calls) > before:
            found.append(call)
    assert found == audited


def test_where_nobody_watches_for_a_nan_it_is_a_result_whatever_other_mode_is_on():
    w = Value(0.5)
    step = ag.compile(lambda x: w * x, [w])
    with ag.no_grad():
        assert math.isnan(step(math.nan))
    with ag.detect_anomaly(), pytest.raises(FloatingPointError):
        step(math.nan)
