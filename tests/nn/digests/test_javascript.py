"""The emitted JavaScript in node and in Chromium: the bits where IEEE arithmetic decides, the bound where `Math` does.

The functions of all libraries that decide bits are beside it: the C library's, NumPy's, and `Math` with maths.js.
"""

import json
import math
import random
from functools import cache

import mpmath
import pytest

from autograd.compile.backends.javascript import Emitted, script
from autograd.rules.maths import FLOATS, FloatMaths
from tests.nn.digests.javascript import answered, asked, numbers
from tests.nn.digests.trainings import BY_LIBM, TRAININGS, assert_differs_by_roundings, digest, stored
from tests.support.web import browser  # noqa: F401 (a fixture)


@pytest.fixture(scope="module")
def engine(request):
    """What JavaScript runs in: a tab of Chromium, or None for node."""
    return request.getfixturevalue("browser").new_page() if request.param == "chromium" else None


ENGINES = pytest.mark.parametrize("engine", ["node", "chromium"], indirect=True)


@ENGINES
def test_a_training_in_javascript_has_the_stored_bits_and_by_math_differs_by_roundings(engine):
    found = numbers(engine)
    assert {name: digest(x) for name, x in found.items() if name not in BY_LIBM} == stored("in order")
    for training in TRAININGS:
        assert_differs_by_roundings(training, found[training.__name__])


ULPS = {
    "exp": 1.0, "expm1": 1.0, "log": 1.0, "log1p": 1.0, "sin": 1.0, "cos": 1.0, "tan": 1.0, "tanh": 2.5, "sinh": 2.5,
    "cosh": 2.0, "asin": 1.0, "acos": 1.0, "atan": 1.0, "asinh": 2.0, "acosh": 2.5, "atanh": 2.5, "erf": 1.0,
    "erfc": 5.5, "power": 1.0, "sqrt": 0.5, "abs": 0.0, "atan2": 1.0, "log2": 1.0, "log10": 2.0,
}  # fmt: skip
TRUE = {"abs": abs, "log2": lambda x: mpmath.log(x, 2)}
STRUCTURAL = {"where", "isnan", "equal", "dot", "total", "largest", "first"}
NAMES = sorted({n for n in vars(FloatMaths) if n[0] != "_"} - STRUCTURAL)
ULPS_IN_JAVASCRIPT = {**ULPS, "atan2": 1.5, "erf": 8.0, "erfc": 20.0}


@cache
def points(name):
    """Return inputs of a function, and its true values there."""
    r, found, true = random.Random(name), [], TRUE.get(name) or getattr(mpmath, name)
    for _ in range(400):
        x = r.random() if name in ("asin", "acos", "atanh") or r.random() < 0.5 else r.uniform(0.01, 20.0)
        x = 1.0 + x if name == "acosh" else x
        found.append((x, r.uniform(-9.0, 9.0)) if name in ("power", "atan2") else (x,))
    with mpmath.workdps(50):
        return found, [true(*map(mpmath.mpf, inputs)) for inputs in found]


def assert_right_to(ulps, name, found):
    for inputs, x, true in zip(points(name)[0], found, points(name)[1], strict=True):
        with mpmath.workdps(50):
            assert abs(mpmath.mpf(x) - true) <= ulps * math.ulp(x) * (1.0 + 1e-9), (name, inputs)


@pytest.mark.parametrize("name", NAMES)
def test_functions_of_the_c_library_and_of_numpy_are_right_to_so_many_units_in_the_last_place(name):
    assert_right_to(ULPS[name], name, [getattr(FLOATS, name)(*inputs) for inputs in points(name)[0]])
    pytest.importorskip("numpy")
    from autograd.compile.backends.numpy.operations import NAMESPACE, RENAMED

    function = NAMESPACE[RENAMED.get(name, name)]
    assert_right_to(ULPS[name], name, function(*zip(*points(name)[0], strict=True)).tolist())


@ENGINES
def test_functions_of_javascript_are_right_to_so_many_units_in_the_last_place(engine):
    source = script("FUNCTIONS", {"all": Emitted(f"{{ {', '.join(NAMES)} }}", frozenset())})
    mapped = [f"{json.dumps(points(name)[0])}.map((inputs) => FUNCTIONS.all.{name}(...inputs))" for name in NAMES]
    for name, found in zip(NAMES, answered(asked(source, f"[{', '.join(mapped)}].map(bits)"), engine), strict=True):
        assert_right_to(ULPS_IN_JAVASCRIPT[name], name, found)
