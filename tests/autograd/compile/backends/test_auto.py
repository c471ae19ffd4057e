"""The backend "auto": NumPy's, until a program has run so often that machine code pays."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compile import compile_forward, compile_training
from autograd.compile.programs import compiled
from autograd.support import costs

pytest.importorskip("llvmlite")


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Machine code pays from the third step on."""
    monkeypatch.setattr(costs, "WORTH_MACHINE_CODE", 3)


def backend(step):
    return step._programs.latest.backend


def test_a_program_that_runs_often_becomes_machine_code_and_gives_the_same():
    w = [Value(0.5), Value(-0.25)]
    steps = [
        ag.compile(lambda x: ag.mean([ag.tanh(ag.dot(w, row)) for row in x]), w, **given)
        for given in ({}, {"backend": "numpy"})
    ]
    x = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]]
    for before in ("numpy", "numpy", "native", "native"):
        (loss, gradient), (truth, true_gradient) = (step.value_and_gradient(x) for step in steps)
        assert backend(steps[0]) == before
        assert loss == pytest.approx(truth, rel=1e-14)
        np.testing.assert_allclose(gradient, true_gradient, rtol=1e-13)
    assert [repr(step).splitlines()[0] for step in steps] == [
        f"compiled for {name}: 2 parameters, 1 program" for name in ("native", "numpy")
    ]
    forward = compile_forward(lambda x: [ag.dot(w, row) for row in x], w, rows=1)
    assert forward(x).tolist() == [0.0, 1.75, 0.1875]
    assert backend(forward) == "native"


@pytest.mark.parametrize("clip", [None, nn.ClipByNorm(0.01).clip_array], ids=["free", "clipped"])
def test_a_training_goes_on_where_it_is(clip):
    def trained(**given):
        model = nn.MLP(2, [5, 1], seed=1)
        optimizer = nn.Adam(model.parameters(), 0.05)

        def loss(x, y):
            return nn.mean_squared_error(model.batch(x), y)

        train = compile_training(loss, model.parameters(), optimizer, clip=clip, **given)
        rows = np.array([[0.0, 1.0], [1.0, 0.5], [0.25, 0.75], [1.0, 1.0]]), np.array([0.0, 1.0, 0.5, 0.25])
        losses = [loss for steps in (1, 1, 2, 3) for loss in train(*rows, steps=steps).tolist()]
        losses += train.on_rows([[0, 1, 2, 3]] * 4, [0.05] * 4, *rows).tolist()
        train.write_back()
        state = [x for name in optimizer.state_names for x in optimizer.state[name]]
        return losses, [p.data for p in model.parameters()], [p.grad for p in model.parameters()], state, train

    *found, train = trained()
    *truth, _ = trained(backend="numpy")
    assert backend(train) == "native"
    for one, other in zip(found, truth, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-15)


def test_ctrl_c_in_the_middle_of_the_change_leaves_the_weights(monkeypatch):
    made = compiled.make_runner

    class Interrupted:
        """A runner whose weights are not there yet when Ctrl-C comes."""

        @property
        def theta(self):
            raise KeyboardInterrupt

    def interrupted(backend, *given):
        return Interrupted() if backend == "native" else made(backend, *given)

    w = Value(2.0)
    train = compile_training(lambda x: w * x, [w], nn.SGD([w], 0.5))
    train(1.0, steps=2)
    monkeypatch.setattr(compiled, "make_runner", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(1.0)
    assert backend(train) == "numpy"
    train.write_back()
    assert (w.data, w.grad) == (1.0, 1.0)
    assert train(1.0).tolist() == [1.0]


def test_what_llvm_does_not_compile_numpy_goes_on_to_run(monkeypatch):
    made = compiled.make_runner

    def broken(backend, *given):
        if backend == "native":
            raise RuntimeError("no such instruction")
        return made(backend, *given)

    monkeypatch.setattr(compiled, "make_runner", broken)
    w = Value(2.0)
    step = ag.compile(lambda x: w * x, [w])
    step._programs.audited = False
    assert [step(1.0), step(2.0)] == [2.0, 4.0]
    with pytest.warns(RuntimeWarning, match=r"NumPy goes on .* \(RuntimeError: no such instruction\)"):
        assert step(3.0) == 6.0
    assert (step(4.0), backend(step)) == (8.0, "numpy")


def test_without_llvmlite_it_is_numpys(monkeypatch):
    monkeypatch.setattr(costs, "find_spec", lambda name: None)
    w = Value(2.0)
    step = ag.compile(lambda x: w * x, [w])
    assert [step(1.0) for _ in range(5)] == [2.0] * 5
    assert backend(step) == "numpy"
