"""What strangers did to the library, one test for each kind of fault that they found."""

import copy
import os
import pickle
import subprocess
import sys

import pytest

import nn
import viz
from autograd import Value, explain, steps

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def small():
    return nn.MLP(2, [2, 1], seed=0)


# ------------------------------------------------------------------------------------------- right
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])  # noqa: S301
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
for _ in range(800):
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
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, timeout=60)
    assert told.stdout == "7\n", told.stderr
