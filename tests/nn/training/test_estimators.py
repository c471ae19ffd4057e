"""scikit-learn's own checks, with no expected failure, and what its users do: pipelines, searches, weights, joblib."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

import nn

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from nn.estimators import Classifier, Regressor

X, PLACES = make_blobs(60, centers=3, random_state=0)
Y = np.array(["cat", "dog", "eel"])[PLACES]


CHECKED = [Classifier((4,), epochs=10, learning_rate=0.1), Regressor((8,), epochs=40, learning_rate=0.05)]


@pytest.mark.parametrize("estimator", CHECKED, ids=["classifier", "regressor"])
def test_scikit_learns_checks_have_no_failure(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(estimator, on_fail=None, on_skip=None)
    assert not [(x["check_name"], x["exception"]) for x in found if x["status"] in ("failed", "xfail")]
    assert sum(x["status"] == "passed" for x in found) >= 50


def test_a_pipeline_is_searched_in_two_processes_and_pickled():
    pipeline = make_pipeline(StandardScaler(), Classifier((4,), epochs=20, learning_rate=0.05, random_state=0))
    search = GridSearchCV(pipeline, {"classifier__l2": [0.0, 0.01]}, cv=2, n_jobs=2).fit(X, Y)
    assert search.best_score_ > 0.8
    best = pickle.loads(pickle.dumps(search.best_estimator_))
    assert (best.predict(X) == search.predict(X)).all()
    assert set(best.predict(X)) <= set(Y)
    shares = best.predict_proba(X)
    assert shares.shape == (60, 3)
    assert np.allclose(shares.sum(1), 1.0)


def test_the_same_state_gives_the_same_network_and_epochs_go_on():
    first, second = (Classifier((4,), epochs=6, random_state=3).fit(X, Y) for _ in range(2))
    assert first.loss_curve_ == second.loss_curve_
    assert len(first.loss_curve_) == first.n_iter_ == 6
    assert first.loss_ == first.loss_curve_[-1]
    bit_by_bit = Classifier((4,), epochs=6, random_state=3)
    for _ in range(6):
        bit_by_bit.partial_fit(X, Y, classes=["cat", "dog", "eel"])
    assert bit_by_bit.loss_curve_ == first.loss_curve_
    with pytest.raises(ValueError, match="are none of the classes"):
        bit_by_bit.partial_fit(X[:2], ["cow", "cat"])
    with pytest.raises(ValueError, match="the first call of partial_fit says which classes"):
        clone(first).partial_fit(X, Y)
    assert isinstance(first.model_, nn.MLP)
    assert first.history_.losses == first.loss_curve_


def test_weights_count_as_rows_and_numbers_are_learned_in_their_own_units():
    inputs = np.linspace(-1.0, 1.0, 30)[:, None]
    targets = 1e4 + 500.0 * inputs[:, 0] ** 2
    model = Regressor((8,), "tanh", epochs=300, random_state=0).fit(inputs, targets)
    assert model.score(inputs, targets) > 0.98
    counts = np.arange(30) % 3
    weighted = Regressor((4,), epochs=5, random_state=0, batch_size=100).fit(inputs, targets, sample_weight=counts)
    rows = np.repeat(np.arange(30), counts)
    repeated = Regressor((4,), epochs=5, random_state=0, batch_size=100).fit(inputs[rows], targets[rows])
    np.testing.assert_allclose(weighted.predict(inputs), repeated.predict(inputs), rtol=1e-9)


def test_weights_count_in_batches_of_one_row_and_in_single_calls():
    rows, y, weights = np.ones((12, 1)), np.array([0.0, 1.0] * 6), np.array([1.0, 9.0] * 6)
    model = Regressor((), learning_rate=0.002, l2=0.0, epochs=600, batch_size=1, random_state=0)
    assert model.fit(rows, y, sample_weight=weights).predict(rows[:1])[0] == pytest.approx(0.9, abs=0.03)
    found = []
    for weight in (None, 1.0, 9.0):
        one = Classifier((), random_state=0, l2=0.0).partial_fit(rows[:1], [0], classes=[0, 1], sample_weight=[1.0])
        one.partial_fit(rows[:1], [1], sample_weight=None if weight is None else [weight])
        found.append(one.predict_proba(rows[:1])[0, 1])
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert found[2] > found[1] + 1e-3


def test_targets_too_far_out_for_floats_are_refused():
    for fit in (Regressor((2,), epochs=1).fit, Regressor((2,)).partial_fit):
        with pytest.raises(ValueError, match=r"their standard deviation inf.*in a larger unit"):
            fit([[0.0], [1.0]], [-1e160, 1e160])


def test_without_scikit_learn_the_extra_is_named():
    program = (
        "import sys; sys.modules['sklearn'] = sys.modules['sklearn.base'] = None\n"
        "import nn\n"
        "try:\n    nn.estimators\nexcept ImportError as error:\n    print(error)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "chainrule[data]" in ended.stdout


@pytest.mark.parametrize("classes", [[0, 1], [0, 1, 2]])
def test_a_network_that_is_fitted_in_parts_is_as_large_as_one_that_is_fitted_whole(classes):
    rows, targets = [[float(k)] for k in classes], classes
    whole = Classifier(epochs=1).fit(rows, targets)
    parts = Classifier().partial_fit(rows, targets, classes=classes)
    assert parts.model_.parameter_count() == whole.model_.parameter_count()


def test_settings_begin_as_said_and_go_to_fit(monkeypatch):
    defaults = {
        "sizes": (32,), "activation": "relu", "learning_rate": 0.01, "l2": 0.0001, "epochs": 200, "batch_size": "auto",
        "validation": None, "early_stopping": None, "backend": "auto", "random_state": None,
    }  # fmt: skip
    assert Regressor().get_params() == Classifier().get_params() == defaults
    seen = []
    monkeypatch.setattr("nn.estimators.networks.fit", lambda *given, **named: seen.append(named))
    own = {"early_stopping": 3, "validation": 0.25, "backend": "numpy", "learning_rate": 0.5, "l2": 0.25, "epochs": 7}
    for kind, loss in ((Regressor, nn.mean_squared_error), (Classifier, nn.softmax_cross_entropy)):
        for count, size, rows in ((300, "auto", 200), (150, "auto", 150), (300, 9, 9)):
            X, y = np.arange(2.0 * count).reshape(count, 2), np.arange(count) % 3
            made = kind((5, 4), "tanh", batch_size=size, random_state=1, **own).fit(X, y)
            assert [len(layer.neurons) for layer in made.model_.layers] == [5, 4, 3 if kind is Classifier else 1]
            assert (made.optimizer_.learning_rate, made.optimizer_.l2, made.loss_) == (0.5, 0.25, None)
            whole = seen.pop()
            assert (whole["loss"], whole["batch_size"], whole["epochs"], whole["progress"]) == (loss, rows, 7, False)
            assert (whole["early_stopping"], whole["validation"], whole["backend"]) == (3, 0.25, "numpy")
            made.history_.losses.append(1.0)
            made.partial_fit(X, y)
            part = seen.pop()
            assert (part["epochs"], part["early_stopping"], part["validation"]) == (2, None, None)
            assert part["shuffle"] == whole["shuffle"]
            assert made.loss_ == 1.0
            same = kind(random_state=1).fit(X, y)
            assert seen.pop()["shuffle"] == whole["shuffle"]
            assert same.model_.layers[0].activation.name == "relu"


def test_a_regressors_targets_are_in_units_of_their_deviation_by_weight(monkeypatch):
    seen = []
    monkeypatch.setattr("nn.estimators.networks.fit", lambda model, X, y, **named: seen.append(y.tolist()))
    made = Regressor().fit([[0.0], [1.0], [2.0]], [1.0, 5.0, 9.0], sample_weight=[1.0, 0.0, 1.0])
    assert (made.target_mean_, made.target_scale_) == (5.0, 4.0)
    assert seen.pop() == [-1.0, 0.0, 1.0]
    made.partial_fit([[0.0]], [13.0])
    assert seen.pop() == [2.0]
    assert made.target_mean_ == 5.0
    flat = Regressor().partial_fit([[0.0], [1.0]], [3.0, 3.0])
    assert (flat.target_mean_, flat.target_scale_, seen.pop()) == (3.0, 1.0, [0.0, 0.0])
