"""Random networks at five sizes each: one program for all of them, or another where the function is another."""

import random

import numpy as np

import autograd as ag
from autograd import Value
from tests.fuzz.random_programs import Drawn, assert_same, recorded

SIZES = (8, 40, 5, 64, 13)  # the first few are traced as they are, or the program is found at 5 and 7 rows


def at_sizes(seed, backend="numpy", is_rounding=lambda *_: False):
    """Compare a drawn network at five numbers of rows with its recorded runs; returns how many were of one program.

    None of a run whose loss is not finite, of one whose branches rounding decides, and of one that differs only as
    `is_rounding` says.
    """
    drawn, r = Drawn(seed), random.Random(seed)
    step, found = ag.compile(drawn.function, drawn.parameters, backend), 0
    for n in SIZES:
        x = [[r.uniform(-1.5, 1.5) for _ in range(drawn.width)] for _ in range(n)]
        index = [r.randrange(len(drawn.table)) for _ in range(n)]
        root = drawn.function([[Value(a) for a in row] for row in x], index)
        truth = recorded(root, drawn.parameters)
        if not np.isfinite(truth[0]):
            continue
        given = step.value_and_gradient(x, index)
        try:
            assert_same(given, truth)
        except AssertionError:
            if not ag.certify(root).branches and not is_rounding(root, drawn.parameters, given, truth):
                raise
            continue
        found += step._programs.latest.family is not None
    return found
