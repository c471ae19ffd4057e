"""The GPT of names: its program is its recorded run, its loss falls, and what it writes are letters."""

import random

import pytest

from autograd import compile  # noqa: A004
from demos.microgpt import END, LETTERS, NAMES, main, network, next_chances, surprise
from tests.support.outcomes import assert_equal, recorded


def test_its_program_is_its_recorded_run():
    matrices = network(random.Random(1))
    parameters = [p for matrix in matrices.values() for row in matrix for p in row]
    assert (len(parameters), len(LETTERS), END) == (4192, 26, 26)
    letters = [END, *map(LETTERS.index, "ada"), END]
    step = compile(lambda letters: surprise(matrices, letters), parameters)
    found = step.value_and_gradient(letters)
    assert_equal(found, recorded(lambda x: surprise(matrices, x), parameters, (letters,)))
    assert found[0] == pytest.approx(3.3, abs=0.1), "about log 27, as nothing is known yet"
    backward = step.source[step.source.index("# backward") :]
    assert backward.count("where") == 1, "the causal mask"


def test_plain_numbers_have_the_chances_that_values_have():
    matrices = network(random.Random(1))
    numbers = {name: [[p.data for p in row] for row in matrix] for name, matrix in matrices.items()}
    chances = next_chances(matrices, END, [], [])
    assert next_chances(numbers, END, [], []) == [chance.data for chance in chances]
    assert sum(next_chances(numbers, 3, [], [])) == pytest.approx(1.0)


def test_it_learns_and_writes(capsys):
    found = main(steps=8, names=["ada", "ana", "eva", "ida", "ava", "zoe"])
    assert len(found) == 20
    assert set("".join(found)) <= set(LETTERS)
    assert "loss" in capsys.readouterr().out
    assert len(NAMES) == len(set(NAMES)) > 400
