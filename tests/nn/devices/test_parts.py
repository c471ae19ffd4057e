"""How rows and steps are cut into parts, without the devices that compute them."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import nn
from nn.support.npy_files import RowFiles
from nn.training import compiled
from nn.training.compiled import ALL, _alike, _check_parts, _in_parts
from nn.training.recorded import Planned, Task


# ------------------------------------------------------------------------------------------- rows in files
def files(folder, *arrays):
    paths = []
    for i, array in enumerate(arrays):
        paths.append(folder / f"{i}.npy")
        np.save(paths[-1], np.array(array))
    return paths


def test_rows_of_files_that_are_not_ones_own_are_zeros(tmp_path):
    paths = files(tmp_path, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0]] * 3, [[9.0, 10.0]] * 3)
    rows = RowFiles("inputs", paths, 3, [1, 2])
    assert (len(rows), rows.shape.tolist(), rows[0]) == (3, [3, 2], [7.0, 8.0])
    assert rows[[0, 2]].tolist() == [[0.0, 0.0]] * 2 + [[7.0, 8.0]] * 2 + [[9.0, 10.0]] * 2
    assert RowFiles("inputs", paths, 3, [0])[1:].tolist() == [[3.0, 4.0], [5.0, 6.0]] + [[0.0, 0.0]] * 4
    numbers = RowFiles("targets", files(tmp_path, [1, 2, 3]), 1, [0])
    assert (numbers[2], numbers[1:].tolist()) == (3, [2, 3])


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ([[1.0], [1.0], [1.0]], "rows come from 2 files, one for each part of a batch, not from 3"),
        ([[[1.0]], [[1.0, 2.0]]], r"files have as many rows, of one width, not \(1, 1\) and \(1, 2\) as in .*1.npy"),
        ([["a"], ["b"]], "0.npy holds no rows of numbers"),
        ([1.0, 2.0], "0.npy holds no rows of numbers"),
        ([[], []], "0.npy holds no rows of numbers"),
        ([[1.0, 2.0, float("nan"), 4.0]] * 2, "row 2 of .*0.npy is not finite"),
        ([[[1.0, 1.0], [1.0, float("inf")]]] * 2, "row 1 of .*0.npy is not finite"),
    ],
)
def test_files_without_rows_are_refused(tmp_path, arrays, words, monkeypatch):
    monkeypatch.setattr("nn.support.npy_files.CHUNK", 2)
    with pytest.raises(ValueError, match=f"inputs: .*{words}"):
        RowFiles("inputs", files(tmp_path, *arrays), 2, [0, 1])


def test_truths_and_whole_numbers_are_rows_too(tmp_path):
    for array in ([True, False], np.array([3, 4], dtype="u1"), [-1, 2]):
        assert len(RowFiles("targets", files(tmp_path, array), 1, [0])) == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"validation": 0.5}, "a share held out"),
        ({"metrics": "accuracy"}, "metrics of theirs"),
        ({"weights": [1.0]}, "weights"),
        ({"validation": 0.5, "metrics": "accuracy"}, "a share held out and metrics of theirs"),
    ],
)
def test_what_needs_all_rows_is_refused_of_rows_in_files(monkeypatch, settings, words):
    sharing = SimpleNamespace(parts=1, own=(0,), is_first=True, agree=lambda *given: None)
    monkeypatch.setattr(sys.modules["nn.training.fit"], "devices_of", lambda devices, backend: sharing)
    model = nn.Neuron(1, None, seed=0)
    given = {"loss": nn.mean_squared_error, "optimizer": nn.SGD(model.parameters()), "epochs": 1}
    with pytest.raises(ValueError, match=f"rows in files are read a batch at a time, so not with {words}$"):
        nn.fit(model, ["x"], ["y"], **given, **settings)
    own = {**settings, "validation": ([[1.0]], [1.0])}
    if "weights" not in settings:
        with pytest.raises(FileNotFoundError):
            nn.fit(model, ["x"], ["y"], **given, **own)


def test_rows_in_files_stay_there_and_come_in_parts(monkeypatch, tmp_path):
    agreed, made = [], []
    sharing = SimpleNamespace(
        parts=2, own=(0, 1), is_first=True, agree=lambda found, what: agreed.append((found, what))
    )
    monkeypatch.setattr(sys.modules["nn.training.fit"], "devices_of", lambda devices, backend: sharing)
    monkeypatch.setattr(sys.modules["nn.training.fit"], "make_stepper", lambda *given: made.append(given) or 1 / 0)
    for i in range(2):
        np.save(tmp_path / f"x{i}.npy", np.array([[0.5, i], [1.5, i], [2.5, i]]))
        np.save(tmp_path / f"y{i}.npy", np.array([1.0, 2.0, 3.0]) + 10.0 * i)
    inputs, targets = ([tmp_path / f"{name}{i}.npy" for i in range(2)] for name in "xy")
    model = nn.Neuron(2, None, seed=0)
    given = {"loss": nn.mean_squared_error, "optimizer": nn.SGD(model.parameters()), "epochs": 5}
    for size, rows, steps in ((None, 3, 5), (4, 2, 10), (2, 1, 15)):
        with pytest.raises(ZeroDivisionError):
            nn.fit(model, inputs, targets, batch_size=size, **given)
        task, _, *planned = made.pop()
        assert planned == [rows, steps, sharing]
        assert task.inputs[:2].tolist() == [[0.5, 0.0], [1.5, 0.0], [0.5, 1.0], [1.5, 1.0]]
        assert task.targets[1:].tolist() == [2.0, 3.0, 12.0, 13.0]
        ((shapes, what),) = agreed
        assert ([x.tolist() for x in shapes], what) == ([[3, 2], [3]], "number and width of rows in their files")
        agreed.clear()
    with pytest.raises(ValueError, match="batch_size=3: each of 2 files has as many rows of a batch"):
        nn.fit(model, inputs, targets, batch_size=3, **given)
    np.save(tmp_path / "y0.npy", np.ones(4))
    np.save(tmp_path / "y1.npy", np.ones(4))
    with pytest.raises(ValueError, match="files hold 3 rows of inputs, 4 targets"):
        nn.fit(model, inputs, targets, **given)
    with pytest.raises(ValueError, match="so targets are paths of as many"):
        nn.fit(model, inputs, [1.0, 2.0], **given)


# ---------------------------------------------------------------------------------------- steps in one call
@pytest.mark.parametrize(
    ("ticks", "most", "runs"),
    [
        ([0.0, 0.0, 0.1, 9.9], 1 << 20, [16, 16, 16, 2]),  # about a tenth of a second
        ([0.0, 0.0, 0.05], 1 << 20, [16, 32, 2]),
        ([0.0, 0.0, 0.01], 1 << 20, [16, 34]),
        ([0.0, 0.0, 0.01], 20, [16, 20, 14]),
        ([0.0] * 9, 8, [8, 8, 8, 8, 8, 8, 2]),
    ],
)
def test_steps_go_together_as_long_as_a_look_may_wait(monkeypatch, ticks, most, runs):
    left = [*ticks]
    monkeypatch.setattr(compiled.time, "monotonic", lambda: left.pop(0) if len(left) > 1 else left[0])
    plan = [Planned(range(3), 0.1)] * 50
    assert [(len(run), same) for run, same in _alike(plan, most)] == [(n, True) for n in runs]


def test_steps_go_together_where_they_are_alike():
    rows, others = range(3), [0, 1, 2]
    steps = [Planned(rows, 0.1), Planned(rows, 0.1), Planned(rows, 0.2), Planned(others, 0.2), Planned(others[:2], 0.2)]
    assert [(run, same) for run, same in _alike(steps, 9)] == [
        (steps[:2], True), (steps[2:4], False), (steps[4:], True),
    ]  # fmt: skip
    shuffled = [Planned([0], 0.1), Planned([1], 0.1), Planned([1], 0.1)]
    assert list(_alike(shuffled, 9)) == [(shuffled, False)]


# ------------------------------------------------------------------------------------------- predictions
@pytest.mark.parametrize(("rows", "count", "given"), [(4, 6, 8), (4, 4, 4), (4, 1, 4), (ALL, 5, 5)])
def test_the_last_part_is_filled_up_with_its_last_row(rows, count, given):
    seen = []

    class Forward:
        def __call__(self, array):
            seen.append(array)
            return array * 2.0

    forward = Forward()
    forward.rows = rows
    array = np.arange(2.0 * count).reshape(count, 2)
    assert _in_parts(forward, array).tolist() == (array * 2.0).tolist()
    assert [len(x) for x in seen] == [given]
    assert (seen[0][count:] == array[-1]).all()


@pytest.mark.parametrize(("count", "rows"), [(1, 8), (31_999, 8), (32_000, 64)])
def test_a_program_for_predictions_is_larger_where_rows_are_many(monkeypatch, count, rows):
    asked = []
    monkeypatch.setattr(compiled, "_forward_of", lambda model, rows, backend: asked.append((rows, backend)))
    monkeypatch.setattr(compiled, "_in_parts", lambda forward, array: array)
    compiled.predict_compiled(nn.Neuron(1, seed=0), np.zeros((count, 1)), "native")
    assert asked == [(rows, "native")]


def test_what_is_not_finite_is_named_by_its_place():
    with pytest.raises(ValueError, match=r"inputs\[1\]\[0\] is nan: leave such rows out"):
        compiled.predict_compiled(nn.Neuron(2, seed=0), np.array([[1.0, 2.0], [np.nan, np.inf]]))


# ------------------------------------------------------------------------------------------------ losses
def task(model, loss, count):
    rows, targets = [[0.5 * k] for k in range(count)], [float(k * k) for k in range(count)]
    return Task(model, loss, nn.SGD(model.parameters()), rows, targets, None)


def summed(predictions, targets):
    return nn.mean_squared_error(predictions, targets) * len(targets)


def test_a_loss_in_parts_is_the_mean_of_what_it_is_on_them():
    _check_parts(task(nn.Neuron(1, None, seed=0), nn.mean_squared_error, 9))
    _check_parts(task(nn.Neuron(1, None, seed=0), summed, 1))
    for count, half in ((2, 1), (5, 2), (20, 4)):
        with pytest.raises(ValueError, match=f"must be the mean of theirs: on {2 * half} rows it is"):
            _check_parts(task(nn.Neuron(1, None, seed=0), summed, count))


@pytest.mark.parametrize(
    ("part", "words"),
    [(nn.BatchNorm(1), "a BatchNorm, mixes the rows of a batch"), (nn.Dropout(0.5), "a Dropout, draws numbers")],
)
def test_layers_that_see_whole_batches_are_refused_by_name(part, words):
    model = nn.Sequential(nn.Layer(1, 1, None, seed=0), part)
    with pytest.raises(ValueError, match=f"and layers.1, {words}"):
        _check_parts(SimpleNamespace(model=model))
    with pytest.raises(ValueError, match=f"and the model, {words}"):
        _check_parts(SimpleNamespace(model=part))


def test_many_calls_in_a_row_are_audited_by_the_time_alone_and_watch_the_norm():
    model = nn.Neuron(1, None, seed=0)
    stepper = compiled.CompiledStepper(task(model, nn.mean_squared_error, 4), "numpy", 3)
    assert stepper._train._programs.sparing
    assert compiled._forward_of(model, 8)._programs.sparing
    stepper._train = SimpleNamespace(norm=np.float64(2.5))
    assert stepper._norm() == 2.5
    stepper._train.norm = np.float64("nan")
    with pytest.warns(RuntimeWarning, match="the gradient's norm is nan; nothing was clipped"):
        assert math.isnan(stepper._norm())
