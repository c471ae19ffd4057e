"""One function of machine code serves every size of a program: its numbers, and that nothing is compiled again."""

import warnings

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.compile import compile_training
from autograd.compile.backends.runner import NumpyRunner
from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.validate import argument_names
from autograd.compile.ir.sizes import NoSizeError, Size, Values, down, quotient, up
from autograd.compile.programs.compiled import given_to
from autograd.compile.programs.pipeline import build
from autograd.compile.programs.unify import unify
from autograd.support import costs
from tests.fuzz.random_programs import assert_same
from tests.fuzz.sizes import at_sizes
from tests.support.programs import PROGRAMS, Draw

pytest.importorskip("llvmlite")
from autograd.compile.backends.native import Native
from autograd.compile.backends.native.host.processor import host

OTHERWISE = {"small_transformer", "of_every_length", "branches"}  # at 5 rows and at 7 they are other programs


@pytest.fixture(autouse=True)
def compiled(monkeypatch):
    """The texts that LLVM compiles."""
    monkeypatch.setenv("CHAINRULE_CACHE", "off")
    texts, compile_ = [], host().object_code

    def object_code(text, level):
        texts.append(text)
        return compile_(text, level)

    monkeypatch.setattr(host(), "object_code", object_code)
    return texts


# ------------------------------------------------------------------------------------------------- lengths
def test_a_size_compares_as_it_does_at_every_size_or_not_at_all():
    n, m = Size.named(0), Size.named(1)
    assert all([n > 1, n >= 4, n > 3, not n < 4, n != 1, n != 8, n != m, n * m == m * n, n - n == 0, n + 1 - n == 1])
    assert all([n * n - n > 0, (n - 1) * up(n - 1, 8) > 1, bool(n - 3), hash(2 * n + m) == hash(m + n + n)])
    for ask in (lambda: n > 8, lambda: n - 3 == 1, lambda: bool(n - m), lambda: down(n, 8) > 0, lambda: range(n)):
        with pytest.raises(TypeError):
            ask()
    assert issubclass(NoSizeError, TypeError)


def test_a_size_is_a_number_at_each_size():
    n, m = Size.named(0), Size.named(1)
    at = Values((7, 10)).number
    assert [at(x) for x in (3 * n * m - n + 2, up(n, 8), down(3 * n, 8), up(n - 7, 8), Size.place(0, n + 5), 9)] == [
        *(205, 8, 16, 0, 12, 9)
    ]
    assert (n * 2.5, n / 2, 24 / n) == (30.0, 6.0, 2.0)  # as a part of a cost
    assert (3 * n + 5).apart == (3 * n, 5)


def test_quotients_are_whole_at_every_size_or_none():
    n, m = Size.named(0), Size.named(1)
    assert [quotient(12, 4), quotient(12, 5), quotient(16 * n, n), quotient(16 * n, 8)] == [3, None, 16, 2 * n]
    assert [quotient(4, n), quotient(n, 4), quotient(n, m), quotient(n * n - 1, n - 1)] == [None, None, None, n + 1]
    assert quotient(8 * n * m - 8 * m, 2 * m) == 4 * n - 4


# ------------------------------------------------------------------------------------------------ programs
def assert_one_function(function, parameters, at, samples, others):
    """Compare the function found at the samples, at the other sizes, with what NumPy computes; `at` gives the data."""
    names = argument_names(function)
    traced = [trace(function, [a.shape for a in at(*sizes)], parameters, names) for sizes in samples]
    generic = unify([build(x, names)[0] for x in traced], samples)
    for sizes in others:
        program = generic.at(sizes)
        found = []
        for runner in (Native.of(program, None, (generic, sizes)), NumpyRunner(program)):
            runner.theta[:] = np.array([p.data for p in parameters])[program.order]
            loss = runner.run(given_to(program, at(*sizes)))
            found.append((float(loss[0]), runner.gradient.copy()))
        assert_same(*found)


@pytest.mark.parametrize("lanes", [2, 8])
@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - OTHERWISE))
def test_the_programs_run_at_every_size_by_one_function(name, lanes, monkeypatch, compiled):
    monkeypatch.setattr(host(), "lanes", min(lanes, host().lanes))
    function, parameters, arguments = PROGRAMS[name]()

    def at(n):
        return [np.resize(a, (n, *np.shape(a)[1:])) if np.ndim(a) else np.array(a) for a in arguments]

    assert_one_function(function, parameters, at, [(5,), (7,)], [(n,) for n in (4, 5, 8, 9, 17, 26)])
    assert len(compiled) == 1


def test_a_training_at_many_lengths_compiles_once(compiled):
    def trained(backend):
        draw = Draw()
        table, w = draw.weights(5, 3), draw.weights(5, 3)
        optimizer = nn.Adam(draw.parameters, 0.01)

        def loss(x):
            rows = [ag.take(table, token) for token in x]
            scores = [[ag.dot(row, w_) for w_ in w] for row in rows]
            return ag.mean([ag.logsumexp(s) for s in scores]) + ag.mean([ag.softmax(s)[0] for s in scores])

        train = compile_training(loss, draw.parameters, optimizer, backend)
        losses = [train(draw.whole(5, n), steps=2).tolist() for n in (6, 9, 12, 30, 17, 8, 6, 40)]
        train.write_back()
        return losses, [p.data for p in draw.parameters]

    found = trained("native")
    assert len(compiled) == 3  # of the first two lengths each its own, then one for all
    for one, other in zip(found, trained("numpy"), strict=True):
        np.testing.assert_allclose(np.array(one), np.array(other), rtol=1e-12)
    assert found == trained("native"), "the same bits on every run"


def test_rows_are_compiled_for_their_first_number_and_then_once(compiled):
    model = nn.MLP(3, [5, 1], seed=1)
    draw = np.random.default_rng(0)
    step = ag.compile(lambda x, y: nn.mean_squared_error(model.batch(x), y), model.parameters(), "native")
    truth = ag.compile(lambda x, y: nn.mean_squared_error(model.batch(x), y), model.parameters(), "numpy")
    for n, times in ((64, 1), (100, 2), (31, 2), (1000, 2)):
        x, y = draw.normal(size=(n, 3)), draw.normal(size=n)
        assert_same(step.value_and_gradient(x, y), truth.value_and_gradient(x, y))
        assert len(compiled) == times


def test_rows_and_lengths_both_vary(compiled):
    draw = Draw()
    table, w = draw.weights(5, 3), draw.weights(5, 3)

    def loss(x, y):
        losses = []
        for sequence, wanted in zip(x, y, strict=True):
            seen = []
            for token, after in zip(sequence, wanted, strict=True):
                seen.append(ag.take(table, token))
                weights = ag.softmax([ag.dot(seen[-1], row) for row in seen])
                h = [ag.dot(weights, list(column)) for column in zip(*seen, strict=True)]
                logits = [ag.dot(row, h) for row in w]
                losses.append(ag.logsumexp(logits) - ag.take(logits, after))
        return ag.mean(losses)

    def at(n, m):
        return [np.arange(n * m).reshape(n, m) * k % 5 for k in (2, 3)]

    assert_one_function(loss, draw.parameters, at, [(5, 6), (5, 8), (7, 6), (7, 8)], [(4, 9), (12, 4), (20, 18)])
    assert len(compiled) == 1


@pytest.mark.parametrize("seed", range(1, 40, 8))
def test_random_programs_at_five_sizes(seed):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not depend on")
        at_sizes(seed, "native")


@pytest.mark.parametrize(
    ("rows", "first"), [((64, 30, 31, 32, 33, 34, 35, 36), 6), ((5, 7, 9, 5, 7, 9, 5, 7), 5)], ids=["many", "few"]
)
def test_steps_of_all_sizes_count_together(rows, first, monkeypatch, compiled):
    monkeypatch.setattr(costs, "WORTH_MACHINE_CODE", 6)
    model = nn.MLP(2, [1], seed=1)
    auto, truth = (
        ag.compile(lambda x, y: nn.mean_squared_error(model.batch(x), y), model.parameters(), backend)
        for backend in ("auto", "numpy")
    )
    backends = []
    for n in rows:
        given = np.arange(2.0 * n).reshape(n, 2) / n, np.ones(n)
        (loss, gradient), (true_loss, true_gradient) = (step.value_and_gradient(*given) for step in (auto, truth))
        assert loss == pytest.approx(true_loss, rel=1e-14)
        np.testing.assert_allclose(gradient, true_gradient, rtol=1e-13)
        backends.append(auto._programs.latest.backend)
    assert backends == ["numpy"] * first + ["native"] * (8 - first)
    assert len(compiled) == 1
