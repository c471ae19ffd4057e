"""Tables of pandas and polars, names of classes, booleans: as data of `fit`, on every backend; PyTorch's weights."""

import json
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
        ({}, [4, 1], r"0\.weight has the shape \(3, 2\), and layers\.0 in this model is \(4, 2\)"),
        ({}, [3, 3, 1], r"it has 2 Linear layers \(0, 10\), and this model 3 Layers"),
        ({"1.running_mean": [0.0]}, [3, 1], r"holds 1\.running_mean, which is no weight or bias of a Linear layer"),
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
