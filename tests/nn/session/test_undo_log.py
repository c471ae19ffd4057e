"""What a session keeps to go back with: how much of it, and how many steps it is."""

import pytest

import nn
from nn.training.session.undo import State, UndoLog, UndoRecord


class Counting(nn.Module):
    """A model with a state that each pass changes, and one that none does."""

    buffers = ("passes", "kept")

    def __init__(self):
        self.layer, self.passes, self.kept = nn.Layer(1, 1, None, seed=0), 0, [0.0] * 3

    def __call__(self, row):
        self.passes += 1
        return self.layer(row)


@pytest.mark.parametrize(("make", "memories"), [(nn.SGD, 0), (nn.AdaGrad, 1), (nn.Adam, 2)])
def test_a_record_says_about_how_many_bytes_it_keeps(make, memories):
    for model, changed in ((nn.MLP(1, [3, 1], seed=0), 0), (Counting(), 1)):
        optimizer, count = make(model.parameters()), len(model.parameters())
        training = nn.TrainingSession(model, [[1.0]], [0.0], loss=nn.mean_squared_error, optimizer=optimizer)
        training.step(2)
        training.learning_rate = 0.5
        training.set_weight(model.parameters()[0], 1.0)
        floats = {"backward": count, "update": count * (1 + memories)}
        small = {"forward": 200 + 20_000 * changed, "backward": 300, "update": 500, "rate": 100, "weight": 100}
        assert {record.what: record.size for record in training.undo_records[-5:]} == {
            what: 8 * floats.get(what, 0) + more for what, more in small.items()
        }
        assert [record.phase for record in training.undo_records[-5:]] == [
            "forward", "backward", "update", "forward", "forward",
        ]  # fmt: skip


def test_a_log_drops_the_oldest_beyond_its_limit():
    log, state = UndoLog(30), State([], nn.SGD([nn.Neuron(1).weights[0]]), None)
    assert (log.size, len(log)) == (0, 0)
    for rate in (0.1, 0.2, 0.3):
        log.keep(UndoRecord("rate", "forward", 10, rate))
    assert [record.kept for record in log] == [0.1, 0.2, 0.3], "just the limit"
    with pytest.raises(ValueError, match=r"undo\(4\): only 3 undo records were made"):
        log.check(4)
    log.check(3)
    log.keep(UndoRecord("rate", "backward", 1, 0.4))
    assert ([record.kept for record in log], log.size) == ([0.2, 0.3, 0.4], 21)
    with pytest.raises(ValueError, match=r"undo\(4\): only 3 undo records are kept \(undo_limit=30 bytes\)"):
        log.check(4)
    assert (log.undo_latest(state), log.size, state.optimizer.learning_rate) == ("backward", 20, 0.4)
    log.keep(UndoRecord("rate", "forward", 31, 0.5))
    assert (len(log), log.size) == (0, 0), "one that is too large by itself leaves none"


@pytest.mark.parametrize(
    ("done", "counts"),
    [
        ("fbu fbu", [3, 6]),
        ("fbu r fbu r w", [5, 9]),
        ("fbu f", [1, 4]),
        ("w fbu fb", [2, 5]),
        ("fbu fW f", [1, 6]),
        ("fbu fbW", [6]),
        ("fbu fbW r w fbW f", [1, 12]),
    ],
)
def test_how_many_records_so_many_steps_are(done, counts):
    """f, b, u: the phases; r, w: a rate or a weight set between steps; W: a weight set in the middle of one."""
    log, whats = UndoLog(1000), {"f": "forward", "b": "backward", "u": "update", "r": "rate", "w": "weight"}
    for letter in done.replace(" ", ""):
        log.keep(UndoRecord(whats[letter.lower()], "update" if letter == "W" else "forward", 1, None))
    assert [log.count_of_steps(n) for n in range(1, len(counts) + 1)] == counts
    with pytest.raises(ValueError, match=rf"back\({len(counts) + 1}\): only {len(counts)} steps were made"):
        log.count_of_steps(len(counts) + 1)


def test_a_session_may_keep_nothing():
    training = nn.TrainingSession(
        nn.Neuron(1, None, seed=0), [[1.0]], [0.0], loss=nn.mean_squared_error, undo_limit=0
    )  # fmt: skip
    training.step()
    assert (training.undo_limit, training.undo_records) == (0, [])
