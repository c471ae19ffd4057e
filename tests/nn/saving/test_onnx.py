"""ONNX files: what onnx's reference and onnxruntime compute of them is what the model does, for any number of rows."""

import math

import numpy as np
import pytest

import nn
from autograd.rules.operation import TABLE

onnx = pytest.importorskip("onnx")

ONE_INPUT = [
    name
    for name, op in TABLE.items()
    if not op.groups and op.arity - len(op.defaults) == 1 and name not in ("isnan", "detach", "where")
]
RUN = {"erf", "erfc", "gelu"}  # of nodes that onnxruntime, too, has in 64 bits
DRAW = np.random.default_rng(0)


def differences(tmp_path, model, rows, double, runtime=True):
    path = tmp_path / "model.onnx"
    nn.save_onnx(model, path, rows[:3], double=double)
    found = []
    for part in (rows[:1], rows):
        array = np.array(part)
        kind = np.int64 if array.dtype.kind == "i" else np.float64 if double else np.float32
        wanted = np.array(nn.predict(model, part))
        runs = [onnx.reference.ReferenceEvaluator(str(path)).run]
        if runtime:
            runs.append(pytest.importorskip("onnxruntime").InferenceSession(str(path)).run)
        for run in runs:
            (made,) = run(None, {"rows": array.astype(kind)})
            assert made.shape == wanted.shape
            found.append(np.abs(made - wanted).max())
    return max(found)


@pytest.mark.parametrize("name", ONE_INPUT)
def test_every_activation(tmp_path, name):

    low, high = TABLE[name].smooth_on[0][0]
    model = nn.Sequential(nn.Layer(2, 3, None, seed=1), nn.Activation(name), nn.Layer(3, 2, None, seed=2))
    for neuron in model.layers[0].neurons:  # so that what enters the activation lies where it is smooth
        for weight in neuron.weights:
            weight.data = (high - low) / 8.0
        neuron.bias.data = (low + high) / 2.0
    rows = DRAW.uniform(-1.0, 1.0, (7, 2)).tolist()
    assert differences(tmp_path, model, rows, False) <= 4e-6
    assert differences(tmp_path, model, rows, True, runtime=name in RUN) <= 1e-12


@pytest.mark.parametrize("name", ["erf", "erfc", "gelu"])
def test_the_error_function_has_its_digits_in_64_bits(tmp_path, name):
    import mpmath

    with mpmath.workdps(60):
        judges = {"erf": mpmath.erf, "erfc": mpmath.erfc, "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2}
        xs = [x for n in range(60) for x in (n / 8 * 0.97, -n / 8 * 0.97)] + [0.999, 1.0, 1.001, 20.0, -20.0]
        wanted = [float(judges[name](mpmath.mpf(x))) for x in xs]
    nn.save_onnx(nn.Sequential(nn.Activation(name)), tmp_path / "m.onnx", [[0.5]], double=True)
    rows = np.array([*xs, 28.5, -40.0, math.inf, -math.inf, math.nan]).reshape(-1, 1)
    for run in (
        onnx.reference.ReferenceEvaluator(str(tmp_path / "m.onnx")).run,
        pytest.importorskip("onnxruntime").InferenceSession(str(tmp_path / "m.onnx")).run,
    ):
        with np.errstate(invalid="ignore"):  # −∞ times 0, in what is not taken
            (made,) = run(None, {"rows": rows})
        assert np.abs(made[: len(xs), 0] / np.where(wanted, wanted, 1.0) - (np.array(wanted) != 0.0)).max() <= 2e-13
        assert np.array_equal(made[len(xs) :, 0], [TABLE[name](float(x)) for x in rows[len(xs) :, 0]], equal_nan=True)


class Last(nn.Module):
    def __init__(self, cell):
        self.cell, self.end = cell, nn.Layer(3, 1, None, seed=1)

    def __call__(self, rows):
        return self.end(self.cell(rows)[0][-1])


class Transformer(nn.Module):
    def __init__(self):
        self.words, self.norm = nn.Embedding(5, 4, seed=0), nn.LayerNorm(4)
        self.attention, self.last = nn.Attention(4, 2, causal=True, seed=1), nn.RMSNorm(4)

    def __call__(self, words):
        rows = self.attention([self.norm(self.words(word)) for word in words])
        return self.last(rows[-1])


MODELS = {
    "mlp": (lambda: nn.MLP(3, [11, 13, 2], "silu", bias=False, seed=1), (9, 3)),
    "one output": (lambda: nn.MLP(3, [4, 1], seed=1), (9, 3)),
    "normalized": (
        lambda: nn.Sequential(nn.Layer(3, 4, "tanh", seed=0), nn.BatchNorm(4), nn.Dropout(0.5), nn.Softmax()),
        (9, 3),
    ),
    "residual": (lambda: nn.Sequential(nn.Residual(nn.Layer(3, 3, "relu", seed=2)), nn.LayerNorm(3)), (9, 3)),
    "rnn": (lambda: Last(nn.RNN(2, 3, seed=0)), (9, 4, 2)),
    "lstm": (lambda: Last(nn.LSTM(2, 3, seed=0)), (9, 4, 2)),
    "gru": (lambda: Last(nn.GRU(2, 3, seed=0)), (9, 4, 2)),
    "transformer": (Transformer, None),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_model(tmp_path, name):
    make, shape = MODELS[name]
    rows = (DRAW.integers(0, 5, (9, 4)) if shape is None else DRAW.normal(size=shape)).tolist()
    assert differences(tmp_path, make(), rows, False) <= 1e-6
    assert differences(tmp_path, make(), rows, True) <= 1e-12
    nodes = [node.op_type for node in onnx.load(tmp_path / "model.onnx").graph.node]
    assert (nodes == ["Scan"]) == (name == "transformer"), "rows go one by one only where they have to"
    if name == "one output":
        whole = ["Shape", *["Transpose", "MatMul", "Add", "Relu"], *["Transpose", "MatMul", "Add"]]
        assert nodes == [*whole, "Reshape", "Identity"]
    assert "Cast" not in nodes


def test_what_cannot_be_written_says_so(tmp_path):
    with pytest.raises(TypeError, match="begins with no Layer, so give a few rows"):
        nn.save_onnx(nn.Embedding(3, 2), tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()
    nn.save_onnx(nn.MLP(2, [3, 1], seed=0), tmp_path / "m.onnx")
    graph = onnx.load(tmp_path / "m.onnx").graph
    assert [d.dim_param or d.dim_value for d in graph.input[0].type.tensor_type.shape.dim] == ["count", 2]
    assert math.prod(onnx.numpy_helper.to_array(graph.initializer[0]).shape) > 0


@pytest.mark.parametrize("layer", [nn.RMSNorm, nn.LayerNorm])
def test_rows_out_of_the_range_of_floats_are_named_as_the_fault(tmp_path, layer):
    model = nn.Sequential(layer(2))
    with pytest.raises(ValueError, match="out of the range of floats: give smaller rows, or numbers of 64 bits"):
        nn.save_onnx(model, tmp_path / "m.onnx", [[1e200, 1.0]])
