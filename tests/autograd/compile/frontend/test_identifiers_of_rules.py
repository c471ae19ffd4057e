"""A rule of the user's may call its inputs as it likes; symbols hold no text."""

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compile.backends.javascript import source as javascript
from autograd.compile.backends.numpy.operations import RENAMED, called, literal
from autograd.compile.frontend.trace import trace
from autograd.compile.programs.pipeline import build
from autograd.rules.operation import TABLE, op
from autograd.rules.symbols import SYMBOLS, Symbol, formulas, label, named, parameters, symbol
from tests.support.web import run


@pytest.fixture
def table():
    """The table of operations, with those that a test enters taken out after it."""
    before = set(TABLE)
    yield TABLE
    for name in set(TABLE) - before:
        del TABLE[name]
    formulas.cache_clear()


# ------------------------------------------------------------------------------------ rules of the user's
NAMES = ["exp", "log", "where", "output", "t0", "t1", "row", "outputs", "derivatives", "float", "inf", "append",
         "Math", "var", "new", "theta", "function", "i", "k0", "x_1", "été"]  # fmt: skip


def test_a_rule_may_call_its_inputs_as_it_likes(table):
    for n, (one, other) in enumerate(zip(NAMES, NAMES[1:] + NAMES[:1], strict=True)):
        known = {}
        exec(
            f"def rule{n}(maths, {one}, {other}):\n"
            f"    y = maths.exp({one}) * maths.log({other}) + maths.where({one} > {other}, {one}, 1.0)\n"
            f"    slope = maths.exp({one}) * maths.log({other}) + maths.where({one} > {other}, 1.0, 0.0)\n"
            f"    return y, (slope, maths.exp({one}) / {other})\n",
            known,
        )
        row = op(smooth_on=[((0.5, 1.0), (1.5, 2.0))])(known[f"rule{n}"])
        x, y = Value(0.5), Value(2.0)
        recorded = row(x, y) * row(x, 0.25)
        recorded.backward()
        step = ag.compile(lambda row=row, x=x, y=y: row(x, y) * row(x, 0.25), [x, y])
        loss, slopes = step.value_and_gradient()
        assert loss == pytest.approx(recorded.data, rel=1e-13)
        assert slopes == pytest.approx([x.grad, y.grad], rel=1e-12)
        first, second = ag.gradients(recorded, [x, y]) if hasattr(ag, "gradients") else (x.grad, y.grad)
        assert (float(getattr(first, "data", first)), float(getattr(second, "data", second))) == pytest.approx(slopes)
        program, _ = build(trace(lambda row=row, x=x, y=y: row(x, y), [], [x, y]), [])
        source = javascript.script("P", {"a": javascript.emit(program)})
        if n % 5 == 0 or one in ("var", "Math", "été"):
            found = run(source, "P.a(Float64Array.of(0.5, 2.0), new Float64Array(2)).forward()")
            assert found == pytest.approx(row(0.5, 2.0))


@pytest.mark.parametrize("name", ["zeros", "bincount", "theta", "loss", "bind", "step", "W1", "dw1", "w1", "t1",
                                  "delete",
                                  "index1", "levels", "matmul", "add_at", "memories", "zeros_op", "numpy"])  # fmt: skip
def test_an_operation_may_have_a_name_that_sources_use(table, name):
    def rule(maths, x):
        return x * x * 3.0, (x * 6.0,)

    rule.__name__ = name
    row = op(smooth_on=[((0.5, 1.0),)])(rule)
    w = [Value(0.5), Value(0.25)]
    structural = name in ("levels", "matmul", "theta")
    step = ag.compile(lambda a: ag.total([row(v) * row(v * a) + row(row(v)) for v in w]) + row(w[0]), w)
    if structural:
        with pytest.raises(ValueError, match="give the rule of that name another"):
            step.value_and_gradient(2.0)
        return
    loss, slopes = step.value_and_gradient(2.0)
    x = [Value(v.data) for v in w]
    recorded = ag.total([row(v) * row(v * 2.0) + row(row(v)) for v in x]) + row(x[0])
    recorded.backward()
    assert loss == pytest.approx(recorded.data, rel=1e-13)
    assert slopes == pytest.approx([v.grad for v in x], rel=1e-13)
    program, _ = build(trace(lambda: row(w[0]) + row(w[1]), [], w), [])
    source = javascript.script("P", {"a": javascript.emit(program)})
    found = run(source, "P.a(Float64Array.of(0.5, 0.25), new Float64Array(2)).forward()")
    assert found == 3.0 * (0.25 + 0.0625)


def test_an_operations_name_is_an_identifier(table):
    for text in ["f(x): INVADED", "x\ny", "a b", "1x", "lambda", "", "a-b"]:

        def rule(maths, x):
            return x, (1.0,)

        rule.__name__ = text
        with pytest.raises(ValueError, match="no identifier"):
            op(smooth_on=[((0.5, 1.0),)])(rule)


# ------------------------------------------------------------------------------------------- the wall
class Boastful(float):
    """A number that would show itself as something else."""

    def __repr__(self):
        return "INVADED"

    __str__ = __repr__

    def __format__(self, how):
        return "INVADED"


def test_a_symbol_is_made_of_numbers_and_symbols_alone():
    x = named("x")
    for other in ("y", np.str_("y"), b"y", None, [1.0], object(), 1j, Value(1.0)):
        for combine in (
            lambda a, b: a + b, lambda a, b: b + a, lambda a, b: a - b, lambda a, b: b - a, lambda a, b: a * b,
            lambda a, b: b * a, lambda a, b: a / b, lambda a, b: b / a, lambda a, b: a < b, lambda a, b: a >= b,
            lambda a, b: SYMBOLS.where(a > 0.0, a, b), lambda a, b: SYMBOLS.exp(b), lambda a, b: symbol(b),
        ):  # fmt: skip
            with pytest.raises(TypeError):
                combine(x, other)
    assert symbol(Boastful(2.0)).number.__class__ is float
    assert (x * Boastful(2.0)).inputs[1].number.__class__ is float
    assert (np.float64(2.0) * x) == symbol(2.0) * x
    assert symbol(0.0) != symbol(-0.0)
    with pytest.raises(AttributeError):
        SYMBOLS.system("x")


def test_no_source_is_written_of_a_symbol_that_is_no_identifier():
    from autograd.compile.backends.javascript.operations import Printer
    from autograd.compile.backends.numpy.operations import printed
    from autograd.rules.source import Writer

    for text in ("x + y", "x", "__import__('os')"):
        for made in (label(text), Symbol("name", (text,))):
            with pytest.raises(TypeError, match="only identifiers"):
                printed(made + 1.0)
            with pytest.raises(TypeError, match="only identifiers"):
                Printer().formula(made + 1.0)
            with pytest.raises(TypeError, match="only identifiers"):
                Writer([made]).write(made)


def test_numbers_are_written_as_the_plain_floats_that_they_are():
    from autograd.compile.backends.javascript import operations as javascript_words

    for write in (literal, javascript_words.literal):
        assert write(Boastful(0.1)) == write(0.1)
        for wrong in ("1", np.str_("1"), None, object()):
            with pytest.raises(TypeError):
                write(wrong)
    w = Value(1.0)
    step = ag.compile(lambda x: w * Boastful(0.1) + x * Boastful(-3.5), [w])
    assert step.value_and_gradient(1.0)[0] == 0.1 - 3.5
    assert "INVADED" not in step.source


def test_the_tables_own_names_are_as_their_rules_have_them():
    for row in TABLE.values():
        assert parameters(row) == row.rule.__code__.co_varnames[1 : row.arity + 1]
    plain = [name for name, row in TABLE.items() if name not in ("add", "multiply") and not row.groups]
    assert [called(name) for name in plain] == [RENAMED.get(name, name) for name in plain]
