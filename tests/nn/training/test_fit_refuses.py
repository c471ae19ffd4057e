"""What `fit` refuses, before any work where it can, and how it names the row."""

import math

import pytest

import nn
from autograd import Value
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Cosine,
    Embedding,
    Layer,
    Module,
    Sequential,
    binary_cross_entropy_with_logits,
    fit,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from nn.datasets import xor
from tests.support.training.fits import (
    BACKENDS,
    X,
    Y,
    first_of_row_loss,
    network,
    trained,
)

NAN, INF = math.nan, math.inf


def test_parameters_that_the_loss_never_uses_are_named_once():
    class Idle(Module):
        def __init__(self):
            self.net = network()
            self.idle = Value(1.0, name="idle")

        def __call__(self, row):
            return self.net(row)

    with pytest.warns(UserWarning, match="idle: no backward pass has reached it") as caught:
        model, _, _ = trained(Idle, kind=AdamW)
    assert len(caught) == 1
    assert model.idle.data == 1.0


def test_embeddings_left_out_by_a_batch_are_no_matter():
    model = Sequential(Embedding(5, 2, seed=1), Layer(2, 1, None, seed=2))
    optimizer = Adam(model.parameters(), learning_rate=0.1)
    rows, targets = [0, 1, 2, 3, 4], [0.1, 0.3, 0.2, 0.5, 0.4]
    history = fit(
        model, rows, targets, loss=first_of_row_loss, optimizer=optimizer, epochs=200, batch_size=2, backend="recorded",
    )  # fmt: skip
    assert history.losses[-1] < 1e-3


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be 1 or more, not 0"),
        ({"epochs": 2.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be 1 or more"),
        ({"clip": -1.0}, ValueError, r"limit=-1\.0"),
        ({"backend": "cuda"}, ValueError, "no backend 'cuda'; there are: auto, recorded"),
        ({"validation": 1.0}, ValueError, "validation=1: the share .* between 0 and 1"),
        ({"validation": math.nan}, ValueError, "validation=nan"),
        ({"validation": 0.001}, ValueError, r"split\(share=0\.001\): 0 of 23"),
        ({"validation": True}, TypeError, "a share of the rows or a pair .*, not a bool"),
        ({"validation": "0.2"}, TypeError, "a share of the rows or a pair .*, not a str"),
        ({"validation": (X, Y, Y)}, ValueError, r"a pair \(inputs, targets\), not 3 things"),
        ({"validation": (X, Y[1:])}, ValueError, "23 rows of inputs and 22 targets"),
        ({"validation": ([[1.0, 2.0]], [1.0])}, ValueError, "1 input, not 2"),
        ({"early_stopping": 2.5}, TypeError, "patience must be a whole number, not 2.5"),
        ({"clip": True}, TypeError, "clip is the greatest norm.*, not a bool"),
        ({"clip": "1"}, TypeError, "clip is the greatest norm.*, not a str"),
        ({"schedule": 0.5}, TypeError, "a function from the step to a factor of the rate, not a float"),
        ({"schedule": Cosine}, TypeError, r"made by Cosine\(…\) with its settings, not the class Cosine"),
        ({"schedule": lambda step: None}, TypeError, "at step 0 it is None"),
        ({"callbacks": print}, TypeError, "a list of functions of a Report, not a builtin"),
        ({"callbacks": [3]}, TypeError, r"callbacks\[0\] is an int"),
        ({"shuffle": False}, TypeError, "a whole number, or None for rows in order, not False"),
        ({"autosave": "file"}, TypeError, r"nn.Autosave\(path, every=…\), not a str"),
        ({"history": [0.5]}, TypeError, "an earlier fit returned, not a list"),
        ({"optimizer": SGD}, TypeError, r"as nn.SGD\(model.parameters\(\), .*, not the class SGD"),
        ({"loss": "mse"}, TypeError, "a function of predictions and targets.*, not a str"),
        ({"loss": lambda predictions, targets: predictions}, TypeError, "one Value, not .* of them"),
        ({"early_stopping": 0}, ValueError, "patience must be 1 or more"),
        ({"schedule": lambda step: -1.0}, ValueError, r"factor -1\.0 at step 0"),
        ({"loss": lambda predictions, targets: 1.0}, TypeError, "a loss is one Value"),
        ({"report_every": 0}, ValueError, "report_every must be"),
    ],
)
def test_bad_settings_are_refused_before_any_work(settings, error, message):
    model = network()
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=message):
        trained(model=model, **settings)
    assert [p.data for p in model.parameters()] == before


def test_bad_data_is_refused_before_any_work():
    model = network()
    optimizer = SGD(model.parameters())
    with pytest.raises(TypeError, match=r"has parameters\(\).*this is a function"):
        fit(lambda row: row[0], X, Y, loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match=r"inputs\[1\]\[0\] is a whole number beyond the largest float"):
        fit(model, [[1.0], [10**400]], [0, 1], loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match=r"row 1 holds 2 numbers"):
        fit(model, [[1.0], [1.0, 2.0]], [0, 1], loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match="1 input, not 2"):
        fit(model, *xor(), loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match=r"inputs\[0\]\[0\] is nan"):
        fit(model, [[math.nan]], [0], loss=mean_squared_error, optimizer=optimizer, epochs=1)


LABELS = {
    "a class that there is not": (softmax_cross_entropy, 3, [0, 1, 2] * 7 + [3, 0], "of classes 0 to 2, and row 21"),
    "a negative class": (softmax_cross_entropy, 3, [0, 1, 2] * 7 + [0, -1], "and row 22 has class -1"),
    "half a class": (softmax_cross_entropy, 3, [0, 1, 2] * 7 + [0.5, 0], "and row 21 has 0.5"),
    "probabilities": (softmax_cross_entropy, 3, [[0.0, 1.0, 0.0]] * 22 + [[0.5, 0.5, 0.5]], "row 22 sum to 1.5"),
    "hinge's signs": (hinge, 1, [1] * 9 + [-1] * 9 + [0] * 5, "and number 18 is 0; for targets of 0 and 1 pass"),
    "cross-entropy's share": (binary_cross_entropy_with_logits, 1, [0, 1] * 11 + [2], "and number 22 is 2"),
    "one of many": (hinge, 1, [1, -1] + [1 - i / 20 for i in range(21)], "and number 3 is 0.95"),
}


@BACKENDS
@pytest.mark.parametrize("name", LABELS)
def test_a_label_that_the_loss_refuses_is_found_wherever_it_stands(name, backend):
    loss, outputs, targets, message = LABELS[name]
    model = MLP(1, [4, outputs], "tanh", seed=1)
    before = [p.data for p in model.parameters()]
    settings = {"loss": loss, "optimizer": SGD(model.parameters()), "epochs": 1, "batch_size": 5, "backend": backend}
    with pytest.raises(ValueError, match=message):
        fit(model, X, targets, **settings)
    good = [targets[0]] * 23
    with pytest.raises(ValueError, match=message):
        fit(model, X, good, validation=(X, targets), **settings)
    with pytest.raises(ValueError, match=message):
        fit(model, [[0.0]] * 5000, [*targets, *good * 217][:5000], **settings)
    assert [p.data for p in model.parameters()] == before


@BACKENDS
@pytest.mark.parametrize("wrong", [5, -1])
def test_an_index_that_an_embedding_has_not_is_found_wherever_it_stands(wrong, backend):
    model = Sequential(Embedding(5, 2, seed=1), Layer(2, 1, None, seed=2))
    settings = {"loss": first_of_row_loss, "optimizer": SGD(model.parameters()), "epochs": 1, "batch_size": 4}
    with pytest.raises(IndexError, match=f"rows 0 to 4, and {wrong} is none"):
        fit(model, [0, 1, 2, 3, 4] * 3 + [wrong], Y[:16], backend=backend, **settings)


def test_what_is_wrong_with_the_data_is_not_taken_for_the_compilers_fault(monkeypatch):
    class Looking(Module):
        def __init__(self):
            self.table, self.net = Embedding(4, 1, seed=0), network()

        def __call__(self, row):
            return self.net(self.table(row[0]))

    monkeypatch.setattr("nn.training.prepare.trial_rows", lambda inputs, targets: [0])  # let it through to the compiler
    model, rows = Looking(), [[i % 4] for i in range(200)]
    rows[150] = [4]
    with pytest.raises(IndexError, match="this embedding has rows 0 to 3, and 4 is none of them") as caught:
        fit(
            model, rows, [0.0] * 200, loss=mean_squared_error, optimizer=Adam(model.parameters()), epochs=1000,
            backend="auto",
        )  # fmt: skip
    assert caught.value.__context__ is None, "no word of a compiler"


def classes_with(bad, at, count=3000):
    wanted = [0] * count
    wanted[at] = bad
    return [[i / count, 1.0 - i / count] for i in range(count)], wanted


@pytest.mark.parametrize(("bad", "at"), [(7, 2500), (0.5, 900)])
def test_a_row_is_named_as_the_user_counts_it_wherever_a_few_are_looked_at(bad, at):
    model = MLP(2, [3, 3], "tanh", seed=0)
    optimizer = SGD(model.parameters(), 0.1)
    inputs, targets = classes_with(bad, at)
    good = [0] * len(inputs)
    trained = {"loss": softmax_cross_entropy, "optimizer": optimizer}
    for call in (
        lambda: fit(model, inputs, targets, epochs=1, batch_size=100, **trained),
        lambda: fit(model, inputs, good, epochs=1, validation=(inputs, targets), **trained),
        lambda: nn.find_learning_rate(model, inputs, targets, **trained),
        lambda: nn.TrainingSession(model, inputs, targets, batch_size=100, **trained).run(1),
    ):
        with pytest.raises(ValueError, match=rf"row {at} has (class )?{bad}"):
            call()
    inputs, targets = classes_with(bad, 300, 600)
    with pytest.raises(ValueError, match=rf"row 300 has (class )?{bad}"):
        nn.diagnose(model, inputs, targets, loss=softmax_cross_entropy)


def test_numbers_of_rows_of_several_are_named_by_row_and_place():
    rows = [[Value(1.0), Value(2.0)]] * 3
    with pytest.raises(ValueError, match="number 1 of row 1 is 7"):
        binary_cross_entropy_with_logits(rows, [[1.0, 0.0], [1.0, 7.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="number 0 of row 2 is 0"):
        hinge(rows, [[1.0, -1.0], [1.0, 1.0], [0.0, -1.0]])
    with pytest.raises(ValueError, match=r"number 1 is 1\.5 in row 0"):
        softmax_cross_entropy(rows[:1], [[0.25, 1.5]])


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (([[0.0], [1.0, 2.0]], [0.0, 0.0]), "validation inputs are ragged"),
        (([[0.0], [1.0]], [0.0]), "validation: each row needs a target, but there are 2 rows of inputs and 1 targets"),
        (([[0.0], [NAN]], [0.0, 0.0]), r"validation inputs\[1\]\[0\] is nan"),
        (([[0.0], [1.0]], ["a", "b"]), r"validation targets\[0\] is 'a', .*number the classes"),
    ],
)
def test_validation_data_are_called_so(validation, message):
    with pytest.raises((ValueError, TypeError), match=message):
        trained(validation=validation)
