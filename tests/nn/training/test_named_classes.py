"""Tables of pandas and polars, names of classes, booleans: as data of `fit`, on every backend; PyTorch's weights."""

import json
import math
import random

import numpy as np
import pytest

import nn

DRAW = random.Random(0)
ROWS = [[DRAW.gauss(0.0, 1.0), DRAW.gauss(0.0, 1.0)] for _ in range(24)]
NAMES = ["warm" if x > 0.3 else "cold" if y > 0.0 else "mild" for x, y in ROWS]
NUMBERS = [["cold", "mild", "warm"].index(name) for name in NAMES]


def trained(inputs, targets, outputs=3, loss=nn.softmax_cross_entropy, **settings):
    model = nn.MLP(2, [4, outputs], "tanh", seed=1)
    optimizer = nn.Adam(model.parameters(), 0.05)
    history = nn.fit(model, inputs, targets, loss=loss, optimizer=optimizer, epochs=30, **settings)
    return model, history


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_and_series_with_names_of_classes(library):
    tables = pytest.importorskip(library)
    columns = {"x": [x for x, _ in ROWS], "y": [y for _, y in ROWS]}
    frame, names = tables.DataFrame(columns), tables.Series(NAMES)
    if library == "pandas":
        frame.index, names.index = list(reversed(range(24))), list(range(24))
    model, history = trained(frame, names, validation=(frame, names), metrics="accuracy")
    _, plain = trained(ROWS, NUMBERS, validation=(ROWS, NUMBERS), metrics="accuracy")
    assert history.losses == plain.losses
    assert history.validation_losses == plain.validation_losses
    assert history.metrics == plain.metrics
    assert model.classes == ("cold", "mild", "warm") == tuple(history.classes)
    assert nn.classify(model, frame) == nn.classify(model, ROWS)
    assert set(nn.classify(model, ROWS)) <= set(NAMES)
    column, history = trained(frame, tables.DataFrame({"kind": NAMES}), validation=(frame, names))
    assert (column.classes, history.losses) == (model.classes, plain.losses)


@pytest.mark.parametrize("backend", ["recorded", "numpy", "native", "jax"])
def test_booleans_are_1_and_0_on_every_backend(backend):
    if backend in ("native", "jax"):
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    answers = [x > 0.3 for x, _ in ROWS]
    wanted = trained(ROWS, [float(y) for y in answers], 1, nn.binary_cross_entropy_with_logits, backend=backend)[
        1
    ].losses
    for targets in (answers, np.array(answers)):
        assert trained(ROWS, targets, 1, nn.binary_cross_entropy_with_logits, backend=backend)[1].losses == wanted


def test_an_unknown_name_is_refused_and_the_history_keeps_the_known(tmp_path):
    with pytest.raises(ValueError, match=r"validation targets\[1\] is 'hot', and the classes are cold, mild, warm"):
        trained(ROWS, NAMES, validation=(ROWS[:2], ["cold", "hot"]))
    model, history = trained(ROWS, NAMES)
    pytest.importorskip("safetensors")
    nn.save(tmp_path / "w.st", model, None, history)
    again = nn.History()
    nn.load(tmp_path / "w.st", model, None, again)
    assert again.classes == {"cold": 0, "mild": 1, "warm": 2}
    assert nn.classify(nn.MLP(2, [1], seed=0), [[9.0, 9.0], [-9.0, -9.0]]) in ([1, 0], [0, 1])


def test_a_later_training_keeps_the_names_and_their_numbers(tmp_path):
    model = nn.MLP(2, [4, 3], "tanh", seed=1)

    def go_on(targets, **settings):
        optimizer = nn.Adam(model.parameters(), 0.05)
        return nn.fit(
            model, ROWS[: len(targets)], targets, loss=nn.softmax_cross_entropy, optimizer=optimizer, **settings
        )

    with pytest.raises(ValueError, match="epochs must be 1 or more"):
        go_on(NAMES, epochs=0)
    assert not getattr(model, "classes", ())
    go_on(NAMES, epochs=3)
    assert go_on(["warm", "warm"], epochs=5).classes == {"cold": 0, "mild": 1, "warm": 2}
    assert model.classes == ("cold", "mild", "warm")
    for targets, said in ((["hot", "cold"], "'hot'"), ([0, 3], "3")):
        with pytest.raises(
            ValueError, match=rf"is {said}, and the classes are cold, .*begin anew .*model.classes = \(\)"
        ):
            go_on(targets, epochs=2)
    go_on([2, 0], epochs=2)
    pytest.importorskip("safetensors")
    nn.save(tmp_path / "w.st", model)
    again = nn.MLP(2, [4, 3], "tanh", seed=2)
    again.classes = ("a", "b")
    nn.load(tmp_path / "w.st", again)
    assert again.classes == ("cold", "mild", "warm")
    assert nn.classify(again, ROWS) == nn.classify(model, ROWS)
    model.classes = ()
    nn.save(tmp_path / "w.st", model)
    nn.load(tmp_path / "w.st", again)
    assert nn.classify(again, ROWS) == nn.classify(model, ROWS)
    assert go_on(["hot", "icy"], epochs=2).classes == {"hot": 0, "icy": 1}


def test_names_of_one_class_or_twice_the_same_are_refused_before_any_work():
    for names, classes in ((["warm"] * 24, ()), (NAMES, ("cold", "mild", "mild", "warm"))):
        model = nn.MLP(2, [4, 3], "tanh", seed=1)
        model.classes = classes
        before = model.state_dict()["layers.0.neurons.0.weights.0"]
        with pytest.raises(ValueError, match=r"classes are two or more, each of another name, .* (warm|cold)"):
            nn.fit(model, ROWS, names, loss=nn.softmax_cross_entropy, optimizer=nn.Adam(model.parameters()), epochs=1)
        assert (model.classes, model.parameters()[0].data) == (classes, before)


def test_amounts_are_not_learned_of_names():
    with pytest.raises(ValueError, match=r"mean_squared_error is of amounts.*classes no, yes.*with_logits with one"):
        trained(ROWS, ["yes", "no"] * 12, 1, nn.mean_squared_error)


def test_what_was_saved_with_other_names_is_not_gone_on_with(tmp_path):
    pytest.importorskip("safetensors")
    autosave = nn.Autosave(tmp_path / "run")
    trained(ROWS, NAMES, autosave=autosave)
    with pytest.raises(ValueError, match="its classes are cold, mild, warm, and those of these targets are no, yes"):
        trained(ROWS, ["yes", "no"] * 12, autosave=autosave)


# ---------------------------------------------------------------------------------------- PyTorch's weights
def torch_file(path, tensors):
    from safetensors.numpy import save_file

    save_file({name: np.array(x, dtype=np.float32) for name, x in tensors.items()}, path, metadata={"format": "pt"})


SEQUENTIAL = {
    "0.weight": [[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]], "0.bias": [0.125, -0.5, 0.0],
    "10.weight": [[1.0, -1.0, 2.0]], "10.bias": [0.75],
}  # fmt: skip


def test_a_sequential_of_linear_layers_is_read_in_order(tmp_path):
    pytest.importorskip("safetensors")
    torch_file(tmp_path / "m.safetensors", SEQUENTIAL)
    model = nn.MLP(2, [3, 1], "relu", seed=0)
    nn.load(tmp_path / "m.safetensors", model)
    row = np.array([0.3, -0.7])
    hidden = np.maximum(np.array(SEQUENTIAL["0.weight"]) @ row + SEQUENTIAL["0.bias"], 0.0)
    assert model(list(row)).data == pytest.approx((np.array(SEQUENTIAL["10.weight"]) @ hidden + 0.75)[0], rel=1e-15)
    without = {name: x for name, x in SEQUENTIAL.items() if "bias" not in name}
    torch_file(tmp_path / "n.safetensors", without)
    nn.load(tmp_path / "n.safetensors", nn.MLP(2, [3, 1], bias=False, seed=0))


@pytest.mark.parametrize(
    ("change", "sizes", "message"),
    [
        ({}, [4, 1], r"0\.weight has the shape \(3, 2\), and in layers\.0 of this model it is \(4, 2\)"),
        ({}, [3, 3, 1], r"it has 2 Linear layers \(0, 10\), and this model 3 Layers"),
        ({"1.running_mean": [0.0]}, [3, 1], r"holds 1\.running_mean, which is no weight or bias of a Linear layer"),
        (
            {"0.bias": [[0.0]] * 3},
            [3, 1],
            r"0\.bias has the shape \(3, 1\), and in layers\.0 of this model it is \(3,\)",
        ),
        ({"0.weight": None}, [3, 1], "0 has a bias and no weight, which no Linear layer has"),
        ({"weight": [[1.0]]}, [3, 1], r"it has 3 Linear layers \(one without a name, 0, 10\)"),
        ({"0.bias": None}, [3, 1], r"0 has no bias, and layers\.0 is Layer 2 → 3, relu: .* with bias=False"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_changed(tmp_path, change, sizes, message):
    pytest.importorskip("safetensors")
    tensors = {name: x for name, x in (SEQUENTIAL | change).items() if x is not None}
    torch_file(tmp_path / "m.safetensors", tensors)
    model = nn.MLP(2, sizes, "relu", seed=0)
    before = json.dumps(model.state_dict())
    with pytest.raises(ValueError, match=message):
        nn.load(tmp_path / "m.safetensors", model)
    assert json.dumps(model.state_dict()) == before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04archive/data.pkl", r"a pickle, as torch\.save writes.*safetensors\.torch\.save_file"),
        (b"\x80\x02}q\x00.", "which may run any program that is in it"),
        ({"0.weight": "BF16"}, r"numbers of the kind BF16, which NumPy has not.*after model\.float\(\)"),
        (b"hello", r"this is not a file that nn\.save wrote, or is not whole"),
        (b"", r"this is not a file that nn\.save wrote, or is not whole"),
    ],
)
def test_other_files_of_pytorch_are_named_with_the_way_out(tmp_path, data, message):
    pytest.importorskip("safetensors")
    if isinstance(data, dict):
        parts = {name: {"dtype": kind, "shape": [1], "data_offsets": [0, 2]} for name, kind in data.items()}
        header = json.dumps(parts).encode()
        data = len(header).to_bytes(8, "little") + header + b"\0\0"
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        nn.load(path, nn.MLP(2, [3, 1], seed=0))


def test_weights_that_are_nan_are_loaded_with_a_warning_that_names_them(tmp_path):
    pytest.importorskip("safetensors")
    torch_file(tmp_path / "m.safetensors", SEQUENTIAL | {"0.bias": [0.0, math.nan, math.inf]})
    model = nn.MLP(2, [3, 1], "relu", seed=0)
    with pytest.warns(
        RuntimeWarning, match=r"nan or infinite in the file.*: layers\.0\.neurons\.1\.bias, layers\.0\.neu"
    ):
        nn.load(tmp_path / "m.safetensors", model)
    assert math.isnan(model.layers[0].neurons[1].bias.data)


# ------------------------------------------------------------------------------------------- names and models
def test_a_state_dict_carries_the_names_and_one_without_takes_them_away():
    model, _ = trained(ROWS, NAMES)
    other = nn.MLP(2, [4, 3], "tanh", seed=2)
    other.classes = ("x", "y", "z")
    other.load_state_dict(model.state_dict())
    assert other.classes == model.classes
    assert nn.classify(other, ROWS) == nn.classify(model, ROWS)
    other.load_state_dict(nn.MLP(2, [4, 3], "tanh", seed=3).state_dict())
    assert set(nn.classify(other, ROWS)) <= {0, 1, 2}
    before = other.state_dict()
    for wrong in ([1, 2, 3], 5, None, "abc"):
        with pytest.raises(TypeError, match="classes in a state_dict are the names of classes"):
            other.load_state_dict(model.state_dict() | {"classes": wrong})
    for wrong in (["a"], ["a", "b", "a"], ("a", "a")):
        with pytest.raises(ValueError, match="classes are two or more, each of another name, and here are a"):
            other.load_state_dict(model.state_dict() | {"classes": wrong})
    assert other.state_dict() == before


@pytest.mark.parametrize("outputs", [1, 3])
def test_names_of_fewer_classes_than_the_model_tells_apart_are_said(outputs):
    model = nn.MLP(2, [outputs], seed=0)
    model.classes = ("a",) * (outputs - 1) or ("a",)
    with pytest.raises(ValueError, match=r"the model has \d outputs?, which tell \d classes apart, and .* names \d: a"):
        nn.classify(model, ROWS)


def test_weights_of_0_alone_are_refused_before_any_work():
    with pytest.raises(ValueError, match="the weights of the rows to train on are all 0"):
        trained(ROWS, NUMBERS, weights=[0.0] * 24)
