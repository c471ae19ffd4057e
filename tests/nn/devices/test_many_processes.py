"""Trainings in many processes: the bits of one, and those of one that nobody disturbed, whoever is killed."""

import sys

import pytest

from tests.nn.devices.kills import digest_of, disturbed, start


@pytest.fixture(autouse=True)
def with_extras():
    for extra in ("jax", "safetensors"):
        pytest.importorskip(extra)


def outputs(processes, *arguments):
    output = start(processes, *arguments).communicate(timeout=500)[0]
    assert digest_of(output), output
    return digest_of(output), output


def test_one_two_and_four_processes_end_with_the_same_losses_and_weights(tmp_path):
    small = ("--epochs", 4, "--rows", 200)
    one, two, four = (outputs(n, *small) for n in (1, 2, 4))
    assert "4 processes, 4 devices" in four[1]
    assert one[0] == two[0] == four[0]
    files = tmp_path / "rows"
    assert len({outputs(n, *small, "--files", files)[0] for n in (1, 2)}) == 1
    assert len(list(files.iterdir())) == 16


@pytest.mark.skipif(sys.platform != "linux", reason="the children of a process are read from /proc")
def test_whoever_is_killed_the_training_ends_as_an_undisturbed_one(tmp_path):
    whole, found = disturbed(2, 3, seed=5, arguments=["--epochs", 20], tell=lambda said: None)
    assert whole
    assert set(found) == {whole}
