"""What a call comes to: its numbers as recorded, whether a change was noticed, the error it ends in."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from autograd import Value, compile  # noqa: A004

X = [0.3, -0.7]  # what a program is asked again and again, while things around it change


def recorded(function, parameters, arguments):
    """Return value and gradient by recording, as the truth."""
    for p in parameters:
        p.clear_grad()
    loss = function(*arguments)
    loss.backward()
    gradient = np.array([p.grad for p in parameters])
    for p in parameters:
        p.clear_grad()
    return loss.data, gradient


def assert_equal(found, truth):
    scale = max(1e-300, float(np.max(np.abs(truth[1]), initial=0.0)))
    assert found[0] == pytest.approx(truth[0], rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(found[1], truth[1], rtol=0, atol=1e-12 * scale)


def told(call):
    """Return the error that a call ends in."""
    with pytest.raises((TypeError, ValueError, AttributeError, ImportError)) as caught:
        call()
    return f"{type(caught.value).__name__}: {caught.value}"


def assert_noticed(function, parameters, changes):
    """Each change of what the function reads changes what its program gives, at once, whether or not it is audited."""
    step = compile(function, parameters)
    step._programs.audited = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            before = step(X)
            assert before == pytest.approx(function([Value(x) for x in X]).data, rel=1e-12)
        for change in changes:
            change()
            truth = function([Value(x) for x in X]).data
            assert truth != before
            before = step(X)
            assert before == pytest.approx(truth, rel=1e-12)


def printed_in_processes(script):
    """Return what a script prints in processes that order their sets otherwise: one output if all say the same."""
    return {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
