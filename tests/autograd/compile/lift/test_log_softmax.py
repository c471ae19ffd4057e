"""The cross-entropy of a softmax, written out as people do, has the textbook's backward: p, less 1 at the target."""

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, mean, softmax, take, total  # noqa: A004
from tests.support.outcomes import assert_equal, recorded

chance = np.random.default_rng(0)
W = [[Value(float(a)) for a in row] for row in chance.normal(size=(4, 3))]
PARAMETERS = [p for row in W for p in row]
X = chance.normal(size=(5, 3)).tolist()
K = [0, 3, 1, 1, 2]
T = chance.dirichlet([1.0] * 4, size=5).tolist()


def scores(x):
    return [sum(w * a for w, a in zip(row, x, strict=True)) for row in W]


def by_hand(values):
    shift = max(v.data for v in values)
    exponentials = [(v - shift).exp() for v in values]
    whole = sum(exponentials)
    return [e / whole for e in exponentials]


def not_shifted(values):
    exponentials = [v.exp() for v in values]
    return [e / total(exponentials) for e in exponentials]


def loss(probabilities):
    return lambda x, k: sum(-take(probabilities(scores(r)), i).log() for r, i in zip(x, k, strict=True)) / 5


WRITINGS = {
    "by hand": loss(by_hand),
    "not shifted": loss(not_shifted),
    "softmax": loss(softmax),
    "mean": lambda x, k: mean([-ag.log(take(softmax(scores(r)), i)) for r, i in zip(x, k, strict=True)]),
}


@pytest.mark.parametrize("function", WRITINGS.values(), ids=WRITINGS)
def test_of_a_target_that_is_looked_up(function):
    step = compile(function, PARAMETERS)
    assert_equal(step.value_and_gradient(X, K), recorded(function, PARAMETERS, (rows(X), K)))
    assert "dot(((r1 - put(1, rows5, k, (5, 4))) / 5).T, x, out=dW1)" in step.source
    assert "where" not in step.source


def test_of_targets_that_are_probabilities():
    def function(x, t):
        return mean([-total([a * p.log() for a, p in zip(q, by_hand(scores(r)), strict=True)]) for r, q in zip(x, t)])  # noqa: B905

    step = compile(function, PARAMETERS)
    assert_equal(step.value_and_gradient(X, T), recorded(function, PARAMETERS, (rows(X), T)))
    assert "sum(t, 1, keepdims=True) * r1 - t" in step.source


def test_what_else_uses_the_probabilities_has_its_share():
    def function(x, k):
        p = [by_hand(scores(r)) for r in x]
        entropies = [total([a * a for a in row]) for row in p]
        return total([-take(row, i).log() + e for row, i, e in zip(p, k, entropies, strict=True)])

    step = compile(function, PARAMETERS)
    assert_equal(step.value_and_gradient(X, K), recorded(function, PARAMETERS, (rows(X), K)))


def test_where_it_is_chosen_it_counts_and_elsewhere_not():
    def function(x, k):
        return total(
            [ag.where(r[0] > 0.0, -take(by_hand(scores(r)), i).log(), r[1]) for r, i in zip(x, k, strict=True)]
        )

    step = compile(function, PARAMETERS)
    assert_equal(step.value_and_gradient(X, K), recorded(function, PARAMETERS, (rows(X), K)))


def test_a_probability_that_underflows_has_the_gradient_that_it_has_in_truth():
    w = [Value(800.0), Value(0.0)]
    value, gradient = compile(lambda k: -take(by_hand(w), k).log(), w).value_and_gradient(1)
    assert value == np.inf, "as recorded"
    assert gradient.tolist() == [1.0, -1.0]


def rows(x):
    return [[*map(Value, row)] for row in x]
