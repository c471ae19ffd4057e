"""Tables, series and arrays of other libraries as data; words and what has no order are refused with the way out."""

import numpy as np
import pytest

import nn
from autograd import Value

ROWS, ANSWERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


class Frame:
    """What pandas' and polars' tables have in common: one iterates over columns, and `to_numpy` has the rows."""

    def __init__(self, rows, columns=("tolist", "width")):  # a column's name is an attribute, whatever it is
        self.rows, self.columns = rows, columns
        setattr(self, columns[0], "a column")

    def __iter__(self):
        return iter(self.columns)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, column):
        raise KeyError(column)

    def to_numpy(self):
        return np.array(self.rows)


class Series(Frame):
    """A column by itself, with labels of its own: one iterates over its numbers, and cannot count on their places."""

    def __iter__(self):
        return iter(self.rows)


class Foreign:
    """Whatever else NumPy can read."""

    def __init__(self, rows):
        self.rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows)


TABLES = pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        (Frame(ROWS), Series(ANSWERS)),
        (Frame(ROWS), Frame([[y] for y in ANSWERS])),
        (Foreign(ROWS), Foreign(ANSWERS)),
        (np.array(ROWS), np.array(ANSWERS)),
        ([Series(row) for row in ROWS], [np.float64(y) for y in ANSWERS]),
        (tuple(map(tuple, ROWS)), [bool(y) for y in ANSWERS]),
    ],
)


def model_of(width=2):
    return nn.Sequential(nn.Layer(width, 3, "tanh", seed=0), nn.BatchNorm(3), nn.Layer(3, 1, None, seed=1))


def first(predictions, targets):
    flat = [y[0] if isinstance(y, list) else y for y in targets]
    return nn.mean_squared_error(predictions, flat)


def fitted(inputs, targets, **settings):
    model = model_of()
    optimizer = nn.SGD(model.parameters(), 0.1)
    history = nn.fit(model, inputs, targets, loss=first, optimizer=optimizer, epochs=2, backend="recorded", **settings)
    return history.losses, history.validation_losses, [p.data for p in model.parameters()]


@TABLES
def test_tables_are_rows_wherever_data_goes(inputs, targets):
    assert fitted(inputs, targets) == fitted(ROWS, ANSWERS)
    assert fitted(inputs, targets, validation=(inputs, targets)) == fitted(ROWS, ANSWERS, validation=(ROWS, ANSWERS))
    assert fitted(inputs, targets, validation=0.25) == fitted(ROWS, ANSWERS, validation=0.25)
    model = model_of()
    assert np.array(nn.predict(model, inputs)).tolist() == nn.predict(model, ROWS)
    assert [x.data for x in model.batch(inputs)] == [x.data for x in model.batch(ROWS)]
    for one in (model.layers[0], nn.Residual(nn.Softmax()), nn.Checkpoint(nn.Softmax()), nn.BatchNorm(2)):
        assert repr(one.batch(inputs)) == repr(one.batch(ROWS))
    assert str(nn.diagnose(model, inputs, targets, loss=first)) == str(nn.diagnose(model, ROWS, ANSWERS, loss=first))
    session = nn.TrainingSession(model_of(), inputs, targets, loss=first)
    assert session.step() == nn.TrainingSession(model_of(), ROWS, ANSWERS, loss=first).step()
    kept = nn.datasets.split(inputs, targets, share=0.25)[0]
    assert repr([list(row) for row in kept]) == repr(nn.datasets.split(ROWS, ANSWERS, share=0.25)[0])


def test_losses_read_tables_too():
    predictions = [[Value(1.0), Value(2.0)] for _ in ROWS]
    assert nn.mean_squared_error(predictions, Frame(ROWS)).data == nn.mean_squared_error(predictions, ROWS).data
    flat = [Value(0.25) for _ in ANSWERS]
    for targets in (Series(ANSWERS), np.array(ANSWERS)):
        assert nn.mean_squared_error(flat, targets).data == nn.mean_squared_error(flat, ANSWERS).data


WORDS = "number the classes, [names.index(x) for x in targets] with names = sorted(set(targets))"


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (ROWS, ["cat", "dog", 1.0, "cat"], f"targets[0] is 'cat', and a number is needed: {WORDS}"),
        (ROWS, ["1", "0", "0", "1"], "targets[0] is '1', and a number is needed: float('1') makes it one"),
        (Frame([["red", 1], ["blue", 2]]), [0, 1], "inputs[0][0] is 'red', and a number is needed: make a column of 0"),
        (ROWS, {0, 1}, "targets must be a sequence of rows, not a set, whose order pairs nothing"),
        (ROWS, frozenset({0, 1}), "not a frozenset, whose order pairs nothing"),
        (ROWS, {0: 1}, "not a dict, whose order pairs nothing"),
        ({"a": ROWS}.keys(), ANSWERS, "inputs must be a sequence of rows, not a dict_keys"),
        (ROWS, "0110", "targets must be a sequence of rows, not a str"),
        (ROWS, None, "targets must be a sequence of rows, not None"),
        (None, ANSWERS, "inputs must be a sequence of rows, not None"),
        (ROWS, np.array(1.0), "targets must be a sequence of rows, not one number"),
        (3.0, ANSWERS, "inputs must be a sequence of rows, not one number"),
        (ROWS, Series(ANSWERS[:3]), "there are 4 rows of inputs and 3 targets"),
        (ROWS, Series([0.0, float("nan"), 1.0, 0.0]), "targets[1] is nan"),
    ],
)
def test_what_is_no_data_is_refused_in_the_users_terms(inputs, targets, message):
    with pytest.raises((TypeError, ValueError)) as refused:
        fitted(inputs, targets)
    assert message in str(refused.value)
