"""What a file holds is anybody's: one wrong field, one wrong bit, and nothing is changed."""

import copy
import functools
import json
import math
import os
import random
import struct
from itertools import islice

import numpy as np
import pytest

from nn import (
    Autosave,
    History,
    fit,
    load,
    save,
)
from tests.support.training.recorded import parts, state_of, trained, written
from tests.support.training.saved import X, Y, loss

safetensors = pytest.importorskip("safetensors.numpy")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "run"
    save(path, *trained())
    return path.read_bytes()


def refused(path, things, words=".", *, without=(False, True)):
    """Assert that the file is refused, with optimizer and history and without, and that nothing changes."""
    model, optimizer, history = things
    before = state_of(*things)
    for alone in without:
        with pytest.raises(ValueError, match=words) as told:
            load(path, model) if alone else load(path, model, optimizer, history)
        assert str(path) in str(told.value)
        assert all(c.isprintable() for c in str(told.value).replace(str(path), ""))
        assert len(str(told.value)) < 1000
        assert state_of(*things) == before


def places(x, path=()):
    """Yield the paths of all fields of a record, and of the first and last entries of its lists."""
    for key, y in x.items() if isinstance(x, dict) else [(0, x[0]), (len(x) - 1, x[-1])]:
        yield (*path, key)
        if isinstance(y, dict | list) and y:
            yield from places(y, (*path, key))


def at(record, path):
    return functools.reduce(lambda x, key: x[key], path, record)


STRIDE = int(os.environ.get("CHAINRULE_STRIDE", "8"))  # 1 tries every change


DEEP = functools.reduce(lambda x, _: [x], range(300), 0)


HOSTILE = "\x1b[2J\u202e') or __import__('os').system('id') #"


OTHERS = ["text", HOSTILE, None, True, False, -1, -0.5, 1.5, math.nan, math.inf, 2**70, [], {}, [0], {"a": 1}, DEEP]


def mutants(record):
    """Yield (path, what was done, the record with that one field changed)."""
    for path in places(record):
        *above, key = path
        for name, act in [
            ("removed", lambda x, key: x.pop(key)),
            ("more", lambda x, key: x.append(0) if isinstance(x, list) else x.update({f"{key}x": 0})),
            ("renamed", lambda x, key: None if isinstance(x, list) else x.update({HOSTILE: x.pop(key)})),
            *((other, lambda x, key, other=other: x.__setitem__(key, other)) for other in OTHERS),
        ]:
            made = copy.deepcopy(record)
            act(at(made, above), key)
            yield path, name, made


def same(x, y):
    return json.dumps(x, sort_keys=True) == json.dumps(y, sort_keys=True)


def test_any_one_field_changed_is_refused_and_nothing_is_changed(whole, tmp_path):
    path, things, count = tmp_path / "run", trained(seed=2), 0
    tensors, record = parts(whole)
    for i, (_, _, made) in enumerate(islice(mutants(record), 1, None, 2 * STRIDE)):
        if not same(made, record):
            written(path, tensors, made, signed=False)
            refused(path, things, without=[i % 2 == 0])
            count += 1
    assert count > 400 // STRIDE


def fits(x, y):
    """Whether a field may hold `y` where it held `x`: another text, another number of its kind, null for a number."""
    kinds = {str: (str,), bool: (bool,), int: (int,), float: (int, float), type(None): (type(None), int, float)}
    return type(y) in kinds.get(type(x), ())


def test_with_a_check_sum_that_holds_every_field_is_still_held_to_what_it_can_be(whole, tmp_path):
    """What is taken is then of the kind of what was there; all else is refused with nothing changed."""
    path, things, taken, refusals = tmp_path / "run", trained(seed=2), [], 0
    before = state_of(*things)
    tensors, record = parts(whole)
    unsigned = {name: x for name, x in record.items() if name != "digest"}
    for place, what, made in islice(mutants(unsigned), 0, None, STRIDE):
        if same(made, unsigned) or (place, what) == (("generators", 0), None):
            continue  # Python's own generator was not the training's alone
        written(path, tensors, made, signed=True)
        said = ""
        try:
            load(path, *things)
        except ValueError as error:
            said = str(error)
        if said:
            assert str(path) in said
            assert all(c.isprintable() for c in said.replace(str(path), "")), (place, what)
            assert state_of(*things) == before, (place, what)
            refusals += 1
            continue
        taken.append((place, what))
        assert what not in ("removed", "renamed", "more"), place
        assert fits(at(record, place), at(made, place)), (place, what)
        assert all(text.isprintable() for text in vars(things[2]).values() if isinstance(text, str))
        things = trained(seed=2)
        before = state_of(*things)
    assert refusals > 600 // STRIDE
    settings = {place[-1] for place, _ in taken if "settings" in place}
    assert settings <= {"learning_rate", "epsilon"}, taken  # 1.5 and such are rates


@pytest.mark.parametrize(
    ("place", "x", "words"),
    [
        ("settings.epsilon", "__import__('os').system('id')", r"optimizer.settings.epsilon is \"__import__"),
        ("settings.epsilon", -1.0, r"epsilon must be greater than 0"),
        ("settings.beta1", 1.0, r"beta1 must be 0 or more and less than 1"),
        ("settings.learning_rate", True, "optimizer.settings.learning_rate is true, not a number"),
        ("settings.learning_rate", math.nan, "learning_rate must be 0 or more and finite"),
        ("settings.update", "x", "no field update in optimizer.settings"),
        ("step_count", -1, "optimizer.step_count is -1, not a whole number from 0"),
        ("step_count", 2**60, "optimizer.step_count is 1152921504606846976, not a whole"),
        ("kind", "\x1b[31mAdam", r"saved with the optimizer \\x1b\[31mAdam"),
    ],
)
def test_the_field_is_named(whole, tmp_path, place, x, words):
    tensors, record = parts(whole)
    *above, key = place.split(".")
    at(record["optimizer"], above)[key] = x
    written(tmp_path / "run", tensors, record, signed=True)
    refused(tmp_path / "run", trained(seed=2), words, without=[False])


def test_wrong_arrays_are_refused(whole, tmp_path):
    path, things = tmp_path / "run", trained(seed=2)
    tensors, record = parts(whole)
    name = "layers.0.neurons.weights"
    for key in tensors:
        array = tensors[key]
        changed = [
            array.astype("float32"),
            array.astype("int64"),
            array[None],
            array.ravel()[:-1],
            np.append(array, 1.0),
        ]
        for i, other in enumerate(changed):
            if key.startswith("history.") and i > 2 and key != "history.best_parameters":
                continue  # as long as a history is
            written(path, {**tensors, key: other}, record, signed=True)
            refused(path, things, without=[False])
        written(path, {k: a for k, a in tensors.items() if k != key}, record, signed=True)
        refused(path, things, without=[False])
    for key in ("more", "history.more", "optimizer.more", "history.\x1b[2J"):
        written(path, {**tensors, key: tensors[name]}, record, signed=True)
        refused(path, things)
    for part in ("optimizer", "history"):
        written(path, tensors, {k: v for k, v in record.items() if k != part}, signed=True)
        refused(path, things)


def test_a_flipped_bit_or_a_cut_is_seen(whole, tmp_path):
    path, things, draw = tmp_path / "run", trained(seed=2), random.Random(4)
    path.write_bytes(whole)
    clean = trained(seed=3)
    load(path, *clean)
    saved = state_of(*clean)
    size = struct.unpack("<Q", whole[:8])[0]
    numbers = range(8 + size, len(whole))  # the weights, memories and losses themselves
    for place in [*draw.sample(range(8 + size), 40), *draw.sample(numbers, 40)]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        try:
            refused(path, things, without=[False])
        except pytest.fail.Exception:  # it was no more than another space
            assert place < 8 + size
            assert state_of(*things) == saved
            things = trained(seed=2)
    for length in draw.sample(range(len(whole)), 12):
        path.write_bytes(whole[:length])
        refused(path, things, "is not a file that nn.save wrote, or is not whole", without=[False])


def test_what_json_reads_twice_or_too_deep_is_refused(whole, tmp_path):
    path, things = tmp_path / "run", trained(seed=2)
    tensors, record = parts(whole)
    text = json.dumps(record)
    for other in (
        text.replace('"version": 1', '"version": 1, "version": 1'),
        text.replace('"step_count"', '"step_count": 1, "step_count"'),
        text.replace('"buffers": {', '"buffers": {"a": ' + "[" * 100_000 + "]" * 100_000 + ", "),
        text.replace('"buffers": {', '"buffers": {"a": ' + "[" * 900 + "]" * 900 + ", "),
        text.replace('"version": 1', '"version": true'),
        text.replace('"version": 1', '"version": "\x1b[2J"'),
        "[" * 100_000,
    ):
        assert other != text
        path.write_bytes(safetensors.save(tensors, metadata={"chainrule": other}))
        refused(path, things, "not a file that nn.save wrote|version|nested|buffers|check sum")


def test_a_file_that_has_lost_its_check_sum_or_its_kinds_is_refused(whole, tmp_path):
    tensors, record = parts(whole)
    for lost in ("digest", "kinds"):
        written(tmp_path / "less", tensors, {k: v for k, v in record.items() if k != lost}, signed=False)
        refused(tmp_path / "less", trained(seed=2), f"the field {lost} is missing")


def test_autosave_goes_on_from_no_file_that_is_not_whole(whole, tmp_path):
    path = tmp_path / "run"
    tensors, record = parts(whole)
    record["optimizer"]["settings"]["epsilon"] = "__import__('os').system('id')"
    for signed in (False, True):
        written(path, tensors, record, signed=signed)
        model, optimizer, _ = trained(seed=2)
        history = History()
        before = state_of(model, optimizer, history)
        with pytest.raises(ValueError, match=r"run: optimizer.settings.epsilon"):
            fit(
                model, X, Y, loss=loss, optimizer=optimizer, history=history, epochs=3, batch_size=4,
                autosave=Autosave(path), backend="numpy",
            )  # fmt: skip
        assert state_of(model, optimizer, history) == before


def test_an_interrupt_while_all_is_put_in_its_place_takes_it_back(whole, tmp_path, monkeypatch):
    path, things = tmp_path / "run", trained(seed=2)
    path.write_bytes(whole)
    before = state_of(*things)
    real, calls = random.setstate, []

    def once(state):
        calls.append(state)
        if len(calls) == 1:
            raise KeyboardInterrupt
        real(state)

    with monkeypatch.context() as patch:
        patch.setattr(random, "setstate", once)
        with pytest.raises(KeyboardInterrupt):
            load(path, *things)
    assert state_of(*things) == before
