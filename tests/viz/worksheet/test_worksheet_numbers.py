"""Worksheets: each blank has one right answer, each mistake its name, each order that is right is taken."""

import doctest
import itertools
import math
import random
from decimal import Decimal

import pytest

import nn
import viz
from autograd import Value, topological_order
from autograd.explain import mistakes_by_hand
from autograd.explain.mistakes_by_hand import MISTAKES
from tests.viz.worksheet.learners import Learner, answers, counted, sheets, written
from viz.worksheet import rounding, worksheet
from viz.worksheet.rounding import rounded
from viz.worksheet.xor import xor_worksheet


def unit(x):
    return float(Decimal(1).scaleb(Decimal(repr(x)).adjusted() - 3))


def test_each_blank_of_200_random_graphs_has_one_right_answer_which_follows_from_what_is_shown():
    count = 0
    for sheet in sheets(200):
        learner = Learner(sheet, random.Random(0))
        for key, blank in zip(sheet.sheet.blanks, sheet.blanks, strict=True):
            answer = blank.answer
            assert written(learner.right(key)) == answer, (key, learner.right(key))
            assert blank.is_right(answer)
            step = unit(answer) if answer else 0.001
            for other in (answer + step, answer - step, -answer, *(known.number for known in blank.wrong)):
                assert blank.is_right(other) == (rounded(other) == answer), (key, answer, other)
            assert all(not blank.is_right(known.number) for known in blank.wrong)
            count += 1
        assert len(sheet.blanks) == len(sheet.sheet.steps)
    assert count > 5_000


def test_the_sheet_is_the_recorded_pass_to_the_digits_it_has():
    for seed in range(5):
        sheet = xor_worksheet(seed)
        figures = sheet.sheet.figures
        recording = figures.recording
        nodes = recording.nodes
        for i, node in enumerate(nodes):
            assert math.isclose(figures.value(i), node.data, rel_tol=5e-3, abs_tol=2e-3)
            if (gradient := recording.gradient(node)) is not None:
                assert math.isclose(figures.gradient(i), gradient, rel_tol=1e-2, abs_tol=5e-3)
    root = nodes[-1]
    assert root.grad == 0.0, "the graph is left as it was"


@pytest.mark.parametrize("careless", [False, True])
def test_ten_mistakes_are_named_on_simulated_learners(careless):
    table = counted(answers(150 if careless else 40, careless))
    assert sum(made for *_, made in table.values()) > 2_000
    for mistake, (precision, recall, _, made) in table.items():
        assert made >= 30, mistake
        assert precision >= 0.95, mistake
        assert recall >= 0.95, mistake


def test_every_right_order_is_taken_and_no_other():
    for sheet in itertools.islice(sheets(40), 40):
        order, nodes = sheet.order, sheet.sheet.figures.recording.nodes
        chosen = [nodes[i] for i in order.nodes]
        leads = {node: set(topological_order(node)) - {node} for node in chosen}  # what a node was computed from
        assert order.waiting(list(order.one)) is None
        draw = random.Random(0)
        for _ in range(200):
            places = draw.sample(range(len(chosen)), len(chosen))
            stands = [chosen[k] for k in places]
            early = any(late in leads[node] for k, node in enumerate(stands) for late in stands[:k])
            assert (order.waiting(places) is None) == (not early)


def test_in_the_sheets_of_xor_hardly_two_mistakes_look_alike_but_a_path_forgotten_and_a_sum_overwritten():
    blanks = [blank for seed in range(20) for blank in xor_worksheet(seed, 4).blanks]
    named = [known.mistakes for blank in blanks for known in blank.wrong]
    alike = [names for names in named if len(names) > 1 and names != ("path", "overwritten")]
    assert len(named) > 5_000
    assert len(alike) <= 0.003 * len(named)


def test_a_local_derivative_that_its_words_tell_is_not_asked_for():
    x, y = Value(2.0, "x"), Value(-1.5, "y")
    asked = viz.worksheet(x.relu() * y.relu() + (x * y).tanh() / 1.0, level=4).sheet.blanks
    assert len([key for key in asked if key[0] == "local"]) == 1


@pytest.mark.parametrize("module", [rounding, worksheet, mistakes_by_hand])
def test_examples_hold(module):
    ran = doctest.testmod(module)
    assert ran.attempted
    assert not ran.failed


def test_blanks_grow_with_the_level_and_along_each_pass():
    counts = [len(xor_worksheet(3, level).blanks) for level in (1, 2, 3, 4)]
    assert counts == sorted(set(counts))
    sheet = xor_worksheet(3, 2).sheet
    asked = [step.key in set(sheet.blanks) for step in sheet.steps]
    backward = [is_asked for step, is_asked in zip(sheet.steps, asked, strict=True) if step.phase == "backward"]
    half = len(backward) // 2
    assert sum(backward[:half]) < sum(backward[half:])
    assert not xor_worksheet(3).example.blanks
    assert counts[-1] == len(sheet.steps)


@pytest.mark.parametrize("make", [lambda a: -a, lambda a: a + 0.0, lambda a: a**2])
def test_the_smallest_graph_leaves_out_something_at_every_level(make):
    for seed in range(4):
        assert [viz.worksheet(make(Value(2.0, "a")), level=k, seed=seed).blanks for k in (1, 2, 3, 4)].count([]) == 0


def test_a_seed_is_a_sheet_and_another_seed_another():
    assert xor_worksheet(1).page.html == xor_worksheet(1).page.html != xor_worksheet(2).page.html


def test_a_number_that_was_left_out_is_not_told_before_it_is_asked_for():
    sheet = xor_worksheet(0, 4).sheet
    for place, step in enumerate(sheet.steps):
        told = [part for part in step.told if isinstance(part, int)]
        assert told[-1] == place
        assert max(told) == place


def test_wrong_numbers_are_answered():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    sheet = viz.worksheet(w * x + w, level=4)
    blank = sheet.blanks[sheet.sheet.blanks.index(("gradient", 0))]
    assert blank.answer == 4.0
    assert blank.said(4.01) == "Nearly: compute with the numbers as they are shown, and round to four digits."
    assert blank.said(17.0) == "Not yet: look at the numbers that flow in, and try again."
    assert blank.said(-4.0) == f"Not yet: {MISTAKES['sign']}."
    assert blank.said(3.0) == f"Not yet: {MISTAKES['path']}; or {MISTAKES['overwritten']}."
    assert blank.said(1.0) == f"Not yet: {MISTAKES['path']}."
    assert "9 blanks, level 4 of 4" in repr(sheet)


def rows(count):
    model = nn.MLP(2, [8, 1], seed=0)
    return nn.mean_squared_error([model([1.0, float(k)]) for k in range(count)], [0.0] * count)


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: viz.worksheet(2.0), TypeError, "takes the Value to go back from"),
        (lambda: viz.worksheet(Value(2.0)), ValueError, "was not computed from anything"),
        (lambda: viz.worksheet(Value(2.0) * 3.0, level=5), ValueError, r"level=5\): levels are 1 to 4"),
        (lambda: viz.worksheet(Value(2.0) * 3.0, level=True), ValueError, "levels are 1 to 4"),
        (lambda: viz.worksheet(Value(2.0) * 3.0, seed=-1), ValueError, "a seed is a whole number from 0"),
        (lambda: viz.worksheet(Value(2.0) * 3.0, learning_rate=0.0), ValueError, "a finite rate that moves"),
        (lambda: viz.worksheet(Value(2.0) * math.inf), ValueError, "L is inf: a worksheet has finite numbers"),
        (lambda: viz.worksheet(rows(40)), ValueError, "nobody computes more than 400 by hand"),
        (lambda: viz.worksheet((Value(1000.2) - Value(1000.3)) * 5.0), ValueError, "four digits lead"),
    ],
)
def test_what_makes_no_worksheet_is_refused(call, error, told):
    with pytest.raises(error, match=told):
        call()
