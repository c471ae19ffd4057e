"""A traced Value shows no number, in whatever way it is looked at: it has none yet.  What `.data` gives is a number in
arithmetic, that no gradient passes, and nothing else; Python's max and min are maxima and minima.
"""

import builtins
import copy
import logging
import math
import pickle
import re
import threading

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, where  # noqa: A004
from autograd.compile.frontend.placeholders import builtins_traced
from autograd.fused.groups import Group

SHOWN = {
    "repr": repr, "str": str, "format": format, "an f-string": lambda x: f"{x} and {x!r}", "%": lambda x: "%s" % x,  # noqa: UP031
    "in a list": lambda x: str([x]), "a condition": lambda x: repr(x > 0.0), "a group": lambda x: repr(Group([x])),
    "a message": lambda x: logging.makeLogRecord({"msg": "seen %s", "args": (x,)}).getMessage(),
}  # fmt: skip
REFUSED = {
    "pickled": pickle.dumps, "pickled in a list": lambda x: pickle.dumps([x]),
    "a condition": lambda x: pickle.dumps(x > 0.0),
    "a group": lambda x: pickle.dumps(Group([x])), "copied": copy.copy, "copied deeply": copy.deepcopy,
    "copied in a dict": lambda x: copy.deepcopy({"x": x}), "reduced": lambda x: x.__reduce__(),
    "formatted": lambda x: f"{x:.3f}", "%": lambda x: "%f" % x, "float": float, "int": int, "round": round,  # noqa: UP031
}  # fmt: skip


def looked_at(look):
    """Return what a look gives at an input, at what is computed and at a parameter, inside a trace."""
    seen = []
    w = Value(2.5, name="w")

    def function(x):
        y = w * x[1]
        seen.extend(look(v) for v in (x[1], y, w))
        return y

    assert ag.compile(function, [w])([1.0, 3.0]) == 7.5
    return seen[:3]  # it may be traced again


@pytest.mark.parametrize("how", SHOWN)
def test_what_prints_shows_names_and_no_numbers(how):
    of_input, of_node, of_parameter = looked_at(SHOWN[how])
    assert "x[1], traced by compile" in of_input
    assert "a Value, traced by compile" in of_node
    assert "w, traced by compile" in of_parameter
    for text in (of_input, of_node, of_parameter):
        assert not re.search("nan|2[.]5", text)


def test_a_result_that_follows_from_what_is_printed_is_refused_at_the_first_call():
    w = Value(0.5)
    step = compile(lambda x: w * x * len(str(w)), [w])
    with pytest.raises(TypeError, match="asks for the text of a Value"):
        step(2.0)
    step = compile(lambda x: w * x + 0.0 * len(str(w)), [w])
    assert step(2.0) == 1.0, "what is printed alone changes nothing"


@pytest.mark.parametrize("how", REFUSED)
def test_what_reads_the_number_is_refused_with_the_way_out(how):
    with pytest.raises(TypeError, match="was read while `compile` traces this function"):
        looked_at(REFUSED[how])


def test_outside_they_print_and_pickle_as_ever():
    w = Value(2.5, name="w")
    assert repr(w) == "Value(2.5, name='w')"
    assert pickle.loads(pickle.dumps(w)).data == copy.copy(w).data == 2.5


# ---------------------------------------------------------------------------------- numbers read, max and min
X = [1.0, 2.5, -0.5]


def softmax_by_hand(values):
    shift = max(v.data for v in values)
    exponentials = [(v - shift).exp() for v in values]
    whole = sum(exponentials)
    return [e / whole for e in exponentials]


COMPUTED = {
    "a factor": lambda w, x: w * x[0].data,
    "a parameter's": lambda w, x: w * w.data + x[0],
    "arithmetic": lambda w, x: w * abs(-x[0].data + 2.0 * x[1].data / 3.0) ** 2 - x[2].data,
    "reflected": lambda w, x: w * (1.0 - x[0].data) + 2.0 / x[1].data + 2.0 ** x[0].data,
    "a function": lambda w, x: w * ag.exp(x[0].data),
    "a condition": lambda w, x: where(x[0].data > w.data, w, w * w),
    "a softmax": lambda w, x: -softmax_by_hand([w * v for v in x])[1].log(),
    "the largest": lambda w, x: w * max(x) + max(x[0], w) + max(w * x[0], w, 0.0),
    "the smallest": lambda w, x: w * min(x) + min(x[0], w) + min(v.data for v in x) * w,
    "the first of equals": lambda w, x: max(w * w, w * 2.0) + min(w * w, w * 2.0),
    "mixed": lambda w, x: w * max(x[0], (w * x[1]).data),
    "rectified": lambda w, x: max(0, w * x[2]) + max(0, w * x[1]),
    "a sum": lambda w, x: sum(w * v for v in x) * sum([w, 2, x[0], 0.5]) + sum(x, w) + sum([w]) + sum((x[0],), 3),
    "of numbers read": lambda w, x: w * sum(v.data for v in x) + sum([x[0].data, w, x[1]]),
    "of what is none": lambda w, x: (
        w * len(sum([(v,) for v in x], ())) + sum([1.0, 2.0]) * x[0] + sum([]) + sum([True])
    ),
    "of plain numbers": lambda w, x: w * max(1, 2) * max([], default=3) * min("ab", key=len).count("a") * x[0],
}


@pytest.mark.parametrize("function", COMPUTED.values(), ids=COMPUTED)
def test_a_program_has_what_the_recorded_run_has(function):
    w = Value(2.0, name="w")
    value, gradient = compile(lambda x: function(w, x), [w]).value_and_gradient(X)
    root = function(w, [*map(Value, X)])
    root.backward()
    assert value == pytest.approx(root.data, rel=1e-15)
    assert gradient[0] == pytest.approx(w.grad, rel=1e-14)


def test_a_shift_that_is_read_is_the_shift_of_a_softmax():
    w = Value(2.0)
    by_hand, ours = (
        compile(lambda x, f=f: -f([w * v for v in x])[1].log(), [w]) for f in (softmax_by_hand, ag.softmax)
    )
    assert by_hand(X) == ours(X)
    assert by_hand.source == ours.source


def added_up(values):
    """Return what Python's `sum` gives, added one by one, so that each addition is recorded."""
    whole = 0
    for value in values:
        whole = whole + value
    return whole


def pythons(values):
    return sum(values)  # as it is when the function runs


SUMS = {
    "products": lambda s, w, x: s([a * b for a, b in zip(w, x, strict=True)]),
    "several": lambda s, w, x: s([s([w[0] * a, w[1] * a, a]) for a in x]) + s([w[2]]) + 2.0,
    "weighted": lambda s, w, x: (
        s([w[0] * a + w[1] * a * a + w[2] for a in x]) * s([w[0] * a + w[1] * a * a for a in x])
    ),
    "alike": lambda s, w, x: s([(a - b) + a * b for a, b in zip(w, x, strict=True)]),
    "in one another": lambda s, w, x: s([s([s([a * b for a in x]) for b in w]), s(x), s(w), 3.0]) / s([2, w[0]]),
    "used twice": lambda s, w, x: (lambda y: s([y, y, y * x[0]]))(s([a - 1.0 for a in w])),
    "of one and of none": lambda s, w, x: s([s([w[0] * x[0]])]) * s([s([]), w[1], w[2], ag.total([])]) + s([x[1]]),
}


@pytest.mark.parametrize("function", SUMS.values(), ids=SUMS)
def test_pythons_sum_is_the_program_that_a_loop_is(function):
    w = [Value(v) for v in (0.5, -1.25, 2.0)]
    ours, by_hand = (compile(lambda x, s=s: function(s, w, x), w) for s in (pythons, added_up))
    assert ours(X) == by_hand(X)
    assert ours.source == by_hand.source


READ = {
    "float": lambda x: float(x[0].data), "math": lambda x: math.exp(x[0].data), "round": lambda x: round(x[0].data, 2),
    "%": lambda x: x[0].data % 2.0, "index": lambda x: [1.0, 2.0][x[0].data], "str": lambda x: len(str(x[0].data)),
    "formatted": lambda x: len(f"{x[0].data:.1f}"), "hash": lambda x: len({v.data for v in x}),
    "equal": lambda x: x[0].data == 1.0, "in": lambda x: 1.0 in [v.data for v in x],
    "bool": lambda x: 1.0 if x[0].data else 2.0, "of what is computed": lambda x: int(2.0 * x[0].data + 1.0),
    "argmax": lambda x: [v.data for v in x].index(max(v.data for v in x)),
}  # fmt: skip
BRANCHED = {
    "if": lambda x: 1.0 if x[0].data > 0.0 else 2.0,
    "sorted": lambda x: sorted(v.data for v in x)[0],
    "a key": lambda x: max(x, key=lambda v: v.data),
    "an order": lambda x: 1.0 if max(x) > x[0] else 2.0,
}


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_whatever_else_would_need_the_number_is_refused(read):
    w = Value(2.0)
    with pytest.raises(TypeError, match=r"test_traced_values.py:\d+: \.data of .* was read while `compile` traces"):
        compile(lambda x: w * read(x), [w])(X)


@pytest.mark.parametrize("branch", BRANCHED.values(), ids=BRANCHED)
def test_a_branch_on_it_is_refused(branch):
    w = Value(2.0)
    with pytest.raises(TypeError, match=r"test_traced_values.py:\d+: the program cannot branch on \("):
        compile(lambda x: w * branch(x), [w])(X)


def test_a_number_that_was_kept_says_that_it_has_none():
    w, kept = Value(2.0), []
    step = compile(lambda x: kept.append(x[0].data) or w * x[0], [w])
    step(X)
    for use in (float, repr, lambda v: v + 1.0, lambda v: v * w, lambda v: v > 0.0):
        with pytest.raises(TypeError, match="compile"):
            use(kept[0])


def test_pythons_own_max_is_back_after_a_trace_and_serves_other_threads_meanwhile():
    own, w, seen = builtins.max, Value(2.0), []

    def elsewhere():
        seen.append(max([Value(1.0), Value(3.0)], key=lambda v: v.data).data)
        seen.append(max(Value(1.0), Value(3.0)).op)

    def function(x):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return w * max(x)

    assert compile(function, [w])(X) == 5.0
    assert seen[:2] == [3.0, None], "one of the Values itself"
    assert builtins.max is own
    with pytest.raises(ZeroDivisionError):
        compile(lambda x: w * max(x) / np.float64(1.0) * (1 // 0), [w])(X)
    assert builtins.max is own


@pytest.mark.parametrize(
    "function",
    [lambda w, x: sum([w * a for a in x], Value(0.0)), lambda w, x: ag.mean([Value(0.5) + w * a for a in x])],
)
def test_a_leaf_that_the_function_makes_itself_is_a_number_of_the_program(function):
    w, x = Value(1.5), [0.5, 2.0] * 20
    step, made = ag.compile(lambda x: function(w, x), [w]), function(w, x)
    made.backward()
    gradient, w.grad = w.grad, None
    assert (step(x), w.grad) == (pytest.approx(made.data, rel=1e-14), pytest.approx(gradient, rel=1e-14))
    assert "found at n = " in repr(step), "for every size"


def test_a_leaf_that_is_made_once_is_read_at_each_run():
    kept = {}
    w = Value(1.0)
    step = ag.compile(lambda x: w * x * kept.setdefault("scale", Value(2.0)), [w])
    assert step(3.0) == 6.0
    kept["scale"].data = 5.0
    assert step(3.0) == 15.0
    assert kept["scale"].op is None


def test_pythons_functions_are_its_own_again_after_the_last_trace():
    pythons = max, min, sum
    assert [f.__module__ for f in pythons] == ["builtins"] * 3
    with builtins_traced():
        with builtins_traced():
            assert not {builtins.max, builtins.min, builtins.sum} & {*pythons}
        assert not {builtins.max, builtins.min, builtins.sum} & {*pythons}
    assert (builtins.max, builtins.min, builtins.sum) == pythons
    with pytest.raises(ZeroDivisionError), builtins_traced():
        1 // 0
    assert (builtins.max, builtins.min, builtins.sum) == pythons
