"""Every row of the table is proved, not sampled, and a change of any step of a rule is noticed."""

import pytest

from autograd.rules.operation import TABLE
from tests.autograd.rules.mutants import AT_POINTS, LIST, MORE_EDGES, differs, listed, points
from tests.autograd.rules.proofs import not_enclosed, outside_of_hull, proof
from tests.support.exact import OPERATIONS


@OPERATIONS
def test_the_derivatives_are_proved_on_every_branch_and_over_every_box(op):
    branches, missing = proof(op)
    assert branches
    assert not missing
    _, wrong = not_enclosed(op)
    assert not wrong
    assert not outside_of_hull(op)


@pytest.mark.parametrize("name", AT_POINTS)
def test_ties_zeros_infinities_and_nan_are_as_by_pythons_own_means(name):
    op = TABLE[name]
    wrong = [p for p in points(op) if differs(op(*p), float(AT_POINTS[name](*p)), 1e-14)]
    assert not wrong


@pytest.mark.parametrize("name", [name for name in MORE_EDGES if name in TABLE])
def test_more_edges(name):
    for point, truth in MORE_EDGES[name].items():
        assert TABLE[name].evaluate(*point) == truth


@OPERATIONS
def test_each_mutant_of_a_rule_is_killed_and_the_list_of_them_is_current(op):
    found = listed(op)
    assert not [line for line in found if line.split()[1] == "None"]
    known = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line.split()[0] == op.name]
    assert known in ([], found), "a rule has changed: run python -m tests.autograd.rules.mutants"
