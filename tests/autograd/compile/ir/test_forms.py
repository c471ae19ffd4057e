"""Forms of numbers at several sizes: what they are at another, and how a person reads them."""

import numpy as np
import pytest

from autograd.compile.ir.sizes import SizedInt
from autograd.compile.programs.size_formulas import NICE, DoesNotFitError, fit

ONE, THREE, TWO = [(5,), (7,)], [(5,), (7,), (9,)], [(5, 8), (7, 8), (5, 10), (7, 10)]
FORMS = [
    (ONE, "n", "n"),
    (ONE, "2*n+1", "(2 * n + 1)"),
    (ONE, "3*n-2", "(3 * n - 2)"),
    (ONE, "n*n", "(n * n)"),
    (ONE, "3*n*n", "(3 * n * n)"),
    (ONE, "n*(n+1)//2", "((n * n + n) // 2)"),
    (ONE, "n*(n-1)//2", "((n * n - n) // 2)"),
    (ONE, "3*n*(n-1)//2", "((3 * n * n - 3 * n) // 2)"),
    (ONE, "-n", "(-n)"),
    (ONE, "n-1", "(n - 1)"),
    (ONE, "-2*n+3", "(-2 * n + 3)"),
    (ONE, "1-n", "(-n + 1)"),
    (ONE, "1/n", "(1 / n)"),
    (ONE, "2/n", "(2 / n)"),
    (ONE, "0.5/n", "(0.5 / n)"),
    (ONE, "1/n**2", "(1 / n ** 2)"),
    (ONE, "n**0.5", "(n ** 0.5)"),
    (ONE, "3/n**0.5", "(3 / n ** 0.5)"),
    (ONE, "2.0*n", "(2 * n)"),
    (ONE, "n/10", "(0.1 * n)"),
    (ONE, "0.1*n", "(0.1 * n)"),
    (ONE, "1/(n-1)", "(1 / (n - 1))"),
    (ONE, "1/(2*n+1)", "(1 / (2 * n + 1))"),
    (ONE, "float(n*n)", "(n ** 2)"),
    (ONE, "n-1.5", "((2 * n - 3) / 2)"),
    (ONE, "n/3+1.0", "((n + 3) / 3)"),
    (ONE, "-1/n", "(-1 / n)"),
    (ONE, "(n-1)/2", "((n - 1) / 2)"),
    (THREE, "n*n-1", "(n * n - 1)"),
    (THREE, "n*n+2*n+3", "(n * n + 2 * n + 3)"),
    (THREE, "n*(n+1)//2", "((n * n + n) // 2)"),
    (THREE, "n*n-n", "(n * n - n)"),
    (THREE, "1/(n*n-1)", "(1 / (n * n - 1))"),
    (THREE, "n**0.5", "(n ** 0.5)"),
    (TWO, "n*m", "(n * m)"),
    (TWO, "n+m", "(n + m)"),
    (TWO, "n*m+n", "(n * m + n)"),
    (TWO, "m", "m"),
    (TWO, "2*n*m", "(2 * n * m)"),
    (TWO, "n*m-1", "(n * m - 1)"),
    (TWO, "n-m", "(n - m)"),
    (TWO, "1/(n*m)", "(1 / n / m)"),
    (TWO, "n/m", "(n / m)"),
    (TWO, "1/n", "(1 / n)"),
    (TWO, "1/m**0.5", "(1 / m ** 0.5)"),
    (TWO, "n*(n+1)//2", "((n * n + n) // 2)"),
    (TWO, "n*m+n+m", "(n * m + n + m)"),
    (TWO, "1/(n*m-1)", "(1 / (n * m - 1))"),
    (TWO, "2.5/(n*m)", "(2.5 / n / m)"),
    (TWO, "m/n", "(m / n)"),
    (TWO, "n*n*1.0", "(n ** 2)"),
    (TWO, "m*m", "(m * m)"),
]


@pytest.mark.parametrize(("samples", "formula", "written"), FORMS)
def test_a_formula_is_found_from_its_numbers_and_written(samples, formula, written):
    def at(*sizes):
        return eval(formula, dict(zip("nm", sizes, strict=False)))  # which stands above

    form = fit([at(*sizes) for sizes in samples], samples)
    for sizes in ((4, 6), (30, 41), (64, 128), (1000, 12)):
        own = sizes[: len(samples[0])]
        found = form.at(own)
        assert found == pytest.approx(at(*own), rel=4e-16, abs=0)
        assert type(found) is type(at(*own))
        assert not hasattr(found, "text")
    said = form.at(tuple(SizedInt(n, name) for n, name in zip(own, "nm", strict=False)))
    assert (repr(said), float(said)) == (written, float(found))


def test_what_is_no_formula_of_the_sizes_does_not_fit():
    for values in ([0.0, 1.0], [np.inf, 1.0], [np.nan, 1.0], [5.0 + 1 / (NICE + 9), 7.0 + 1 / (NICE + 9)]):
        with pytest.raises(DoesNotFitError):
            fit(values, ONE)
    assert fit([5.0 + 1 / NICE, 7.0 + 1 / NICE], ONE).at((9,)) == pytest.approx(9.001, rel=1e-15)
    with pytest.raises(DoesNotFitError, match="at some sizes it is of type float, at others int"):
        fit([1, 1.0], ONE)
    with pytest.raises(DoesNotFitError, match="there are 1 at some size, and 2 at another"):
        fit([(1,), (1, 2)], ONE)
    with pytest.raises(DoesNotFitError, match="is no polynomial of them"):
        fit([1, 2, 4, 9], [(5,), (6,), (7,), (8,)])
    with pytest.raises(DoesNotFitError, match="a str differs from size to size"):
        fit(["a", "b"], ONE)
    with pytest.raises(DoesNotFitError, match="1 / 0"):
        fit([1 / 2, 1 / 4], ONE).at((3,))


ARRAYS = {
    "steps": lambda n: np.arange(n) * 3 + 2,
    "steps that grow": lambda n: np.arange(n) * n,
    "a start that grows": lambda n: np.arange(n) + n,
    "floats": lambda n: np.arange(n) * 0.5 - 1.0,
    "two axes": lambda n: np.arange(n)[:, None] * n + np.arange(n),
    "beside a fixed axis": lambda n: np.arange(n)[:, None] + np.array([1, 5, 2]),
    "behind a fixed axis": lambda n: np.arange(n) * np.array([[1], [5]]),
    "of another length": lambda n: np.arange(2 * n + 1),
    "a triangle": lambda n: np.tri(n, dtype=bool),
    "the other triangle": lambda n: np.tri(n).T,
    "a band": lambda n: np.abs(np.arange(n)[:, None] - np.arange(n)) < 3,
    "two diagonals": lambda n: np.eye(n, k=2, dtype=bool) | np.eye(n, k=-3, dtype=bool),
    "a stack of triangles": lambda n: np.broadcast_to(np.tri(n)[:, :, None] * np.array([1.0, 2.0]), (n, n, 2)).copy(),
    "one that stays": lambda n: np.array([3, 1, 4]),
}


@pytest.mark.parametrize("make", ARRAYS.values(), ids=ARRAYS)
def test_a_rule_is_found_from_arrays(make):
    form = fit([make(5), make(7)], ONE)
    for n in (5, 7, 4, 8, 23):
        found = form.at((n,))
        np.testing.assert_array_equal(found, make(n))
        assert found.dtype == make(n).dtype


def test_arrays_without_a_rule_do_not_fit():
    for values in ([np.arange(5.0), np.arange(7)], [np.arange(5), np.arange(7)[:, None]], [np.eye(5), np.eye(7)[::-1]]):
        with pytest.raises(DoesNotFitError):
            fit(values, ONE)
