"""What single lines of a program are in ONNX, computed on arrays of NumPy's by nodes of one function each."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import autograd
import nn

reference = pytest.importorskip("onnx.reference")

from nn.saving.onnx_maths import OnnxMaths  # noqa: E402
from nn.saving.onnx_model import _assemble, _compare, _example, _MixedRowsError, _slice  # noqa: E402


# -------------------------------------------------------------------------------------------- functions
@pytest.mark.parametrize("name", ["expm1", "log1p", "log2", "log10", "erf", "erfc"])
def test_functions_that_onnx_has_not_keep_their_digits(name):
    ours = getattr(OnnxMaths(SimpleNamespace(float=np.float64)), name)
    sizes = [10.0**k * m for k in range(-17, 2) for m in (1.0, 2.7, 8.1)]
    low = {"log1p": -1.0, "expm1": -math.inf}.get(name, -math.inf if name.startswith("erf") else 0.0)
    for x in [x for size in sizes for x in (-size, size) if low < x < 25.0]:
        assert ours(x) == pytest.approx(getattr(math, name)(x), rel=5e-13, abs=1e-300), x


# ------------------------------------------------------------------------------------- parts of an array
class Nodes:
    """A graph whose nodes are computed at once."""

    def __init__(self, rows=None):
        self.count = rows

    def has_rows(self, *shapes):
        return any(n == self.count for shape in shapes for n in shape)

    def constant(self, x):
        return x

    def add(self, op, *inputs, axis=None):
        if op == "Concat":
            return np.concatenate(inputs, axis)
        if op == "Pad":
            before, after = np.split(inputs[1], 2)
            return np.pad(inputs[0], list(zip(before, after, strict=True)))
        if op == "Slice":
            x, *given = inputs
            whole = [slice(None)] * x.ndim
            for start, stop, axis, step in zip(*given, strict=True):
                whole[axis] = slice(start, stop, step)
            return x[tuple(whole)]
        assert op == "Add"
        return inputs[0] + inputs[1]


PARTS = {
    "one below the other": [((0, 2, 1), (0, 3, 1)), ((2, 4, 1), (0, 3, 1))],
    "side by side, the last first": [((0, 4, 1), (1, 3, 1)), ((0, 4, 1), (0, 1, 1))],
    "a gap between": [((0, 1, 1), (0, 3, 1)), ((2, 4, 1), (0, 3, 1))],
    "a gap before": [((1, 4, 1), (0, 3, 1))],
    "a gap after": [((0, 3, 1), (0, 3, 1))],
    "over one another": [((0, 3, 1), (0, 3, 1)), ((1, 4, 1), (0, 3, 1))],
    "over one another by a row, and a gap": [((0, 2, 1), (0, 3, 1)), ((1, 3, 1), (0, 3, 1))],
    "corners": [((0, 2, 1), (0, 2, 1)), ((2, 4, 1), (2, 3, 1))],
    "the first not whole": [((0, 2, 1), (0, 2, 1)), ((2, 4, 1), (0, 3, 1))],
    "the last not whole": [((0, 2, 1), (0, 3, 1)), ((2, 4, 1), (1, 3, 1))],
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_are_put_together_where_they_belong(name):
    whole, operands = np.zeros((4, 3)), []
    for k, ranges in enumerate(PARTS[name]):
        place = tuple(slice(*part) for part in ranges)
        operands.append(np.arange(whole[place].size, dtype=float).reshape(whole[place].shape) + 10.0 * (k + 1))
        whole[place] += operands[-1]
    line = SimpleNamespace(shape=(4, 3), detail=PARTS[name])
    np.testing.assert_array_equal(_assemble(Nodes(), line, operands), whole)
    fills = name in ("one below the other", "side by side, the last first")
    if fills:
        np.testing.assert_array_equal(_assemble(Nodes(rows=3), line, operands), whole)
    else:
        with pytest.raises(_MixedRowsError, match="leave gaps"):
            _assemble(Nodes(rows=3), line, operands)


def test_numbers_at_every_other_place_are_refused():
    line = SimpleNamespace(shape=(4,), detail=[((0, 4, 2),)])
    with pytest.raises(TypeError, match="at every other place"):
        _assemble(Nodes(), line, [np.ones(2)])


def test_a_part_is_cut_out_along_those_axes_that_it_does_not_fill():
    x = np.arange(24.0).reshape(4, 6)
    for detail in ([(0, 4, 1), (1, 6, 2)], [(1, 3, 1), (0, 6, 1)], [(3, 4, 1), (2, 5, 1)]):
        line = SimpleNamespace(operands=[x], detail=detail)
        graph = Nodes()
        graph.count = 7
        cut = _slice(graph, line, [x])
        np.testing.assert_array_equal(cut, x[tuple(slice(*part) for part in detail)])
    graph.count = 4
    with pytest.raises(_MixedRowsError, match="cut out"):
        _slice(graph, line, [x])


# ---------------------------------------------------------------------------------------------- models
class Choosing(nn.Module):
    """One of three scores, by a number in the row."""

    def __init__(self):
        self.scores = nn.Layer(2, 3, None, seed=0)

    def __call__(self, row):
        return autograd.take(self.scores(row[:2]), row[2])


def test_a_number_that_is_picked_by_another_of_the_row(tmp_path):
    rows = [[0.1, 0.2, 0.0], [0.3, -0.2, 2.0], [0.4, 0.9, 1.0], [0.4, 0.9, 0.0]]
    model = Choosing()
    nn.save_onnx(model, tmp_path / "m.onnx", rows, double=True)
    run = reference.ReferenceEvaluator(str(tmp_path / "m.onnx")).run
    np.testing.assert_allclose(run(None, {"rows": np.array(rows)})[0], nn.predict(model, rows), rtol=1e-14)


def test_what_is_written_is_compared_for_one_row_and_for_many(monkeypatch):
    def compared(off, double, rows=((1.0,), (2.0,), (4.0,))):
        def run(names, given):
            return [np.array([off(len(given["rows"]), x) for x in given["rows"][:, 0]])]

        made = SimpleNamespace(run=run)
        monkeypatch.setattr(reference, "ReferenceEvaluator", lambda model: made)
        model = nn.Sequential(lambda row: row[0])
        _compare(None, model, [list(row) for row in rows], np.dtype(float), double)

    for double, near in ((True, 1e-12), (False, 1e-5)):
        compared(lambda n, x, near=near: x * (1.0 + 0.9 * near), double)
        compared(lambda n, x, near=near: x + 0.9 * near * (x if n == 1 else 4.0), double)
        for wrong in (
            lambda n, x, near=near: x + 2.2 * near * (x if n == 1 else 0.0),
            lambda n, x, near=near: x + (8.5 * near if x == 4.0 else 0.0),
            lambda n, x, near=near: x + (5.5 * near if x == 1.0 and n > 1 else 0.0),
            lambda n, x: [x],
        ):
            with pytest.raises(_MixedRowsError, match="what ONNX computes of this model is not what the model does"):
                compared(wrong, double)
    with pytest.raises(_MixedRowsError, match="what ONNX computes"):
        compared(lambda n, x: math.inf, False, [[math.inf], [-math.inf]])
    with pytest.raises(ValueError, match="out of the range of floats"):
        compared(lambda n, x: math.nan, False)
    with pytest.raises(ValueError, match="give smaller rows, or numbers of 64 bits"):
        compared(lambda n, x: math.inf, False)
    with pytest.raises(ValueError, match=r"give smaller rows$"):
        compared(lambda n, x: math.inf, True)


def test_rows_to_try_a_model_on_are_as_wide_as_its_first_layer_and_differ():
    rows = _example(nn.Sequential(nn.Layer(3, 2, seed=0), nn.Layer(2, 1, seed=0)))
    assert rows == [[pytest.approx(math.sin(1.0 + i + 2.5 * k)) for k in range(3)] for i in range(3)]
