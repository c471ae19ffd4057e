"""A Value that `compile` traces shows no number, in whatever way it is looked at: it has none yet."""

import copy
import logging
import pickle
import re

import pytest

import autograd as ag
from autograd import Value
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


@pytest.mark.parametrize("how", REFUSED)
def test_what_reads_the_number_is_refused_with_the_way_out(how):
    with pytest.raises(TypeError, match="was read while `compile` traces this function"):
        looked_at(REFUSED[how])


def test_outside_they_print_and_pickle_as_ever():
    w = Value(2.5, name="w")
    assert repr(w) == "Value(2.5, name='w')"
    assert pickle.loads(pickle.dumps(w)).data == copy.copy(w).data == 2.5
