"""Native code: its functions against 50 digits, its loops against a plain interpreter, its trainings against steps."""

import math
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Value, compile_graph
from autograd.compile import compile_forward, compile_training
from autograd.compile.backends.native import Native
from autograd.compile.backends.native.host.processor import host
from autograd.compile.ir.backward_pass import BackwardPass
from autograd.compile.ir.program import Builder, Program
from autograd.rules.operation import TABLE
from autograd.support import costs
from tests.fuzz.random_programs import assert_same, recorded
from tests.support.array_programs import interpreted, random_program
from tests.support.compiled.jax_programs import NUMBERS, OURS, STEP
from tests.support.compiled.jax_programs import run as run_scalars
from tests.support.compiled.networks import assert_equals_recorded, losses, network
from tests.support.programs import PROGRAMS

pytest.importorskip("llvmlite")

ELEMENTWISE = [name for name, op in TABLE.items() if op.groups == 0]
TRUTH = {
    "exp": mpmath.exp, "expm1": mpmath.expm1, "log": mpmath.log, "log1p": mpmath.log1p, "sqrt": mpmath.sqrt,
    "sin": mpmath.sin, "cos": mpmath.cos, "tanh": mpmath.tanh, "erf": mpmath.erf, "erfc": mpmath.erfc,
    "log2": lambda x: mpmath.log(x, 2), "log10": mpmath.log10, "tan": mpmath.tan, "asin": mpmath.asin,
    "acos": mpmath.acos, "atan": mpmath.atan, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "asinh": mpmath.asinh,
    "acosh": mpmath.acosh, "atanh": mpmath.atanh,
}  # fmt: skip
RANGES = {
    "exp": (-740, 709), "expm1": (-40, 709), "log": (1e-9, 50), "log1p": (-0.999, 50), "sqrt": (0, 9), "erfc": (-6, 26),
    "log2": (1e-9, 50), "log10": (1e-9, 50), "asin": (-1, 1), "acos": (-1, 1), "sinh": (-710, 710), "cosh": (-710, 710),
    "acosh": (1, 50), "atanh": (-1, 1),
}  # fmt: skip
# The largest error that was seen, in units in the last place, and a little more: a constant that is wrong shows here.
ERRORS = {
    "exp": 1.1, "expm1": 2.1, "log": 0.8, "log1p": 1.15, "sqrt": 0.501, "sin": 1.35, "cos": 1.3, "tanh": 1.7,
    "erf": 2.5, "erfc": 3.8, "log2": 1.0, "log10": 2.5, "tan": 2.8, "asin": 2.5, "acos": 2.0, "atan": 1.15,
    "sinh": 2.95, "cosh": 2.95, "asinh": 1.6, "acosh": 1.4, "atanh": 1.6,
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_cache(monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", "off")


@pytest.fixture(params=[2, 4, 8])
def lanes(request, monkeypatch):
    monkeypatch.setattr(host(), "lanes", request.param)


def element_by_element(name, inputs):
    """The operation on columns of numbers, as native code computes it."""
    b = Builder()
    arrays = [b.make("input", (), (len(x),), k) for k, x in enumerate(inputs)]
    result = b.make(name, arrays, arrays[0].shape)
    arguments = [(k, a.shape, False) for k, a in enumerate(arrays)]
    program = Program(b.lines, len(b.lines), result, [], arguments, np.zeros(0, dtype=np.int64), 0)
    return Native(program).run([np.array(x, float) for x in inputs])


@pytest.mark.parametrize("name", TRUTH)
def test_functions_stay_within_a_few_units_in_the_last_place(name):
    low, high = RANGES.get(name, (-30, 30))
    numbers = np.random.default_rng(1)
    tiny = 10.0 ** numbers.uniform(-300, 0, 100) + (low > 0.5)
    x = np.concatenate([numbers.uniform(low, high, 300), tiny, numbers.uniform(0, 1, 100) + (low > 0.5)])
    y = element_by_element(name, [x])
    with mpmath.workdps(50):
        for a, b in zip(x.tolist(), y.tolist(), strict=True):
            truth = TRUTH[name](mpmath.mpf(a))
            unit = max(math.ulp(float(abs(truth))), math.ulp(sys.float_info.min))
            assert abs(truth - mpmath.mpf(b)) <= ERRORS[name] * unit, (a, b)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_limits_are_those_of_the_recorded_operations(name):
    op = TABLE[name]
    points = [math.nan, math.inf, -math.inf, 0.0, 1.0, -1.0, 1000.0, -1000.0, 0.5, -2.5, 1e-310, 1e8, -0.0, -1e160]
    grid = np.stack(np.meshgrid(*[points] * op.arity)).reshape(op.arity, -1)
    for x, y in zip(grid.T.tolist(), element_by_element(name, grid).tolist(), strict=True):
        truth = op.evaluate(*x)[0]
        assert (math.isnan(truth) and math.isnan(y)) or y == pytest.approx(truth, rel=1e-14, abs=1e-300), x
        if name in ("log1p", "sign", "clip", "sinh", "atanh"):
            assert truth != 0.0 or math.copysign(1.0, y) == math.copysign(1.0, truth), x


@settings(max_examples=25)
@given(seed=st.integers(0, 10**9))
def test_random_array_programs_agree_with_a_plain_interpreter(seed):
    agrees(*random_program(seed))


@pytest.mark.parametrize("seed", range(6))
def test_any_width_of_register_gives_the_same(seed, lanes):
    agrees(*random_program(seed))


def agrees(program, theta, arguments):
    native = Native(program)
    native.theta[:] = theta
    loss, gradient = interpreted(program, theta, arguments)
    assert native.run(arguments)[0] == pytest.approx(loss, rel=1e-11, abs=1e-11)
    if program.gradients:
        np.testing.assert_allclose(native.gradient, gradient, rtol=0, atol=1e-12 * max(1.0, np.abs(gradient).max()))


@settings(max_examples=15)
@given(NUMBERS, st.lists(STEP, min_size=1, max_size=12))
def test_random_scalar_programs_agree_with_backward(numbers, steps):
    values = [Value(x) for x in numbers]
    out = run_scalars(OURS, steps, values)
    if not abs(out.data) < 1e6:
        return
    out.backward()
    loss, gradient = compile_graph(out, parameters=values, backend="native").value_and_gradient()
    truth = np.array([v.grad for v in values])
    assert loss == pytest.approx(out.data, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, truth, rtol=0, atol=1e-12 * max(1.0, np.abs(truth).max()))


# ------------------------------------------------------------------------------- whole programs
@pytest.mark.parametrize("backend", ["native", "numpy"])
def test_a_rule_may_compute_with_a_comparison(backend):
    @ag.op()
    def gated(maths, x):
        """x where it is above 0, else 0."""
        return x * (x > 0.0), (x > 0.0,)

    try:
        w = Value(2.0)
        step = ag.compile(lambda x: ag.total([gated(w * a) for a in x]), [w], backend=backend)
        loss, gradient = step.value_and_gradient([3.0, -1.0, 0.5])
        assert (loss, gradient.tolist()) == (7.0, [3.5])
    finally:
        del TABLE["gated"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_equals_the_recorded_program(name):
    assert_equals_recorded(name, "native")


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_bits_do_not_depend_on_how_hard_llvm_looks(name, monkeypatch):
    found = []
    for worth in (0, 10**18):
        monkeypatch.setattr(costs, "WORTH_OPTIMIZING", worth)
        function, parameters, arguments = PROGRAMS[name]()
        value, gradient = ag.compile(function, parameters, "native").value_and_gradient(*arguments)
        found.append((value, gradient.tobytes()))
    assert found[0] == found[1]


def test_registers_are_no_wider_than_the_longest_axis():
    for rows, wanted in ((2, 4), (4, 4), (5, 8), (100, 8)):
        b = Builder()
        x = b.make("input", (), (rows, 3), 0)
        loss = b.sum(b.apply("tanh", x), (0, 1), ())
        program = Program(b.lines, len(b.lines), loss, [], [(0, x.shape, False)], np.zeros(0, dtype=np.int64), 0)
        assert Native(program).machine.plan.lanes == min(wanted, host().lanes)


@pytest.mark.parametrize("order", [(2, 0, 1, 3), (1, 1, 1, 1), (3, 2, 1, 0), (0, 2)])
def test_an_argument_of_whole_numbers_is_looked_up_in_any_order(order):
    weights = [Value(0.1 * k - 0.3) for k in range(12)]
    table = [weights[3 * k : 3 * k + 3] for k in range(4)]

    def loss(k):
        rows = [ag.take(table, k[i]) for i in order]
        picked = [ag.take(table[n % 3], k[i]) for n, i in enumerate(order) if i < 2]
        return ag.mean([row[0].tanh() * row[2] for row in rows]) + ag.total(picked) + 0.1 * ag.total(weights)

    truth = recorded(loss([1, 2, 0, 2]), weights)
    assert_same(ag.compile(loss, weights, "native").value_and_gradient([1, 2, 0, 2]), truth)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu", "silu"])
@pytest.mark.parametrize("sizes", [(2, 4, 1), (3, 5, 4, 3), (9, 1, 2)])
def test_gradients_of_networks_are_the_recorded_ones(sizes, activation):
    model, rows, targets = network(sizes, activation)
    loss = losses(model, sizes[-1])
    value, gradient = ag.compile(loss, model.parameters(), "native").value_and_gradient(rows, targets)
    recorded = loss(rows.tolist(), targets.tolist())
    recorded.backward()
    truth = np.array([p.grad for p in model.parameters()])
    assert value == pytest.approx(recorded.data, rel=1e-13)
    np.testing.assert_allclose(gradient, truth, rtol=0, atol=1e-12 * np.abs(truth).max())


OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, learning_rate=0.1),
    "nesterov": lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: nn.Adam(p, learning_rate=0.01),
    "adamw": lambda p: nn.AdamW(p, learning_rate=0.01),
    "rmsprop": lambda p: nn.RMSProp(p, learning_rate=0.01, momentum=0.5),
    "adagrad": lambda p: nn.AdaGrad(p, learning_rate=0.05),
}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_training_in_one_call_is_the_recorded_training(make):
    model, rows, targets = network((3, 5, 4))
    loss = losses(model, 4)
    start = [p.data for p in model.parameters()]
    optimizer = make(model.parameters())
    recorded = []
    for _ in range(9):
        optimizer.zero_grad()
        out = loss(rows.tolist(), targets.tolist())
        out.backward()
        optimizer.step()
        recorded.append(out.data)
    moved = [p.data for p in model.parameters()]
    for p, x in zip(model.parameters(), start, strict=True):
        p.data = x
    optimizer = make(model.parameters())
    training = compile_training(loss, model.parameters(), optimizer, "native")
    found = [*training(rows, targets, steps=4), *training(rows, targets, steps=5)]
    training.write_back()
    assert found == pytest.approx(recorded, rel=1e-12)
    assert [p.data for p in model.parameters()] == pytest.approx(moved, rel=1e-11, abs=1e-12)
    assert optimizer.step_count == 9


def test_predictions_come_row_by_row():
    model, rows, _ = network((3, 5, 4))
    found = compile_forward(lambda x: [model(row) for row in x], model.parameters(), "native")(rows)
    truth = [[v.data for v in model(row)] for row in rows.tolist()]
    np.testing.assert_allclose(found, truth, rtol=1e-12)


def test_a_graph_without_structure_runs_from_a_table():
    numbers = np.random.default_rng(5)
    leaves = [Value(float(x)) for x in numbers.normal(size=20)]
    nodes = list(leaves)
    both = [
        lambda x, y: ag.tanh(x + y),
        lambda x, y: ag.tanh(x) * ag.tanh(y),
        lambda x, y: ag.where(x > y, x, 0.5 * y),
        lambda x, y: ag.tanh(ag.total([x, y, leaves[0], leaves[1]])),
        ag.maximum,
    ]
    for _ in range(600):
        x, y = (nodes[i] for i in numbers.integers(max(0, len(nodes) - 150), len(nodes), 2))
        nodes.append(both[numbers.integers(0, len(both))](x, y))
    out = ag.mean(nodes[-60:])
    out.backward()
    loss, gradient = compile_graph(out, parameters=leaves, backend="native").value_and_gradient()
    truth = np.array([v.grad if v.has_grad else 0.0 for v in leaves])
    assert loss == pytest.approx(out.data, rel=1e-12)
    np.testing.assert_allclose(gradient, truth, rtol=0, atol=1e-12 * np.abs(truth).max())


def test_a_missing_compiler_is_named_with_the_extra(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("autograd.compile.backends.native")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.raises(ImportError, match=r"chainrule\[fast\]"):
        ag.compile(lambda x: x, [], "native")


def test_batches_fetched_by_native_code_are_the_batches_handed_over():
    numbers = np.random.default_rng(7)
    words = numbers.integers(0, 6, (40, 3))
    marks, targets = numbers.normal(size=(40, 4)), numbers.integers(0, 3, 40)
    rows = [numbers.permutation(40)[:5].tolist() for _ in range(8)]
    rates = [0.1 / (k + 1) for k in range(8)]
    found = []
    for backend, together in (("numpy", False), ("native", False), ("native", True)):
        table = [[Value(0.1 * (i - j)) for j in range(2)] for i in range(6)]
        model, _, _ = network((6, 5, 3))

        def loss(words, marks, targets, table=table, model=model):
            inputs = [
                [ag.total([ag.take(table, word)[k] for word in three]) for k in range(2)] + list(more)
                for three, more in zip(words, marks, strict=True)
            ]
            return nn.softmax_cross_entropy([model(row) for row in inputs], targets)

        parameters = [*model.parameters(), *[x for row in table for x in row]]
        optimizer = nn.SGD(parameters, momentum=0.9)
        training = compile_training(loss, parameters, optimizer, backend)
        if together:
            losses_ = training.on_rows(rows, rates, words, marks, targets).tolist()
        else:
            losses_ = []
            for chosen, rate in zip(rows, rates, strict=True):
                optimizer.learning_rate = rate
                losses_ += training(words[chosen], marks[chosen], targets[chosen]).tolist()
        training.write_back()
        found.append([*losses_, *[p.data for p in parameters]])
    assert found[1] == pytest.approx(found[0], rel=1e-11, abs=1e-13)
    assert found[2] == found[1]
    with pytest.raises(IndexError):
        training.on_rows([[0, 1, 2, 3, 40]] * 2, [0.1] * 2, words, marks, targets)


def test_stacks_longer_than_their_matrices():
    b = Builder()
    x, y = (b.make("input", (), (13, 2, 13), k) for k in range(2))
    first = b.apply("tanh", b.matmul(x, b.transpose(y)))
    second = b.apply("tanh", b.matmul(first, b.transpose(first)))
    loss = b.sum(b.apply("multiply", second, b.apply("add", first, second)), (0, 1, 2), ())
    arguments = [(k, (13, 2, 13), False) for k in range(2)]
    program = Program(b.lines, len(b.lines), loss, [], arguments, np.zeros(0, dtype=np.int64), 0)
    agrees(program, np.zeros(0), [np.random.default_rng(k).normal(size=(13, 2, 13)) * 0.3 for k in range(2)])


@pytest.mark.parametrize("turned", [False, True])
def test_what_large_products_read_is_put_side_by_side(turned):
    b = Builder()
    x, y = b.make("input", (), (100, 40), 0), b.make("input", (), (100, 40) if turned else (40, 100), 1)
    product = b.matmul(x, b.transpose(y) if turned else y)
    loss = b.sum(b.apply("multiply", product, product), (0, 1), ())
    arguments = [(k, array.shape, False) for k, array in enumerate((x, y))]
    program = Program(b.lines, len(b.lines), loss, [], arguments, np.zeros(0, dtype=np.int64), 0)
    agrees(program, np.zeros(0), [np.random.default_rng(k).normal(size=a.shape) for k, a in enumerate((x, y))])


def test_what_flows_to_parameters_as_a_whole_begins_at_0_in_every_run():
    b = Builder()
    own, every = b.make("parameter", (), (2,), 0), b.make("theta", (), (5,))
    looked_up = b.gather(every, np.array([4, 2]))
    loss = b.sum(b.apply("add", b.apply("multiply", own, own), looked_up), (0,), ())
    forward = len(b.lines)
    gradients = BackwardPass(b, loss).gradients
    assert [slot.op for slot, _ in gradients] == ["parameter", "theta"]
    program = Program(b.lines, forward, loss, gradients, [], np.arange(5), 5)
    assert program.gaps == [(2, 5)]
    native = Native(program)
    native.theta[:] = [1.0, 2.0, 3.0, 4.0, 5.0]
    for _ in range(3):
        assert native.run([]) == 13.0
        assert native.gradient.tolist() == [2.0, 4.0, 1.0, 0.0, 1.0]
