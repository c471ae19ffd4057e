"""Recorded runs have the same bits in every process and Python, where no C library decides on every machine."""

import json
import os
import shutil
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.nn.digests.trainings import BY_LIBM, TRAININGS, digest, digests, libm, stored

ROOT = Path(__file__).parents[3]


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


def test_a_digest_is_of_the_bits():
    assert digest([0.0]) != digest([-0.0])
    assert digest([1.0, 2.0]) != digest([2.0, 1.0])
    assert struct.calcsize("<d") == 8
