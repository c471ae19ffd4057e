"""Each field of a file by itself: what it may be just at its limits, and what is said of the rest."""

import math
import random

import numpy as np
import pytest

import nn
from nn.saving.file_format import check, check_best, check_rule, generator_state
from nn.support.fields import check_buffers, check_like, check_setting

STATE = list(random.Random(0).getstate())
STATE[1] = list(STATE[1])
RECORD = {
    "format": "chainrule",
    "version": 1,
    "buffers": {},
    "kinds": {"layers.0": "tanh"},
    "digest": "",
    "classes": ["a", "b"],
    "optimizer": {"kind": "SGD", "step_count": 3, "settings": {}},
    "generators": [None, STATE],
    "history": {
        "metrics": {}, "classes": {}, "backend": "numpy", "stopped": "", "trouble": "", "best_loss": 0.5,
        "best_epoch": 1, "best_buffers": {}, "batches": 2, "loss_so_far": 1.5, "rows_so_far": 2,
    },
}  # fmt: skip
LISTS = ("losses", "validation_losses", "learning_rates", "gradient_norms", "best_parameters")
TENSORS = {"w": np.zeros((1, 2)), **{f"history.{name}": np.zeros(2) for name in LISTS}}


def changed(place, x):
    record = {name: dict(held) if isinstance(held, dict) else held for name, held in RECORD.items()}
    first, _, second = place.partition(".")
    if second:
        record[first][second] = x
    elif place:
        record[first] = x
    return record


@pytest.mark.parametrize(
    ("place", "x"),
    [
        ("", None),
        ("classes", []),
        ("kinds", {}),
        ("generators", [STATE, STATE]),
        ("generators", [None]),
        ("optimizer.step_count", 0),
        ("history.best_epoch", 2),
        ("history.loss_so_far", 0.0),
        ("history.rows_so_far", 9),
    ],
)
def test_what_a_field_may_be(place, x):
    found = check(TENSORS, changed(place, x), ["w"])
    assert found == changed(place, x)["history"]


@pytest.mark.parametrize(
    ("place", "x", "words"),
    [
        ("format", "other", 'format is "other", not chainrule'),
        ("buffers", [], "buffers is a list of 0, not an object with fields"),
        ("classes", "ab", 'classes is "ab", not a list'),
        ("classes", ["a", 1], r"classes\[1\] is 1, not a text"),
        ("classes", ["a"], "classes are two or more"),
        ("classes", ["a", "a"], "classes are two or more, each of another name"),
        ("kinds", ["tanh"], "kinds is a list of 1, not an object"),
        ("kinds.layers.0", 1, "kinds.layers.0 is 1, not a text"),
        ("more", 1, "there is no field more"),
        ("optimizer", [], "optimizer is a list of 0, not an object"),
        ("optimizer.more", 1, "there is no field more in optimizer"),
        ("optimizer.kind", 1, "optimizer.kind is 1, not a text"),
        ("optimizer.step_count", -1, "optimizer.step_count is -1, not a whole number"),
        ("optimizer.settings", [], "optimizer.settings is a list of 0, not an object"),
        ("generators", {}, "generators is an object of 0, not a list"),
        ("generators", [None, None], r"generators\[1\] is null, not the state"),
        ("generators", [7], r"generators\[0\] is 7, not the state"),
        ("generators", [None, STATE, [3, [1], None]], r"generators\[2\] is a list of 3, not the state"),
        ("history", 1, "history is 1, not an object"),
        ("history.backend", 1, "history.backend is 1, not a text"),
        ("history.best_epoch", 0, "history.best_epoch is 0, not one of the 2 epochs"),
        ("history.best_epoch", 3, "history.best_epoch is 3, not one of the 2 epochs"),
        ("history.best_epoch", None, "one is there without the other"),
        ("history.best_loss", None, "one is there without the other"),
        ("history.rows_so_far", 1, "history.rows_so_far is 1, not those of 2 batches"),
        ("history.batches", 0, "history.rows_so_far is 2, not those of 0 batches"),
        ("history.loss_so_far", math.inf, "history.loss_so_far is Infinity, not the finite loss"),
        ("history.metrics", [], "history.metrics is a list of 0, not an object"),
    ],
)
def test_what_a_field_may_not_be(place, x, words):
    with pytest.raises(ValueError, match=words):
        check(TENSORS, changed(place, x), ["w"])


def test_a_loss_belongs_to_batches_and_one_part_of_two_is_none():
    record = changed("history.batches", 0)
    record["history"]["rows_so_far"] = 0
    with pytest.raises(ValueError, match=r"history.loss_so_far is 1.5, not the finite loss of 0 batches"):
        check(TENSORS, record, ["w"])
    record["history"]["loss_so_far"] = 0.0
    assert check(TENSORS, record, ["w"])["batches"] == 0
    for part in ("optimizer", "generators"):
        half = {name: held for name, held in RECORD.items() if name != part}
        with pytest.raises(ValueError, match="one of the fields optimizer and generators, and not the other"):
            check(TENSORS, half, ["w"])
    bare = {name: RECORD[name] for name in ("format", "version", "buffers", "classes")}
    assert check({"w": TENSORS["w"]}, bare, ["w"]) == {}
    assert check({"optimizer.w": TENSORS["w"]}, bare, ["optimizer.w"]) == {}
    for tensors, words in (
        ({"optimizer.v": np.zeros(2)}, "it holds optimizer.v, and no field optimizer"),
        ({"w": np.zeros(2, dtype="float32")}, "w holds float32 numbers"),
    ):
        with pytest.raises(ValueError, match=words):
            check(tensors, bare, ["w"])
    with pytest.raises(ValueError, match=r"optimizer.v has the shape \(1, 2\), and is no list"):
        check({**TENSORS, "optimizer.v": np.zeros((1, 2))}, RECORD, ["w"])


@pytest.mark.parametrize(
    "wrong", [None, [3, [1]], [3, 1, None], ["3", STATE[1], None], [3, [*STATE[1][:-1], 1.5], None]]
)
def test_what_is_no_state_of_a_generator(wrong):
    with pytest.raises(ValueError, match=r"x is .*, not the state of a generator"):
        generator_state("x", wrong)
    assert random.Random(1).setstate(generator_state("x", STATE)) is None
    assert generator_state("x", [*STATE[:2], 0.5])[2] == 0.5
    for last in (1, math.inf, "a"):
        with pytest.raises(ValueError, match=r"x\[2\] is .*, not a number or null"):
            generator_state("x", [*STATE[:2], last])


def test_memories_that_no_steps_leave_and_a_best_epoch_of_another_model():
    optimizer = nn.AdaGrad([nn.Neuron(1, seed=0).weights[0]])
    check_rule(optimizer, {"squares": [0.0]}, 0)
    with pytest.raises(ValueError, match=r"optimizer.squares\[1\] is -1.0: no steps of AdaGrad leave"):
        check_rule(optimizer, {"squares": [4.0, -1.0]}, 0)
    adam = nn.Adam([nn.Neuron(1, seed=0).weights[0]])
    check_rule(adam, {"mean": [1e308], "variance": [1e308]}, 0)  # the first step divides by 1 − β
    best = {"best_epoch": 1, "best_parameters": [1.0, 2.0], "best_buffers": {}}
    check_best(best, nn.Neuron(1, seed=0), None)
    with pytest.raises(ValueError, match="best_parameters holds 2 numbers, not 1"):
        check_best(best, nn.Neuron(1, seed=0), optimizer)
    for held in ({}, {"best_parameters": [], "best_buffers": {"x": 1}}):
        other = {**best, "best_epoch": None, **held}
        with pytest.raises(ValueError, match="are of no best_epoch"):
            check_best(other, nn.Neuron(1, seed=0), None)
    check_best({"best_epoch": None, "best_parameters": [], "best_buffers": {}}, nn.Neuron(1, seed=0), None)


@pytest.mark.parametrize(
    ("x", "mine", "words"),
    [
        ([1.0], [1.0, 2.0], "x holds 1 numbers, and in this model 2"),
        ([1.0, "a"], [1.0, 2.0], r'x\[1\] is "a", not a number'),
        (1.0, [1.0], "x is 1.0, not a list"),
        ({"a": 1.0}, {"b": 1.0}, "the field b is missing in x"),
        ({"a": "b"}, {"a": 1.0}, 'x.a is "b", not a number'),
        (1, True, "x is 1, not true or false"),
        (1, "a", "x is 1, not a text"),
        (True, 1, "x is true, not a number"),
    ],
)
def test_a_state_is_like_what_the_model_has(x, mine, words):
    with pytest.raises(ValueError, match=words):
        check_like("x", x, mine)
    check_like("x", mine, mine)
    check_like("x", None, 1.0)
    check_setting("x", [1.0], [2.0])
    for given, own in ((True, 1.0), ([1.0], None), (1.0, [1.0]), (None, 1.0)):
        with pytest.raises(ValueError, match=r"^x is "):
            check_setting("x", given, own)
    check_setting("x", 1.0, None)
    model = nn.Sequential(nn.BatchNorm(1), nn.Dropout(0.5))
    good = model.named_buffers()
    check_buffers("buffers", good, model)
    for path, bad in (("layers.0.running_variance", [-1.0]), ("layers.0.running_mean", [None]), ("layers.1.drawn", -1)):
        with pytest.raises(ValueError, match=path):
            check_buffers("buffers", {**good, path: bad}, model)
