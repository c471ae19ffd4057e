"""Every public object is pickled and copied, or says why not; copies answer and go on training to the same bits."""

import copy
import inspect
import multiprocessing
import pickle
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import autograd
import nn
import viz
from autograd import Value, checkpoint, grad, hessian, hvp, jacobian, value_and_grad
from autograd import compile as compile_
from autograd.recording import copying

ROOT = Path(autograd.__file__).parent.parent
ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
WAYS = pytest.mark.parametrize(
    "copied", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy], ids=["pickle", "deepcopy"]
)


def network():
    return nn.MLP(2, [4, 3, 1], "tanh", seed=1)


def square(x):
    return x * x * x


def product(values):
    return values[0] * values[1] * values[0]


def sequential():
    return nn.Sequential(
        nn.Layer(2, 3, seed=1), nn.BatchNorm(3), nn.Dropout(0.3, seed=2), nn.Activation("tanh"),
        nn.Residual(nn.Layer(3, 3, "gelu", seed=3)), nn.Checkpoint(nn.Layer(3, 3, "relu", seed=4)),
        nn.Layer(3, 1, None, seed=5),
    )  # fmt: skip


def recurrent(kind):
    net = kind(2, 2, seed=1)
    net([[1.0, 2.0], [0.5, 0.25]])
    return net


def trained(make=network, kind=nn.Adam):
    model = make()
    optimizer = kind(model.parameters(), 0.05)
    history = nn.fit(model, ROWS, TARGETS, loss=loss, optimizer=optimizer, epochs=2, clip=5.0, backend="recorded")
    return model, optimizer, history


def loss(predictions, targets):
    return nn.mean_squared_error([p[0] if isinstance(p, list) else p for p in predictions], targets)


def session(**settings):
    made = nn.TrainingSession(sequential(), ROWS, TARGETS, loss=loss, batch_size=2, **settings)
    made.step(3)
    made.forward()
    return made


def graph():
    x = Value(2.0, "x")
    y = (x * x + x).tanh()
    y.backward()
    return y


def report():
    return nn.Report(*trained())


def sweep():
    model, optimizer, _ = trained()
    return nn.find_learning_rate(model, ROWS, TARGETS, loss=loss, optimizer=optimizer, steps=20)


OPTIMIZERS = ("SGD", "Adam", "AdamW", "AdaGrad", "RMSProp")
NETWORKS = {
    "MLP": network,
    "Layer": lambda: nn.Layer(2, 3, seed=1),
    "Neuron": lambda: nn.Neuron(2, "tanh", seed=1),
    "Sequential": sequential,
    **{kind.__name__: lambda kind=kind: recurrent(kind) for kind in (nn.RNN, nn.LSTM, nn.GRU)},
    "Embedding": lambda: nn.Embedding(3, 2, seed=1),
}
THINGS = {  # an example of each public class, and of what public functions make
    **NETWORKS,
    "Activation": lambda: nn.Activation("tanh"),
    "BatchNorm": lambda: nn.BatchNorm(2),
    "Checkpoint": lambda: nn.Checkpoint(nn.Layer(2, 2, seed=1)),
    "Dropout": lambda: nn.Dropout(0.5),
    "Residual": lambda: nn.Residual(nn.Layer(2, 2, seed=1)),
    "Softmax": nn.Softmax,
    "TorchModule": lambda: nn.to_torch(nn.MLP(2, [1], seed=0)),
    "LayerNorm": lambda: nn.LayerNorm(2),
    "RMSNorm": lambda: nn.RMSNorm(2),
    "Attention": lambda: nn.Attention(2, heads=1, seed=1),
    **{kind: lambda kind=kind: trained(kind=getattr(nn, kind))[1] for kind in OPTIMIZERS},
    "Autosave": lambda: nn.Autosave("run"),
    "ClipByNorm": lambda: nn.ClipByNorm(1.0),
    "ClipByValue": lambda: nn.ClipByValue(1.0),
    "Cosine": lambda: nn.Cosine(9),
    "EarlyStopping": nn.EarlyStopping,
    "Exponential": lambda: nn.Exponential(0.9),
    "StepDecay": lambda: nn.StepDecay(3),
    "OneCycle": lambda: nn.OneCycle(9),
    "ReduceOnPlateau": nn.ReduceOnPlateau,
    "WarmUp": lambda: nn.WarmUp(3, then=nn.Cosine(4)),
    "Initializer": lambda: nn.he_normal,
    "History": lambda: trained()[2],
    "Diagnosis": lambda: nn.diagnose(*trained()[:1], ROWS, TARGETS, loss=loss),
    "Finding": lambda: nn.diagnose(*trained()[:1], ROWS, TARGETS, loss=loss).findings[0],
    "LayerPass": lambda: network().forward_cache(ROWS)["layers.0"],
    "RateSweep": sweep,
    "Report": report,
    "Stretch": lambda: nn.stretches([1.0, 0.5, 0.1])[0],
    "TrainingSession": session,
    "Value": graph,
    "Condition": lambda: Value(1.0) > 0.5,
    "Group": lambda: autograd.Group([Value(1.0), Value(2.0)]),
    "grad": lambda: grad(square),
    "value_and_grad": lambda: value_and_grad(square),
    "jacobian": lambda: jacobian(product),
    "hessian": lambda: hessian(product),
    "hvp": lambda: hvp(product),
    "checkpoint": lambda: checkpoint(square),
    "recording": lambda: autograd.steps.record(graph()),
    "replay": lambda: autograd.steps.record(graph()).replay(1),
    "Picture": lambda: viz.draw(graph()),
    "network's picture": lambda: viz.draw_network(network()),
    "Chart": lambda: viz.loss_curve(trained()[2]),
    "Page": lambda: viz.steps(graph()),
    "Animation": lambda: viz.animate(graph()),
    "Worksheet": lambda: viz.worksheet(graph()),
    "Recorder": lambda: viz.Recorder(network(), ROWS, TARGETS, loss=loss),
}  # fmt: skip
ABSTRACT = {"Module", "Recurrent", "Optimizer", "Perceptron"}


def public():
    for package in (autograd, nn, viz):
        for name in package.__all__:
            yield package, name, getattr(package, name)


def test_every_public_name_is_pickled_as_itself():
    for package, name, thing in public():
        if not isinstance(thing, ModuleType):
            assert pickle.loads(pickle.dumps(thing)) == thing, f"{package.__name__}.{name}"


def test_there_is_an_example_of_every_public_class():
    classes = {name for _, name, thing in public() if inspect.isclass(thing)}
    assert classes - ABSTRACT <= set(THINGS)


@WAYS
@pytest.mark.parametrize("name", THINGS)
def test_every_public_object_is_copied_whole(name, copied):
    thing = THINGS[name]()
    other = copied(thing)
    assert type(other) is type(thing)
    if type(thing).__repr__ is not object.__repr__ and name != "Autosave":
        assert repr(other) == repr(thing)


@pytest.mark.parametrize("name", ["grad", "value_and_grad", "jacobian", "hessian", "hvp", "checkpoint"])
def test_what_functions_make_answers_as_before(name):
    made = THINGS[name]()
    given = ([3.0, 4.0],) if name in ("jacobian", "hessian") else ([3.0, 4.0], [1.0, 0.0]) if name == "hvp" else (3.0,)
    back = pickle.loads(pickle.dumps(made))
    assert back(*given) == made(*given)
    assert back.__name__ == made.__name__
    if name == "grad":
        inner = pickle.loads(pickle.dumps(grad(grad(square))))
        assert inner(2.0) == 12.0
        assert inner.__name__ == "grad(grad(square))"
        assert pickle.loads(pickle.dumps(grad(pow, argnums=1)))(2.0, 3.0) == grad(pow, 1)(2.0, 3.0)


@WAYS
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_was_called_is_copied_and_answers_to_the_bit(name, copied):
    model = NETWORKS[name]()
    row = 2 if name == "Embedding" else [[1.0, 0.5]] if isinstance(model, nn.Recurrent) else [1.0, 0.5]
    model(row)
    model.eval()
    model.parameters()[0].data = 0.25  # and not called since
    other = copied(model)
    assert repr(other(row)) == repr(model(row))
    other.parameters()[0].data = 0.75
    model.parameters()[0].data = 0.75
    assert repr(other(row)) == repr(model(row))


def numbers(*things):
    return repr([[p.data for p in thing.parameters()] for thing in things])


@WAYS
@pytest.mark.parametrize("kind", [nn.SGD, nn.Adam])
@pytest.mark.parametrize("make", [network, sequential])
def test_copies_go_on_training_to_the_same_bits(make, kind, copied):
    model, optimizer, history = trained(make, kind)
    other, moved, begun = copied((model, optimizer, history))
    assert moved.parameters[0] is other.parameters()[0]
    settings = {"loss": loss, "epochs": 5, "clip": 5.0, "backend": "recorded"}
    nn.fit(model, ROWS, TARGETS, optimizer=optimizer, history=history, **settings)
    nn.fit(other, ROWS, TARGETS, optimizer=moved, history=begun, **settings)
    assert numbers(other) == numbers(model)
    assert (repr(begun.losses), moved.state) == (repr(history.losses), optimizer.state)


@WAYS
def test_a_session_in_the_middle_of_a_step_goes_on_and_back_to_the_same_bits(copied):
    one = session()
    other = copied(one)
    for made in (one, other):
        made.step(2)
    assert numbers(other.model) == numbers(one.model)
    for made in (one, other):
        made.back(4)
    assert numbers(other.model) == numbers(one.model)
    assert other.history == one.history
    one = session(undo_limit=0)  # which cannot record its pass again
    other = copied(one)
    other.step(2)
    one.step(2)
    assert numbers(other.model) == numbers(one.model)


def test_what_is_bound_to_this_process_says_so_and_what_instead():
    w = Value(2.0)
    step = compile_(lambda x: w * x, parameters=[w])
    for act in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="save the model, and compile again"):
            act(step)


def test_a_pool_of_spawned_processes_maps_a_model_over_rows():
    model = network()
    expected = [model(row).data for row in ROWS]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.map(model, ROWS)
    assert [value.data for value in found] == expected
    found[1].backward()  # the graph came along


def test_joblibs_pickler_takes_models_and_functions_without_a_name_too():
    cloudpickle = pytest.importorskip("cloudpickle")
    model, slope = cloudpickle.loads(cloudpickle.dumps((network(), grad(lambda x: x * x))))
    assert model(ROWS[1]).data == network()(ROWS[1]).data
    assert slope(3.0) == 6.0


def test_what_is_pickled_here_is_read_in_another_process(tmp_path):
    model = network()
    model(ROWS[1])
    (tmp_path / "model").write_bytes(pickle.dumps((model, grad(abs), random.Random(1))))
    program = (
        "import pickle, sys; model, slope, _ = pickle.load(open(sys.argv[1], 'rb'));"
        "model.parameters()[0].data = 0.5; print(repr(model([0.0, 1.0]).data), slope(-3.0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "model")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    model.parameters()[0].data = 0.5
    assert done.stdout == f"{model(ROWS[1]).data!r} -1.0\n"


def test_a_list_of_nodes_is_copied_and_pickled_in_linear_time(monkeypatch):
    """By counting: each node is rebuilt once, and a list ten times as long takes about ten times the bytes."""

    def chain(length):
        nodes = [Value(1.0)]
        for _ in range(length - 1):
            nodes.append(nodes[-1] * 0.5 + nodes[0])
        return nodes

    rebuilt = []
    whole = copying._rebuilt
    monkeypatch.setattr(copying, "_rebuilt", lambda *given: rebuilt.append(whole(*given)) or rebuilt[-1])
    chosen = chain(2000)
    copies = copy.deepcopy(chosen)
    visited = len(rebuilt)
    assert visited == len({id(node) for node in rebuilt}) == len(autograd.topological_order(chosen[-1]))
    assert copies[5].parents[1] is copies[0]
    monkeypatch.undo()

    short, long = (len(pickle.dumps(chain(length))) for length in (200, 2000))
    assert long < 11 * short
    asked = []
    unknown = copying._unknown
    monkeypatch.setattr(copying, "_unknown", lambda *given: asked.append(unknown(*given)) or asked[-1])
    pickle.dumps(chosen)
    assert sum(map(len, asked)) <= 2 * visited  # each comes once among those that go first, and once for itself
