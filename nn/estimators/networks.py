"""Networks as scikit-learn's estimators: `Classifier` and `Regressor`, thin on `nn.fit` (extra `data`).

What scikit-learn's users have, works: Pipeline, GridSearchCV, joblib, clone, pickle, sample weights, partial_fit.

>>> from nn.estimators import Regressor
>>> model = Regressor((8,), "tanh", epochs=300, random_state=0).fit([[0.0], [0.5], [1.0]], [0.0, 0.25, 1.0])
>>> bool(model.score([[0.0], [0.5], [1.0]], [0.0, 0.25, 1.0]) > 0.9)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Self

import numpy as np

from autograd.support.messages import missing_extra
from nn.history.history import History
from nn.layers.dense import MLP
from nn.losses import mean_squared_error, softmax_cross_entropy
from nn.optim.sgd_and_adam import Adam
from nn.support.operation_names import ActivationLike
from nn.training.backends_and_predict import predict
from nn.training.fit import fit
from nn.training.loop import EarlyStopping

try:
    _base: Any = import_module("sklearn.base")
    _validation: Any = import_module("sklearn.utils.validation")
    _multiclass: Any = import_module("sklearn.utils.multiclass")
except ImportError:
    raise ImportError(missing_extra("nn.estimators are scikit-learn's", "data")) from None

Array = np.ndarray[Any, Any]


class _Network(_base.BaseEstimator):  # type: ignore[misc]
    """What both have in common: the network's settings, and training it by `nn.fit` with Adam.

    sizes, activation   of the hidden layers
    learning_rate, l2   of Adam
    epochs, batch_size  `batch_size` "auto" means 200 rows, or all if they are fewer
    validation          the share of the rows to hold out, for early stopping
    early_stopping      an nn.EarlyStopping, or its patience in epochs
    backend             as nn.fit has it
    random_state        of the weights and of the order of rows
    """

    def __init__(
        self,
        sizes: Sequence[int] = (32,),
        activation: ActivationLike = "relu",
        *,
        learning_rate: float = 0.01,
        l2: float = 0.0001,
        epochs: int = 200,
        batch_size: int | str = "auto",
        validation: float | None = None,
        early_stopping: EarlyStopping | int | None = None,
        backend: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.sizes, self.activation = sizes, activation
        self.learning_rate, self.l2 = learning_rate, l2
        self.epochs, self.batch_size = epochs, batch_size
        self.validation, self.early_stopping = validation, early_stopping
        self.backend, self.random_state = backend, random_state

    def _begin(self, outputs: int) -> None:
        seed = int(_validation.check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        self.model_ = MLP(self.n_features_in_, [*self.sizes, outputs], self.activation, seed=seed)
        self.optimizer_ = Adam(self.model_.parameters(), self.learning_rate, l2=self.l2)
        self.history_, self._shuffle = History(), seed

    def _train(self, inputs: Array, targets: Array, loss: Any, epochs: int, weights: Any, whole: bool) -> Self:
        """Go on with the training for so many epochs; what holds rows out is for a `whole` one."""
        size: Any = min(200, len(inputs)) if self.batch_size == "auto" else self.batch_size
        if weights is not None:
            weights = _validation._check_sample_weight(weights, inputs)
            if not whole:  # fit divides them by the mean of the rows of this call alone
                loss = _times(loss, float(weights.mean()))
        fit(
            self.model_, inputs, targets, loss=loss, optimizer=self.optimizer_, weights=weights,
            epochs=self.history_.epochs + epochs, batch_size=size, shuffle=self._shuffle, progress=False,
            validation=self.validation if whole else None, early_stopping=self.early_stopping if whole else None,
            backend=self.backend, history=self.history_,
        )  # fmt: skip
        self.loss_curve_, self.n_iter_ = self.history_.losses, self.history_.epochs
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else None
        return self

    def _outputs(self, inputs: Any) -> Array:
        _validation.check_is_fitted(self)
        checked = _validation.validate_data(self, inputs, reset=False, dtype=np.float64)
        found: Array = predict(self.model_, checked, backend=self.backend)
        return found


def _times(loss: Any, factor: float) -> Any:
    def scaled(predictions: Any, targets: Any, *, weights: Any) -> Any:
        return factor * loss(predictions, targets, weights=weights)

    return scaled


class Classifier(_base.ClassifierMixin, _Network):  # type: ignore[misc]
    """A network that tells classes apart, by the cross-entropy of a softmax: scikit-learn's classifier.

    After `fit`: classes_, model_ (the nn.MLP), optimizer_, history_, loss_curve_, loss_, n_iter_.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Return this, trained from the beginning on rows and their classes, each row by its weight."""
        X, y = _validation.validate_data(self, X, y, dtype=np.float64)  # noqa: N806
        _multiclass.check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        self._begin(max(2, len(self.classes_)))
        return self._train(X, numbers, softmax_cross_entropy, self.epochs, sample_weight, True)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Return this after one epoch on these rows, each row's gradient by its weight.

        The first call says which `classes` there will be.
        Raises ValueError for a class that was not among them.
        """
        is_first = not hasattr(self, "model_")
        if is_first and classes is None:
            example = "partial_fit(X, y, classes)"
            raise ValueError(f"the first call of partial_fit says which classes there will be: {example}")
        X, y = _validation.validate_data(self, X, y, reset=is_first, dtype=np.float64)  # noqa: N806
        if is_first:
            self.classes_ = np.unique(classes)
            self._begin(max(2, len(self.classes_)))
        if unknown := set(np.unique(y).tolist()) - set(self.classes_.tolist()):
            raise ValueError(f"{sorted(unknown)} are none of the classes {self.classes_.tolist()} of the first call")
        numbers = np.searchsorted(self.classes_, y)
        return self._train(X, numbers, softmax_cross_entropy, 1, sample_weight, False)

    def predict_proba(self, X: Any) -> Array:  # noqa: N803
        """Return for each row the probability of each of `classes_`."""
        scores = self._outputs(X)
        scores = scores[:, : len(self.classes_)]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        whole: Array = shares / shares.sum(axis=1, keepdims=True)
        return whole

    def predict(self, X: Any) -> Array:  # noqa: N803
        """Return for each row the most probable class."""
        places = self.predict_proba(X).argmax(axis=1)
        found: Array = self.classes_[places]
        return found


class Regressor(_base.RegressorMixin, _Network):  # type: ignore[misc]
    """A network that predicts one number, by the mean squared error: scikit-learn's regressor.

    Targets are learned in units of their standard deviation from their mean.  After `fit`: model_ (the nn.MLP),
    optimizer_, history_, loss_curve_ (in those units), loss_, n_iter_, target_mean_, target_scale_.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Return this, trained from the beginning on rows and their targets, each row by its weight."""
        X, y = self._checked(X, y, True)  # noqa: N806
        weights = None if sample_weight is None else _validation._check_sample_weight(sample_weight, X)
        self._begin_on(y, weights)
        return self._train(X, self._scaled(y), mean_squared_error, self.epochs, weights, True)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Return this after one epoch on these rows, each row's gradient by its weight.

        Mean and scale of the targets are those of the first call.
        """
        is_first = not hasattr(self, "model_")
        X, y = self._checked(X, y, is_first)  # noqa: N806
        if is_first:
            self._begin_on(y, None)
        return self._train(X, self._scaled(y), mean_squared_error, 1, sample_weight, False)

    def predict(self, X: Any) -> Array:  # noqa: N803
        """Return a number for each row."""
        return self._outputs(X) * self.target_scale_ + self.target_mean_

    def _checked(self, inputs: Any, targets: Any, reset: bool) -> tuple[Array, Array]:
        inputs, targets = _validation.validate_data(
            self, inputs, targets, reset=reset, dtype=np.float64, y_numeric=True
        )
        return inputs, targets.astype(np.float64)

    def _begin_on(self, y: Array, weights: Any) -> None:
        """Begin in units of these targets; raises ValueError unless floats can hold their mean and deviation."""
        with np.errstate(over="ignore", invalid="ignore"):
            self.target_mean_ = float(np.average(y, weights=weights))
            self.target_scale_ = float(np.sqrt(np.average((y - self.target_mean_) ** 2, weights=weights))) or 1.0
        if not np.isfinite([self.target_mean_, self.target_scale_]).all():
            raise ValueError(
                f"the targets' mean is {self.target_mean_:g} and their standard deviation {self.target_scale_:g}, out "
                f"of the range of floats: give the targets in a larger unit, such as y / 1e150"
            )
        self._begin(1)

    def _scaled(self, targets: Array) -> Array:
        scaled: Array = (targets - self.target_mean_) / self.target_scale_
        return scaled
