"""The cases of an examination as data: what a right engine answers, and the wrong answers whose cause is known."""

import pytest

from autograd import Value
from autograd.explain.examination.cases import cases

ANSWERED = [case for case in cases() if any(wrong.found for wrong in case.wrong)]


def answers(case):
    names = {"Value": Value}
    exec(case.example, names)
    return {read: eval(read, names) for read in case.reads}


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
def test_a_wrong_answer_whose_cause_is_known_is_known_by_its_numbers(case):
    right = answers(case)
    for wrong in case.wrong:
        if wrong.found:
            assert {*wrong.found} <= {*right}
            assert all(isinstance(x, float) for x in wrong.found.values())
            assert wrong.fits({**right, **wrong.found}, right, "")
            other = next(iter(wrong.found))
            assert not wrong.fits({**right, **wrong.found, other: wrong.found[other] + 1.0}, right, "")


def test_each_known_cause_says_how_it_is_seen_and_what_to_do():
    names = [case.name for case in cases()]
    assert len(names) == len({*names})
    for k, case in enumerate(cases()):
        assert {*case.builds_on} <= {*names[:k]}, "each comes after those that it builds on"
        assert len(case.advice) > 20
        for wrong in case.wrong:
            assert isinstance(wrong.advice, str)
            assert len(wrong.advice) > 20
            ways = [wrong.found is not None, wrong.off != "", wrong.error != "", wrong.too_large]
            assert sum(ways) == 1
            assert wrong.off in ("", *case.reads)
            assert wrong.error in (
                "",
                "RecursionError",
                "OverflowError",
                "ZeroDivisionError",
                "ValueError",
                "TypeError",
            )
