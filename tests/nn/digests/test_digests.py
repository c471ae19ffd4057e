"""The same bits on every run, and where they differ, by how much: what CONTRIBUTING.md promises."""

import json
import math
import os
import platform
import random
import shutil
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

import mpmath
import pytest

from autograd.rules.maths import FLOATS, FloatMaths
from tests.nn.digests.trainings import BY_LIBM, STEPS, STORED, TRAININGS, WIDTHS, as_on, digest, digests, libm, numbers

ROOT = Path(__file__).parents[3]


def stored(what):
    return json.loads(STORED.read_text(encoding="utf-8"))[what]


@cache
def recorded():
    return digests("recorded")


@pytest.mark.parametrize("training", TRAININGS, ids=lambda t: t.__name__)
def test_a_recorded_training_has_the_bits_that_are_stored(training):
    name = training.__name__
    if name in BY_LIBM and libm() != stored("libm"):
        pytest.skip("another C library, whose exp and tanh round otherwise")
    assert recorded()[name] == stored("recorded")[name]


def pythons():
    """Return the interpreters of other versions that are at hand."""
    found = [shutil.which(f"python3.{k}") for k in range(11, 15)]
    others = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob("versions/3.1[1-4]*/bin/python")
    found += map(str, others)
    return sorted({path for path in found if path and "shims" not in path})


@pytest.mark.parametrize("python", pythons() or [sys.executable])
def test_every_version_of_python_gives_the_same_bits(python):
    ran = subprocess.run(
        [python, "-m", "tests.nn.digests.trainings", "recorded"], cwd=ROOT, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert json.loads(ran.stdout) == recorded(), ran.stderr


@pytest.mark.parametrize("lanes", WIDTHS)
def test_native_code_has_the_bits_of_its_width_on_any_processor(lanes, monkeypatch):
    pytest.importorskip("llvmlite")
    from autograd.compile.backends.native.host.processor import host

    cpu, feature = WIDTHS[lanes]
    if platform.machine() != "x86_64" or f"+{feature}" not in host().features.split(","):
        pytest.skip(f"this processor has no {feature}")
    monkeypatch.setenv("CHAINRULE_CACHE", "off")
    with as_on(cpu, lanes):
        assert digests("native") == stored("native")[str(lanes)]


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_backends_differ_by_roundings_alone(backend):
    for training in TRAININGS:
        found, true = numbers(training, backend), numbers(training, "recorded")
        scale = max(map(abs, true))
        assert max(abs(x - y) for x, y in zip(found, true, strict=True)) <= STEPS * 1e-14 * max(1.0, scale), training
        assert numbers(training, backend) == found, "the same on every run"


ULPS = {
    "exp": 1.0, "expm1": 1.0, "log": 1.0, "log1p": 1.0, "sin": 1.0, "cos": 1.0, "tan": 1.0, "tanh": 2.5, "sinh": 2.5,
    "cosh": 2.0, "asin": 1.0, "acos": 1.0, "atan": 1.0, "asinh": 2.0, "acosh": 2.5, "atanh": 2.5, "erf": 1.0,
    "erfc": 5.5, "power": 1.0, "sqrt": 0.5, "abs": 0.0, "atan2": 1.0, "log2": 1.0, "log10": 2.0,
}  # fmt: skip
TRUE = {"abs": abs, "log2": lambda x: mpmath.log(x, 2)}
STRUCTURAL = {"where", "isnan", "equal", "dot", "total", "largest", "first"}


@pytest.mark.parametrize("name", sorted({n for n in vars(FloatMaths) if n[0] != "_"} - STRUCTURAL))
def test_the_c_librarys_functions_are_right_to_so_many_units_in_the_last_place(name):
    function, true = getattr(FLOATS, name), TRUE.get(name) or getattr(mpmath, name)
    r = random.Random(name)
    for _ in range(400):
        x = r.random() if name in ("asin", "acos", "atanh") or r.random() < 0.5 else r.uniform(0.01, 20.0)
        x = 1.0 + x if name == "acosh" else x
        inputs = (x, r.uniform(-9.0, 9.0)) if name in ("power", "atan2") else (x,)
        found = function(*inputs)
        with mpmath.workdps(50):
            error = abs(mpmath.mpf(found) - true(*map(mpmath.mpf, inputs)))
            assert error <= ULPS[name] * math.ulp(found) * (1.0 + 1e-9), inputs


def test_a_digest_is_of_the_bits():
    assert digest([0.0]) != digest([-0.0])
    assert digest([1.0, 2.0]) != digest([2.0, 1.0])
    assert struct.calcsize("<d") == 8
