"""What strangers did to the library, one test for each kind of fault that they found."""

import copy
import math
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import nn
import viz
from autograd import Value, explain, steps, take

ROOT = Path(__file__).parents[2]

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def small():
    return nn.MLP(2, [2, 1], seed=0)


# ------------------------------------------------------------------------------------------- right
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_explanations_and_replays_find_their_nodes(how):
    loss = (Value(2.0, "a") * 3.0 + Value(1.0, "b")).tanh()
    told = explain(loss, "a")
    assert str(how(told)) == str(told)
    recording = steps.record(loss)
    twin = how(recording)
    assert twin.transcript() == recording.transcript()
    assert twin.index(twin.nodes[0]) == 0
    replay = recording.replay()
    replay.forward("node")
    again = how(replay)
    assert again.sentence == replay.sentence
    again.forward("node")
    assert again.sentence


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_network_is_drawn_by_its_own_paths_whatever_its_modules_are_called(wrapped):
    net = small()
    plain = viz.draw_network(net, X).source
    shown = viz.playground(net, X, Y).html
    if wrapped:
        nn.Sequential(net)
    else:
        net.name_nodes("my.net")
    assert list(net.forward_cache(X)) == ["layers.0", "layers.1"]
    assert viz.draw_network(net, X).source.count("► ") == plain.count("► ")
    assert len(viz.playground(net, X, Y).html) > len(shown) / 2
    assert viz.draw_network(net.layers[0], X[:1]).source
    said = nn.diagnose(net, X, Y, loss=nn.mean_squared_error)
    assert [layer.path for layer in said.layers] == ["layers.0", "layers.1"]


FORKS = """
import os, sys, threading, time
import nn
net, X, Y = nn.MLP(2, [2, 1], seed=0), [[0.0, 0.0], [0.0, 1.0]], [0.0, 1.0]
def job():
    nn.fit(net, X, Y, loss=nn.mean_squared_error, epochs=2, backend="numpy",
           optimizer=nn.SGD(net.parameters(), 0.1))
thread = threading.Thread(target=job)
thread.start()
while thread.is_alive() and "numpy" not in sys.modules:
    time.sleep(0.001)
pid = os.fork()
if pid == 0:
    job()
    os._exit(7)
for _ in range(6000):
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        break
    time.sleep(0.01)
else:
    os.kill(pid, 9)
print(os.waitstatus_to_exitcode(status) if done else "hangs")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_that_is_forked_while_another_thread_loads_modules_can_load_them_too():
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, timeout=120)
    assert told.stdout == "7\n", told.stderr


def test_no_property_is_kept_behind_a_lock_that_a_child_may_find_held():
    kept = {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn", "viz")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"from functools import .*\bcached_property\b", path.read_text(encoding="utf-8"))
    }
    assert kept == {"autograd/recording/modes.py"}, "that of autograd/support/locks.py; modes knows what users decorate"


# ------------------------------------------------------------------------------------------ pictures
def diverged(x):
    model = small()
    model.parameters()[0].data = model.parameters()[-1].data = x
    return model


def session_of(model):
    found = nn.TrainingSession(model, X, Y, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters(), 0.1))
    found.step()
    return found


@pytest.mark.parametrize("x", [math.inf, -math.inf, 1e308])
def test_what_diverged_is_drawn_as_far_as_it_is_finite(x):
    assert viz.decision_boundary(diverged(x), X, Y, size=5).svg
    assert viz.terminal.decision_boundary(diverged(x), X, Y, width=5, height=5)
    assert viz.histogram(diverged(x)).svg
    assert viz.loss_curve([x, -x, 1.0]).svg
    assert viz.terminal.loss_curve([x, -x, 1.0])
    assert viz.gradient_flow({"a": x, "b": 1.0}).svg
    assert viz.learning_rate_finder(nn.RateSweep([1e-3, 1e-2, 1e-1], [x, -x, 1.0], 0.1, True)).svg
    assert "NaN" not in viz.film(session_of(diverged(x))).html.partition('id="data"')[2].partition("</script>")[0]


def test_outputs_that_are_nan_here_and_there_are_left_blank_and_said():
    def model(row):
        return math.nan if row[0] < 0.0 else row[0]

    assert "(blank: nan)" in viz.decision_boundary(model, X, Y, size=5).svg
    assert "? not finite" in viz.terminal.decision_boundary(model, X, Y, width=5, height=5)


def loss_of(model, result=0.0):
    return lambda: result if result is None else nn.mean_squared_error([model(x) for x in X], Y)


PICTURES = [
    (lambda: viz.decision_boundary(lambda row: math.nan, X, Y, size=5), "nan all over"),
    (lambda: viz.loss_landscape(diverged(1e308), loss_of(small()), size=3, reach=math.nan), "reach=nan"),
    (lambda: viz.loss_landscape(diverged(math.nan), lambda: math.nan, size=3), "nowhere finite"),
    (lambda: viz.loss_landscape(small(), loss_of(small()), size="5"), "size must be a whole number"),
    (lambda: viz.loss_landscape(small(), loss_of(small()), size=5.0), "size must be a whole number"),
    (lambda: viz.loss_landscape(small(), loss_of(small()), reach="1"), "reach='1'"),
    (lambda: viz.loss_landscape(small(), lambda: None, size=3), "a real number is needed"),
    (lambda: viz.playground(diverged(math.nan), X, Y), r"layers\.0\.neurons\.0\.weights\.0 is nan"),
    (lambda: viz.playground(small(), X, [math.nan, 1.0, 0.0, 1.0]), r"Y\[0\] is nan"),
    (lambda: viz.playground(small(), X, Y, level=math.inf), "level=inf"),
    (lambda: viz.playground(small(), None, Y), "X must be a sequence of rows"),
    (lambda: viz.playground(small(), [0.0, 1.0], 1.0), "Y must be a sequence of rows, not one number"),
    (lambda: viz.playground(small(), [0.1, 0.2, 0.3, 0.4], Y), r"X\[0\] is a float"),
    (lambda: viz.Recorder(small(), None, Y), "X must be a sequence of rows"),
    (lambda: viz.decision_boundary(small(), None, Y), "X must be a sequence of rows"),
    (lambda: viz.decision_boundary(small(), X, None), "Y must be a sequence of rows"),
    (lambda: viz.decision_boundary(small(), X, 1.0), "Y must be a sequence of rows"),
    (lambda: viz.decision_boundary(small(), [0.1, 0.2], Y), r"X\[0\] is a float"),
    (lambda: viz.decision_boundary(small(), X, ["a", "b", "a", "b"]), "a number is needed"),
    (lambda: viz.decision_boundary(small(), X, [None] * 4), r"Y\[0\]"),
    (lambda: viz.decision_boundary(small(), X, Y, size=1), "size must be 2 or more"),
    (lambda: viz.decision_boundary(small(), X, Y, size=-1), "size must be 2 or more"),
    (lambda: viz.decision_boundary(small(), X, Y, size="80"), "size must be a whole number"),
    (lambda: viz.decision_boundary(small(), X, Y, size=10**400), "size must be 2,000 or less"),
    (lambda: viz.decision_boundary(small(), X, Y, level="0.5"), "level='0.5'"),
    (lambda: viz.decision_boundary(lambda row: None, X, Y), "forgot to return"),
    (lambda: viz.decision_boundary(small(), [[1e300, 0.0]], [1.0]), "X=1e"),
    (lambda: viz.histogram(nn.Sequential(nn.Activation("relu"))), "no parameters to draw"),
    (lambda: viz.histogram(small(), bins=0), "bins must be 1 or more"),
    (lambda: viz.histogram(small(), bins="10"), "bins must be a whole number"),
    (lambda: viz.gradient_flow({}), "no norms"),
    (lambda: viz.gradient_flow({"a": "b"}), "a real number is needed"),
    (lambda: viz.activation("tanh", low="a"), "low='a'"),
    (lambda: viz.activation("tanh", low=None), "low=None"),
    (lambda: viz.activation("tanh", low=5.0), "low lies below high"),
    (lambda: viz.activation(["tanh"]), "by its name"),
]


@pytest.mark.parametrize(("draw", "said"), PICTURES)
def test_what_no_picture_can_be_made_of_is_said_in_our_words(draw, said):
    with pytest.raises((TypeError, ValueError), match=said):
        draw()


def test_pictures_take_arrays_columns_of_targets_and_rows_read_once():
    plain = viz.decision_boundary(small(), X, Y, size=5).svg
    assert viz.decision_boundary(small(), numpy.array(X), numpy.array(Y), size=5).svg == plain
    assert viz.decision_boundary(small(), iter(X), [[y] for y in Y], size=5).svg == plain
    words = viz.terminal.decision_boundary(small(), X, Y, width=9, height=5)
    assert viz.terminal.decision_boundary(small(), numpy.array(X), numpy.array(Y), width=9, height=5) == words
    page = viz.playground(small(), X, Y).html
    assert viz.playground(small(), numpy.array(X), numpy.array(Y)).html == page


@pytest.mark.parametrize("result", [None, "a", [1.0], 1.0])
def test_an_activation_that_returns_no_value_is_told_so(result):
    with pytest.raises(TypeError, match="an activation returns one Value, and <lambda> returned"):
        nn.MLP(2, [2, 1], activation=lambda x: result)([0.0, 1.0])
    with pytest.raises(TypeError, match="an activation returns one Value, and <lambda> returned"):
        nn.Activation(lambda x: result)([Value(0.0)])


@pytest.mark.parametrize("n", [numpy.array([1.0, 2.0]), numpy.array([None]), numpy.array(["a"]), 10**400], ids=range(4))
def test_a_count_is_one_whole_number_that_a_training_can_reach(n):
    model = small()
    with pytest.raises((TypeError, ValueError), match="epochs must be"):
        nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters()), epochs=n)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
@pytest.mark.parametrize(
    ("shell", "code"),
    [("xor <&-", 0), ("xor < /dev/null | head -1", 0), ("xor < /dev/null > /dev/full", 1), ("tutorial | head -1", 0)],
)
def test_the_demos_end_in_peace_where_nobody_types_or_reads(shell, code):
    ran = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m demos.{shell}'], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == code
    assert "Traceback" not in ran.stderr


def test_an_array_of_one_number_is_no_list_of_it():
    with pytest.raises(TypeError, match="the Values to move"):
        nn.SGD(numpy.array(1.0))


@pytest.mark.parametrize("make", [nn.BatchNorm, lambda n: nn.Layer(n, 1), lambda n: nn.MLP(n, [1])])
def test_a_layer_of_giant_size_is_refused_before_any_work(make):
    with pytest.raises(ValueError, match="is at most 10,000,000"):
        make(10**400)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.EarlyStopping(3, None), "EarlyStopping's margin"),
        (lambda: nn.EarlyStopping(3, "a"), "EarlyStopping's margin"),
        (lambda: nn.stretches(None), "stretches takes a History or a list of losses"),
        (lambda: nn.stretches([1.0, None]), "stretches: loss 2"),
        (lambda: nn.softmax_cross_entropy([[]], [0]), "row 0 holds no logits"),
        (lambda: take(None, 1), "take looks up in a sequence of Values"),
        (lambda: take({1, 2}, 1), "take looks up in a sequence of Values"),
    ],
)
def test_what_is_no_number_and_no_sequence_is_said_by_the_call(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call()


@pytest.mark.parametrize("given", [{"optimizer": "adam"}, {"history": {"loss": [1.0]}}, {"history": 3}])
def test_diagnose_says_what_it_takes(given):
    model = nn.MLP(2, [2, 1], seed=0)
    with pytest.raises(TypeError, match=r"optimizer is one that knows|takes a History or a list"):
        nn.diagnose(model, [[0.0, 1.0]], [1.0], loss=nn.mean_squared_error, **given)
