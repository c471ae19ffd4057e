"""What strangers did to the library, one test for each kind of fault that they found."""

import copy
import pickle

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
