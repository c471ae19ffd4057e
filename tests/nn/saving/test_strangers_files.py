"""What strangers did to files, one test for each kind of fault that they found."""

import os
import sys

import pytest

import nn
from autograd import Value, detach, gradcheck
from autograd.compile.backends.native.host import cache

X, Y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]


class Held(nn.Module):
    def __init__(self, held):
        self.held = held


@pytest.mark.parametrize(
    "held",
    [
        {1: Value(1.0), "1": Value(2.0)},
        {"a.0": Value(1.0), "a": [Value(2.0)]},
        {1: nn.BatchNorm(1), "1": nn.BatchNorm(1)},
        {1: nn.Dropout(0.5), "1": nn.Dropout(0.5)},
    ],
)
def test_parts_that_share_a_path_are_refused_not_lost(held, tmp_path):
    with pytest.raises(ValueError, match=r"two of the model's parts are both called held\."):
        nn.save(tmp_path / "a.st", Held(held))
    assert not list(tmp_path.iterdir())


def test_a_path_to_two_parameters_is_none_to_set_or_read_one_by():
    class Scale(Held):
        def forward(self, row):
            return self.held[1] * row[0]

    model = Scale({1: Value(1.0), "1": Value(2.0)})
    session = nn.TrainingSession(model, [[1.0]], [1.0], loss=nn.mean_squared_error)
    for act in (model.state_dict, lambda: session.set_weight("held.1", 3.0), lambda: model.load_state_dict({})):
        with pytest.raises(ValueError, match=r"two of the model's parts are both called held\.1"):
            act()
    session.set_weight(model.held[1], 3.0)
    assert (model.held[1].data, model.held["1"].data) == (3.0, 2.0)
    wrong = gradcheck(lambda: detach(model.held[1]) * model.held["1"], model.named_parameters())
    assert [m.parameter for m in wrong.mismatches] == ["held.1 (parameter 0)"]


@pytest.mark.parametrize("kind", [nn.Adam, nn.AdamW, nn.RMSProp, nn.AdaGrad])
def test_memories_that_no_step_leaves_are_refused_though_the_check_sum_is_right(kind, tmp_path):
    path, model = tmp_path / "a.st", nn.MLP(2, [1], seed=0)
    optimizer = kind(model.parameters(), 0.1)
    nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=1)
    nn.save(path, model, optimizer)
    nn.load(path, model, optimizer)
    optimizer.state[optimizer.state_names[-1]][1] = -1.0
    nn.save(path, model, optimizer)
    other = kind(model.parameters(), 0.1)
    before = [p.data for p in model.parameters()], dict(other.state), other.step_count
    with pytest.raises(ValueError, match=rf"a\.st: .*optimizer\.{optimizer.state_names[-1]}\[1\] is -1\.0"):
        nn.load(path, model, other)
    assert before == ([p.data for p in model.parameters()], other.state, other.step_count)


def test_a_training_that_diverged_is_loaded_as_it_was(tmp_path):
    model = nn.MLP(2, [1], seed=0)
    optimizer = nn.Adam(model.parameters())
    optimizer.state["variance"][:] = [float("inf"), float("nan"), 1e308]
    nn.save(tmp_path / "a.st", model, optimizer)
    nn.load(tmp_path / "a.st", model, other := nn.Adam(model.parameters()))
    assert repr(other.state) == repr(optimizer.state)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_nobody_waits_for_a_pipe_or_reads_a_device_to_its_end(tmp_path):
    pipe, model = tmp_path / "pipe", nn.MLP(2, [1])
    os.mkfifo(pipe)
    with pytest.raises(ValueError, match="is a pipe, not a file"):
        nn.save(pipe, model)
    for place, kind in ((pipe, "a pipe or device"), ("/dev/zero", "a pipe or device"), (tmp_path, "a folder")):
        with pytest.raises(ValueError, match=f"is {kind}, not a file"):
            nn.load(place, model)
    with pytest.raises(FileNotFoundError, match="an empty text"):
        nn.save("", model)


def test_what_a_killed_process_left_half_written_goes_after_an_hour(tmp_path):
    path, model = tmp_path / "a.st", nn.MLP(2, [1])
    old, new, others = (tmp_path / f".a.st.{c * 16}.part" for c in "0az")
    other = tmp_path / f".b.st.{'0' * 16}.part"
    for place in (old, new, others, other):
        place.write_bytes(b"half")
        os.utime(place, (0, 0))
    os.utime(new)
    nn.save(path, model)
    assert sorted(tmp_path.iterdir()) == sorted([path, new, others, other])


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners here")
def test_a_home_that_is_not_there_is_not_made(tmp_path, monkeypatch):
    monkeypatch.delenv("CHAINRULE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    cache.keep("key", b"code")
    assert not list(tmp_path.iterdir())
    (tmp_path / "home").mkdir()
    cache.keep("key", b"code")
    assert cache._parent() == str(tmp_path / "home" / ".cache")
    assert cache.kept("key") in (b"code", None)  # None where others can change the folder that tests run in


@pytest.mark.parametrize("call", [nn.save, nn.load])
def test_what_stands_in_anothers_place_is_named(call, tmp_path):
    model = nn.MLP(2, [1])
    for given, said in (
        ((model, "w.st"), "path is a MLP"),
        ((None, model), "path is None"),
        (("w.st", None), "model is None"),
        (("w.st", [model]), "model is a list"),
        (("w.st", {"a": Value(1.0)}), "model is a dict"),
        (("w.st", nn.MLP), "model is the class MLP"),
        (("w.st", model, nn.Adam), "optimizer is the class Adam"),
        (("w.st", model, None, [1.0, 2.0]), "history is a list"),
    ):
        with pytest.raises(TypeError, match=f"{call.__name__}: {said}; write"):
            call(*given)
