"""What pages begin with when nothing is said, and the level between two classes."""

import re
from itertools import pairwise

import pytest

import nn
import viz
from autograd import Value
from viz.pages.film.film import MOST, _spread
from viz.pages.live.parts import fitting_loss, is_chain
from viz.support import palette

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


LEVEL = 'MODULES["live/model.js"].MODEL.level'


def network():
    return nn.MLP(2, [3, 1], seed=0)


def filmed(loss, targets, **given):
    model = network()
    recorder = viz.Recorder(model, X, targets, loss=loss, **given)
    nn.fit(model, X, targets, loss=loss, optimizer=nn.SGD(model.parameters(), 0.1), epochs=2, callbacks=[recorder])
    return viz.film(recorder)


@pytest.mark.parametrize(
    ("loss", "targets", "level"),
    [
        (nn.mean_squared_error, Y, 0.5),
        (nn.mean_squared_error, [2.0, 3.0, 3.0, 2.0], 2.5),
        (nn.mean_squared_error, [-1.0, 1.0, 1.0, -1.0], 0.0),
        (nn.binary_cross_entropy_with_logits, Y, 0.0),
        (nn.hinge, [-1.0, 1.0, 1.0, -1.0], 0.0),
    ],
)
def test_the_level_lies_between_the_classes_or_is_0_for_scores(show, loss, targets, level):
    assert show(filmed(loss, targets)).evaluate(LEVEL) == level
    assert show(viz.playground(network(), X, targets, loss=loss)).evaluate(LEVEL) == level
    assert show(filmed(loss, targets, level=0.75)).evaluate(LEVEL) == 0.75
    assert show(viz.playground(network(), X, targets, loss=loss, level=0.75)).evaluate(LEVEL) == 0.75


def test_a_playground_begins_with_plain_descent_at_a_tenth():
    page = viz.playground(network(), X, Y)
    assert re.search(r'"SGD","rate":0\.1\b', page.html)
    model = network()
    other = viz.playground(model, X, Y, optimizer=nn.Adam(model.parameters(), 0.02))
    assert re.search(r'"Adam","rate":0\.02\b', other.html)


def test_a_recorder_keeps_the_beginning_the_latest_and_moments_evenly_between():
    model = network()
    recorder = viz.Recorder(model, X, Y, loss=nn.mean_squared_error, most=4)
    nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters(), 0.1), epochs=23,
           callbacks=[recorder])  # fmt: skip
    epochs = [epoch for epoch, _ in recorder.frames]
    assert epochs[0] == 0
    assert len({b - a for a, b in pairwise(epochs)}) == 1, epochs
    assert len(epochs) <= 5
    with pytest.raises(ValueError, match="at least 2"):
        viz.Recorder(model, X, Y, most=1)


# ------------------------------------------------------------------------------------- what pages know
@pytest.mark.parametrize(
    ("targets", "outputs", "name"),
    [
        ([[0.0], [1.0]], 1, "binary_cross_entropy_with_logits"),
        ([[0.0], [0.5]], 1, "mean_squared_error"),
        ([[0.0], [2.0]], 3, "softmax_cross_entropy"),
        ([[0.0, 1.0], [1.0, 0.0]], 2, "softmax_cross_entropy"),
        ([[0.0, 1.0], [1.0, 1.0]], 2, "mean_squared_error"),
        ([[0.25, 0.75], [1.0, 0.0]], 2, "mean_squared_error"),
        ([[0.0, 0.5], [1.0, 0.0]], 2, "mean_squared_error"),
    ],
)
def test_the_loss_that_fits_the_targets(targets, outputs, name):
    assert fitting_loss(targets, outputs).__name__ == name


def test_layers_can_be_added_to_a_chain_with_biases_alone():
    assert is_chain(network())
    assert not is_chain(nn.MLP(2, [3, 1], seed=0, bias=False))
    assert not is_chain(nn.Sequential(nn.Layer(2, 1, seed=0)))


def test_what_a_playground_knows():
    page = viz.playground(network(), X, Y)
    data = page.data
    assert (data["title"], data["loss"], data["level"], data["optimizer"], data["rate"], data["steps"]) == (
        "Playground", "binary_cross_entropy_with_logits", None, "SGD", 0.1, 0,
    )  # fmt: skip
    assert (data["batches"], data["batch"], data["plain"]) == ([4, 1], 4, True)
    assert (data["rows"], data["targets"], data["outputs"]) == (X, [[y] for y in Y], 1)
    assert set(data["losses"]) == {"binary_cross_entropy_with_logits", "mean_squared_error"}
    assert data["python"].startswith("nn.SGD(model.parameters(), learning_rate=RATE, momentum=0.0")
    assert [layer["name"] for layer in data["layers"]] == ["layer 1", "layer 2"]
    assert [layer["activation"] for layer in data["layers"]] == ["", "linear"]
    assert [len(layer["weights"]) for layer in data["layers"]] == [3, 1]
    places = [k for layer in data["layers"] for unit in layer["weights"] for k in unit]
    biases = [k for layer in data["layers"] for k in layer["biases"]]
    assert sorted([*places, *biases]) == list(range(13))
    model = network()
    values = {path: p.data for path, p in model.named_parameters()}
    assert {path: x for _, path, x in data["parameters"]} == values
    assert data["parameters"][data["layers"][1]["weights"][0][2]][1] == "layers.1.neurons.0.weights.2"
    assert page.data["signs"] == list(palette.FIELD_SIGNS)
    assert viz.playground(network(), X[:1], Y[:1]).data["batches"] == [1]
    assert viz.playground(network(), X, Y, batch_size=3).data["batches"] == [4, 3, 1]
    assert viz.playground(network(), X, Y, batch_size=4).data["batches"] == [4, 1]
    assert viz.playground(network(), X, Y, batch_size=1).data["batch"] == 1
    assert viz.playground(network(), (X, Y)).data["targets"] == data["targets"]
    scores = viz.playground(network(), X, [-1.0, 1.0, 1.0, -1.0], loss=nn.hinge)
    assert set(scores.data["losses"]) == {"binary_cross_entropy_with_logits", "hinge", "mean_squared_error"}
    unnamed = viz.playground(network(), X, [-1.0, 1.0, 1.0, -1.0]).data
    assert (unnamed["loss"], set(unnamed["losses"])) == ("mean_squared_error", set(scores.data["losses"]))
    own = viz.playground(network(), X, Y, loss=lambda p, t: nn.mean_squared_error(p, t))
    assert own.data["loss"] not in ("mean_squared_error", "")
    pairs = viz.playground(nn.MLP(2, [2], seed=0), X, [[0.5, 1.0]] * 4, loss=lambda p, t: nn.mean_squared_error(p, t))
    assert {name: part["arguments"] for name, part in pairs.data["losses"].items()} == {
        "mean_squared_error": [0, 1], "own.1": [0], "own.4": [0],
    }  # fmt: skip
    classes = viz.playground(nn.MLP(2, [3], seed=0), X, [0, 1, 2, 1])
    assert (classes.data["outputs"], set(classes.data["losses"])) == (3, {"softmax_cross_entropy"})
    several = viz.playground(nn.MLP(2, [2], seed=0), X, [[0.5, 1.0]] * 4)
    assert set(several.data["losses"]) == {"mean_squared_error"}


def test_an_optimizers_memories_are_the_pages():
    model = network()
    optimizer = nn.SGD(model.parameters(), learning_rate=0.5, momentum=0.5)
    nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=2)
    data = viz.playground(model, X, Y, optimizer=optimizer).data
    (memories,) = data["memories"]
    by_path = dict(zip([path for _, path, _ in data["parameters"]], memories, strict=True))
    paths = [path for path, _ in model.named_parameters()]
    assert by_path == dict(zip(paths, optimizer.state[optimizer.state_names[0]], strict=True))
    assert data["steps"] == 2
    decaying = nn.SGD(model.parameters(), weight_decay=0.1)
    assert viz.playground(model, X, Y, optimizer=decaying).data["optimizer"] == "SGD with decay"


def test_what_a_page_cannot_compute_is_refused():
    model = network()
    with pytest.raises(ValueError, match="batch_size=5: a step takes 1 to all 4 rows"):
        viz.playground(model, X, Y, batch_size=5)
    with pytest.raises(TypeError, match="playground takes rows and targets"):
        viz.playground(model, X)
    with pytest.raises(TypeError, match="playground takes rows and targets"):
        viz.playground(model, (X, Y, Y))
    with pytest.raises(ValueError, match="takes rows of 2 inputs, and these have 3"):
        viz.playground(model, [[1.0, 2.0, 3.0]], [1.0])
    with pytest.raises(ValueError, match="the optimizer moves 9 parameters, not just the model's 13"):
        viz.playground(model, X, Y, optimizer=nn.SGD(model.layers[0].parameters()))
    with pytest.raises(TypeError, match=r"loss=nn.mean_squared_error, not the Value of one"):
        viz.playground(model, X, Y, loss=Value(1.0))
    with pytest.raises(TypeError, match="not the class SGD"):
        viz.playground(model, X, Y, optimizer=nn.SGD)
    with pytest.raises(TypeError, match="not float"):
        viz.playground(model, X, Y, optimizer=0.1)
    model.parameters()[0].data = float("inf")
    with pytest.raises(ValueError, match=r"layers\.0\.neurons\.0\.weights\.0 is inf"):
        viz.playground(model, X, Y)


def test_a_film_has_at_most_so_many_moments_the_last_among_them():
    assert _spread([*range(MOST)]) == [*range(MOST)]
    for count in (MOST + 1, MOST + 2, 2 * MOST + 1, 10 * MOST):
        moments = [*map(str, range(count))]
        kept = _spread(moments)
        assert (kept[0], kept[-1]) == (moments[0], moments[-1])
        assert len(kept) <= MOST + 1
        assert len(kept) > MOST // 2
        assert len({b - a for a, b in pairwise(map(int, kept[:-1]))}) <= 1
    data = viz.film([0.5, float("nan")]).data
    assert (data["curve"], data["title"], data["stopped"]) == ([0.5, "nan"], "A training", "")


def test_what_the_stepping_page_knows_of_an_update():
    x, w = Value(3.0, "x"), Value(2.0, "w")
    loss = w * x
    data = viz.steps(loss).data
    assert (data["title"], data["rate"]) == ("Backpropagation, step by step", 0.1)
    assert viz.steps(loss, learning_rate=0.5).data["rate"] == 0.5
    assert viz.steps(loss, optimizer=nn.SGD([w], learning_rate=0.25)).data["rate"] == 0.25
    assert [row[0] for row in data["nodes"]] == ["w", "x", "L"]
    assert viz.steps(loss, parameters=[]).data["later"] == ""
    for wrong, error, words in (
        ({"learning_rate": float("inf")}, ValueError, "the rate of an update is a finite number"),
        ({"parameters": [w, 1.0]}, TypeError, "number 1 is float"),
        ({"optimizer": 1.0}, TypeError, "not float"),
    ):
        with pytest.raises(error, match=words):
            viz.steps(loss, **wrong)
    with pytest.raises(TypeError, match="steps takes the Value to step through"):
        viz.steps(3.0)
