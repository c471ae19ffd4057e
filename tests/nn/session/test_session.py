"""The training session: right phases, and back again to the bit."""

import math
import pickle
import random

import pytest

from autograd import Value
from nn import MLP, SGD, Adam, Module, RMSProp, TrainingSession, mean_squared_error
from nn.datasets import moons, xor
from nn.training.session.questions import before_update, loss_with


class Noisy(Module):
    """A model with everything a forward pass may change: a counter, a list, a generator, Python's own generator."""

    buffers = ("seen", "average")

    def __init__(self):
        self.net = MLP(2, [3, 1], "tanh", seed=5)
        self.unused = Value(1.0, name="unused")
        self.seen = 0
        self.average = [0.0, 0.0]
        self._generator = random.Random(7)

    def __call__(self, row):
        self.seen += 1
        self.average = [0.9 * a + 0.1 * x for a, x in zip(self.average, row, strict=True)]
        keep = [x * (self._generator.random() < 0.8) + 0.01 * random.random() for x in row]
        return self.net(keep)


def state_of(session):
    """All that is, as comparable to the bit as repr is."""
    model, optimizer = session.model, session.optimizer
    generator = getattr(model, "_generator", random).getstate()
    graph = session.loss_value
    return repr(
        (
            [(p.data, p.has_grad, p.grad) for p in model.parameters()],
            optimizer.state,
            optimizer.step_count,
            optimizer.learning_rate,
            model.named_buffers(),
            generator,
            random.getstate(),
            session.phase,
            session.history,
            session.batch,
            [v.data for v in session.predictions],
            graph if graph is None else (graph, [(v, v.parents) for v in graph.parents]),
        )
    )


def noisy_session(kind, **settings):
    model = Noisy()
    optimizer = kind(model.parameters(), **settings)
    optimizer.warn_unreached = lambda places: None
    rows, targets = moons(10, seed=1)
    return TrainingSession(model, rows, targets, loss=mean_squared_error, optimizer=optimizer, seed=3, batch_size=4)


ACTS = {
    "forward": lambda s: s.forward(),
    "backward": lambda s: s.backward(),
    "update": lambda s: s.update(),
    "rate": lambda s: setattr(s, "learning_rate", s.learning_rate * 1.5),
    "weight": lambda s: s.set_weight("net.layers.0.neurons.1.bias", 0.25 + s.step_count),
}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(SGD, {"momentum": 0.9}), (Adam, {"learning_rate": 0.1}), (RMSProp, {"momentum": 0.5})],
    ids=["SGD", "Adam", "RMSProp"],
)
def test_every_act_can_be_undone_to_the_bit(kind, settings):
    session = noisy_session(kind, **settings)
    choices = random.Random(11)
    states = [state_of(session)]
    for _ in range(60):
        act = choices.choice([session.phase] * 6 + ["rate", "weight"])
        ACTS[act](session)
        states.append(state_of(session))
    assert session.epoch >= 3
    latest = states[-1]
    session.step(3)
    session.undo(len(session._records) - 60)
    assert state_of(session) == latest
    while len(states) > 1:
        n = min(choices.randint(1, 4), len(states) - 1)
        session.undo(n)
        del states[-n:]
        assert state_of(session) == states[-1], f"after {len(states) - 1} acts"


def test_a_nan_in_a_buffer_or_a_weight_can_be_undone_too():
    session = noisy_session(SGD)
    session.model.average = [math.nan, 0.0]
    session.set_weight(session.model.unused, math.nan)
    session.set_weight(session.model.net.parameters()[0], math.nan)
    states = []
    for phase in ("forward", "backward", "update", "forward"):
        states.append(state_of(session))
        getattr(session, phase)()
    for before in reversed(states):
        session.undo()
        assert state_of(session) == before


def test_back_goes_to_where_steps_began_and_forward_again_is_the_same():
    session = noisy_session(Adam)
    starts = []
    for i in range(8):
        starts.append(state_of(session))
        session.step()
        if i == 4:
            session.learning_rate = 0.5
    session.forward()
    session.set_weight("unused", 2.0)  # the step that was begun starts again, and still counts once
    session.forward()
    session.back()
    # The changes by hand before a step are older than it, so they stay.
    session.back(2)
    assert state_of(session) == starts[6]
    session.back(6)
    assert state_of(session) == starts[0]
    session.step(5)
    session.learning_rate = 0.5
    session.step()
    assert state_of(session) == starts[6]


def test_phases_in_order():
    session = TrainingSession(MLP(2, [2, 1], seed=1), *xor(), loss=mean_squared_error)
    assert session.phase == "forward"
    for wrong in ("backward", "update"):
        with pytest.raises(RuntimeError, match=r"step 1 has not begun: call forward\(\)"):
            getattr(session, wrong)()
    session.forward()
    with pytest.raises(RuntimeError, match=r"update\(\) comes after backward\(\), .*call backward\(\)"):
        session.update()
    with pytest.raises(RuntimeError, match=r"call backward\(\)"):
        session.forward()
    session.backward()
    with pytest.raises(RuntimeError, match=r"call update\(\)"):
        session.backward()
    session.update()
    assert (session.phase, session.step_count, session.epoch) == ("forward", 1, 1)


def test_a_step_can_be_looked_at_from_everywhere_and_nothing_changes():
    session = noisy_session(SGD)
    weight = session.model.net.parameters()[0]
    whole = session.recording()
    with before_update(session) as is_made:
        assert not is_made
    for phase in ("forward", "backward", "update"):
        before, now = state_of(session), session.recording()
        assert now.events == whole.events
        assert loss_with(session, weight, weight.data) == now.numbers[-1] != loss_with(session, weight, 9.0)
        assert state_of(session) == before
        getattr(session, phase)()
    session.learning_rate, session.learning_rate = 0.5, 0.25
    after = state_of(session)
    with before_update(session) as is_made:
        assert is_made
        assert session.recording().events == whole.events
    assert (state_of(session), session.learning_rate) == (after, 0.25)
    moved = {id(whole.nodes[event.node]): event.after for event in whole.events if event.phase == "update"}
    assert all(moved[id(p)] == p.data for p in session.model.net.parameters())
    session.set_weight(weight, 0.5)
    with before_update(session) as is_made:
        assert not is_made


def test_run_until_and_history():
    model = MLP(2, [4, 1], "tanh", output="sigmoid", seed=3)
    session = TrainingSession(
        model, *xor(), loss=mean_squared_error, optimizer=Adam(model.parameters(), learning_rate=0.05)
    )
    seen = []
    session.run(3, watch=lambda s: seen.append(s.step_count))
    assert seen == [1, 2, 3]
    assert session.run_until(0.01)
    assert session.history[-1] < 0.01 <= session.history[-2]
    steps = session.step_count
    assert session.run_until(0.01)
    assert session.step_count == steps, "the goal was met already"
    assert not session.run_until(lambda s: s.step_count == 10_000, limit=2)
    assert session.step_count == steps + 2
    losses = session.history
    session.back(steps)
    session.step(steps)
    assert session.history == losses


def test_batches_visit_each_row_once_in_a_seeded_order():
    session = noisy_session(SGD)
    epochs = []
    for _ in range(2):
        visited = []
        for size in (4, 4, 2):
            assert len(session.batch) == size
            visited += session.batch
            session.step()
        epochs.append(visited)
    assert epochs[0] != epochs[1]
    assert [sorted(visited) for visited in epochs] == [list(range(10))] * 2
    assert session.epoch == 2


def test_the_undo_limit_is_kept_and_said():
    session = TrainingSession(MLP(2, [2, 1], seed=1), *xor(), loss=mean_squared_error, undo_limit=20_000)
    session.step(100)
    assert session._records.size <= 20_000
    with pytest.raises(ValueError, match=r"back\(100\): only \d+ steps are kept \(undo_limit=20000 bytes\)"):
        session.back(100)
    session.back(5)
    assert session.step_count == 95
    fresh = TrainingSession(MLP(2, [2, 1], seed=1), *xor(), loss=mean_squared_error)
    fresh.step(2)
    with pytest.raises(ValueError, match=r"back\(3\): only 2 steps were made"):
        fresh.back(3)
    with pytest.raises(ValueError, match=r"undo\(7\): only 6 undo records were made"):
        fresh.undo(7)


def test_a_failed_forward_leaves_all_as_it_was():
    def stops(predictions, targets):
        raise KeyboardInterrupt

    session = noisy_session(SGD)
    session.step(2)
    before, loss = state_of(session), session.loss
    session.loss = stops
    with pytest.raises(KeyboardInterrupt):
        session.forward()
    session.loss = loss
    assert state_of(session) == before


def test_a_model_changed_behind_the_sessions_back_is_noticed():
    session = TrainingSession(MLP(2, [2, 1], seed=1), *xor(), loss=mean_squared_error)
    session.forward()
    session.backward()
    session.model.parameters()[-1].data = 3.0
    with pytest.raises(RuntimeError, match="was changed meanwhile"):
        session.undo()


ROWS, TARGETS = xor()


@pytest.mark.parametrize(
    ("inputs", "targets", "error", "message"),
    [
        ([[0, 1], [1]], [0, 1], ValueError, r"ragged: row 0 holds 2 numbers, row 1 holds 1 number$"),
        (ROWS, TARGETS[:3], ValueError, "4 rows of inputs and 3 targets"),
        ([0.0, 1.0], [0, 1], TypeError, r"inputs\[0\] is a float.*\[\[x\] for x in inputs\]"),
        ([[0, "1"]], [0], TypeError, r"inputs\[0\]\[1\].*float\('1'\)"),
        ([[0, float("nan")]], [0], ValueError, r"inputs\[0\]\[1\] is nan"),
        (ROWS, [0, 1, float("inf"), 0], ValueError, r"targets\[2\] is inf"),
        ("rows", [0], TypeError, "sequence of rows, not a str"),
        ([], [], ValueError, "hold no rows"),
        ([[0, [1, 2]]], [0], ValueError, r"inputs\[0\] mixes 2 numbers and a number"),
        ([[0, None]], [0], TypeError, "NoneType"),
    ],
)
def test_bad_data_is_refused_at_the_door(inputs, targets, error, message):
    with pytest.raises(error, match=message):
        TrainingSession(MLP(2, [1], seed=1), inputs, targets, loss=mean_squared_error)


def test_bad_calls_are_refused():
    model = MLP(2, [1], seed=1)
    session = TrainingSession(model, ROWS, TARGETS, loss=mean_squared_error)
    with pytest.raises(ValueError, match="number of steps must be 1 or more, not 0"):
        session.step(0)
    with pytest.raises(TypeError, match=r"whole number, not 1\.5"):
        session.run(1.5)
    with pytest.raises(KeyError, match=r"no parameter 'layers.0.neurons.0.bais'.*perhaps layers.0.neurons.0.bias"):
        session.set_weight("layers.0.neurons.0.bais", 1.0)
    with pytest.raises(ValueError, match="no parameter of this model"):
        session.set_weight(Value(1.0), 2.0)
    with pytest.raises(ValueError, match="learning_rate=-1"):
        session.learning_rate = -1
    session.loss = lambda predictions, targets: [predictions[0]]
    with pytest.raises(TypeError, match="a loss is one Value, not 1 of them"):
        session.forward()
    session.loss = lambda predictions, targets: None
    with pytest.raises(TypeError, match="was a return forgotten"):
        session.forward()
    with pytest.raises(ValueError, match="2 inputs, not 3"):
        TrainingSession(model, [[1, 2, 3]], [0], loss=mean_squared_error)
    with pytest.raises(ValueError, match="batch_size must be 1 or more"):
        TrainingSession(model, ROWS, TARGETS, loss=mean_squared_error, batch_size=0)


def test_the_moments_of_a_session_are_what_its_parameters_held_and_follow_it_back():
    model = MLP(2, [3, 1], "tanh", seed=5)
    session = TrainingSession(model, *xor(), loss=mean_squared_error)
    held = []
    for _ in range(5):
        held.append([p.data for p in model.parameters()])
        session.step()
    session.set_weight(model.parameters()[0], 2.0)
    held.append([p.data for p in model.parameters()])
    assert [(k, list(numbers)) for k, numbers in session.moments()] == list(enumerate(held))
    session.back(3)
    assert [(k, list(numbers)) for k, numbers in session.moments()] == list(enumerate(held[:3]))


def test_as_many_records_are_kept_as_the_limit_says():
    session = TrainingSession(MLP(2, [1], seed=1), *xor(), loss=mean_squared_error)
    session.step(3)
    size = sum(record.size for record in session.undo_records)
    session.undo_limit = size + 100  # of a rate that is set
    assert session.undo_limit == size + 100
    session.learning_rate = 0.5
    assert len(session.undo_records) == 10, "just as much as there may be"
    session.learning_rate = 0.25
    assert (len(session.undo_records), session.undo_records[0].what) == (10, "backward")
    with pytest.raises(ValueError, match="undo_limit must be 0 or more"):
        session.undo_limit = -1
    session.undo_limit = 0
    session.step()
    assert session.undo_records == []


@pytest.mark.parametrize("phases", range(4))
def test_a_session_that_was_pickled_goes_on_to_the_same_bits(phases):
    session = TrainingSession(MLP(2, [2, 1], "tanh", seed=1), *xor(), loss=mean_squared_error, batch_size=3)
    session.step()
    for _ in range(phases):
        getattr(session, session.phase)()
    again = pickle.loads(pickle.dumps(session))
    assert (again.phase, again.loss_value is None) == (session.phase, session.loss_value is None)
    for each in (session, again):
        each.step(2)
        each.back(2)
        each.step(3)
    assert state_of(again) == state_of(session)
    session.undo_limit = 0
    session.forward()
    kept = pickle.loads(pickle.dumps(session))
    assert kept.loss_value.data == session.loss_value.data, "where it cannot be recorded again, it is kept"
