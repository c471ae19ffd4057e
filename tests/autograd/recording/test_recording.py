"""Other ways of recording: `no_grad`, which keeps nothing, and `detect_anomaly`, which names where a nan is born."""

import math
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value
from autograd.recording import copying


def test_no_grad_records_nothing():
    x = Value(2.0)
    with ag.no_grad():
        y = x * x + ag.dot([x, 1.0], [3.0, x]) + ag.where(x > 0, x, 0.0)
    assert y.data == 4.0 + 8.0 + 2.0
    assert y.is_leaf
    assert y.op is None
    (y * x).backward()
    assert x.grad == y.data

    @ag.no_grad()
    def decorated(v):
        return v * v

    assert decorated(x).is_leaf
    assert not (x * x).is_leaf


# -------------------------------------------------------------------------------- anomalies
def line_of(needle):
    for number, line in enumerate(Path(__file__).read_text().splitlines(), 1):
        if needle in line and "line_of" not in line:
            return f"test_recording.py:{number}:"
    raise LookupError(needle)


def test_the_first_nan_is_named_where_it_is_born():
    def program(x):
        y = x * 2
        z = ag.log(y)  # born here
        return z * 3

    with pytest.raises(FloatingPointError) as caught, ag.detect_anomaly():
        program(Value(-1.0, "x"))
    message = str(caught.value)
    assert line_of("# born here") in message
    assert "nan is born in log(-2.0)" in message


@pytest.mark.parametrize("birth", [lambda x: x.log(), lambda x: 1 / x, lambda x: x / x, lambda x: x**-1, ag.log])
def test_the_users_line_is_named_for_methods_and_signs_too(birth):
    with pytest.raises(FloatingPointError) as caught, ag.detect_anomaly():
        birth(Value(0.0))
    assert str(caught.value).startswith(f"{__file__}:")


def test_a_users_file_beside_the_engine_is_not_the_engines():
    program = "import autograd\nwith autograd.detect_anomaly():\n    1 / autograd.Value(0.0)\n"
    beside = ag.__path__[0] + "_of_mine.py"
    with pytest.raises(FloatingPointError) as caught:
        exec(compile(program, beside, "exec"), {})
    assert str(caught.value).startswith(f"{beside}:3: inf is born in divide(1.0, 0.0)")


def test_the_users_line_is_named_and_the_layers_beside_it():
    import nn

    model = nn.MLP(2, [1], seed=0)

    def program():
        return model([math.inf, 1.0])  # asked here

    with pytest.raises(FloatingPointError) as caught, ag.detect_anomaly():
        program()
    assert line_of("# asked here").rstrip(":") + " (in nn." in str(caught.value)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (lambda x: 1 / (x - x), ["inf is born in divide(1.0, 0.0)"]),
        (lambda x: ag.dot([x, 1e308], [1e308, 10.0]), ["inf is born in dot([x=2.0, 1e+308]"]),
        (lambda x: x * math.inf, ["multiply(x=2.0, inf)", "from outside as a leaf"]),
    ],
)
def test_an_anomaly_names_its_operation_and_inputs(program, says):
    with pytest.raises(FloatingPointError) as caught, ag.detect_anomaly():
        program(Value(2.0, "x"))
    for words in says:
        assert words in str(caught.value)


def test_an_anomaly_in_backward_names_the_edge_and_the_line():
    def program():
        y = ag.sqrt(x)  # recorded here
        (y * 3).backward()

    x = Value(0.0, "x")
    with pytest.raises(FloatingPointError) as caught, ag.detect_anomaly():
        program()
    message = str(caught.value)
    assert line_of("# recorded here") in message
    assert "backward through sqrt(x=0.0)" in message
    assert "gradient 3.0 times the local derivative inf" in message
    assert not x.has_grad


def test_anomalies_are_looked_for_inside_no_grad_too_and_all_is_quiet_outside():
    x = Value(-1.0)
    with pytest.raises(FloatingPointError), ag.detect_anomaly(), ag.no_grad():
        ag.log(x)
    with ag.detect_anomaly():
        (x * x + ag.exp(x)).backward()
    assert math.isnan(ag.log(x).data)


def test_a_generator_that_watches_for_anomalies_remembers_its_lines_and_keeps_them_to_itself():
    @ag.detect_anomaly
    def program():
        y = ag.sqrt(Value(0.0, "x"))  # recorded in a generator
        yield y
        (y * 3).backward()

    running = program()
    next(running)
    assert math.isnan(ag.log(Value(-1.0)).data), "the caller is not watched"
    with pytest.raises(FloatingPointError) as caught:
        next(running)
    assert line_of("# recorded in a generator") in str(caught.value)


def test_in_a_browser_a_chain_is_freed_link_by_link_and_never_inside_of_freeing(monkeypatch):
    depths = [0]

    def counted(node):
        depths.append(depths[-1] + 1)
        copying.let_go(node)
        depths.append(depths[-1] - 1)

    monkeypatch.setattr(Value, "__del__", counted, raising=False)
    x = Value(1.0)
    for grow in (lambda y: y + x, lambda y: y.tanh(), lambda y: ag.total([y, x, x])):
        y = x
        for _ in range(2000):
            y = grow(y)
        depths[:] = [0]
        del y
        assert max(depths) == 2  # one that frees, and inside of it those that only say what is to be freed
        assert len(depths) == 1 + 2 * 2000
    with pytest.raises(TypeError, match="word"):
        Value("a word")
    assert x.data == 1.0
