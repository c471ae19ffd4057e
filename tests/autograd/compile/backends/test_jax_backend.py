"""The JAX backend: the same programs, 64 bits without touching JAX's settings, whole trainings in one call."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, compile_graph
from autograd.compile import compile_training
from autograd.compile.ir.program import Builder, Program
from autograd.compile.lift.level_schedule import Block, LevelSchedule, SequentialRun
from tests.fuzz.random_programs import assert_compiles, random_graph
from tests.support.array_programs import interpreted, random_program
from tests.support.compiled.networks import assert_equals_recorded, losses, network
from tests.support.programs import PROGRAMS

jax = pytest.importorskip("jax")

FEW = ("two_losses_and_penalties", "embeddings", "causal_attention", "branches")


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name in FEW])
def test_equals_the_recorded_program(name):
    assert_equals_recorded(name, "jax")


@pytest.mark.parametrize("seed", range(5))
def test_random_array_programs_agree_with_a_plain_interpreter(seed):
    from autograd.compile.backends.jax.source import Jax

    program, theta, arguments = random_program(seed)
    loss, gradient = interpreted(program, theta, arguments)
    found, slopes, _ = jax.jit(Jax(program).function)(*map(jax.numpy.asarray, (theta, *arguments)))
    assert float(found) == pytest.approx(loss, rel=1e-11, abs=1e-11)
    np.testing.assert_allclose(slopes, gradient, rtol=0, atol=1e-12 * max(1.0, np.abs(gradient).max()))


@pytest.mark.parametrize("make", [nn.SGD, nn.Adam])
def test_a_training_in_one_call_is_the_recorded_training(make):
    model, rows, targets = network((3, 5, 4))
    loss = losses(model, 4)
    start = [p.data for p in model.parameters()]
    optimizer = make(model.parameters())
    for _ in range(9):
        optimizer.zero_grad()
        loss(rows.tolist(), targets.tolist()).backward()
        optimizer.step()
    moved = [p.data for p in model.parameters()]
    for p, x in zip(model.parameters(), start, strict=True):
        p.data = x
    training = compile_training(loss, model.parameters(), make(model.parameters()), "jax")
    assert len(training(rows, targets, steps=4)) == 4
    training(rows, targets, steps=5)
    training.write_back()
    assert [p.data for p in model.parameters()] == pytest.approx(moved, rel=1e-11, abs=1e-12)


def test_a_graph_without_structure_runs_block_by_block():
    numbers = np.random.default_rng(6)
    leaves = [ag.Value(float(x)) for x in numbers.normal(size=20)]
    nodes = list(leaves)
    for k in range(45):
        x, y = (nodes[i] for i in numbers.integers(max(0, len(nodes) - 16), len(nodes), 2))
        nodes.append(ag.where(x > y, x * 0.5, y) if k % 3 else ag.tanh(ag.total([x, y, leaves[k % 20]])))
    out = ag.mean(nodes[-20:])
    out.backward()
    loss, gradient = compile_graph(out, parameters=leaves, backend="jax").value_and_gradient()
    truth = np.array([v.grad if v.has_grad else 0.0 for v in leaves])
    assert loss == pytest.approx(out.data, rel=1e-12)
    np.testing.assert_allclose(gradient, truth, rtol=0, atol=1e-12 * np.abs(truth).max())


SINGLE = """
import jax, nn
from autograd.compile import compile
model = nn.MLP(2, [3, 1])
step = compile(lambda x, y: nn.mean_squared_error([model(row) for row in x], y), model.parameters(), "jax")
loss, gradient = step.value_and_gradient([[0.1, 0.2], [0.3, 0.4]], [0.5, 0.6])
exact = compile(lambda x, y: nn.mean_squared_error([model(row) for row in x], y), model.parameters())
assert abs(loss - exact.value_and_gradient([[0.1, 0.2], [0.3, 0.4]], [0.5, 0.6])[0]) < 1e-15
assert jax.numpy.ones(1).dtype == "float32", "the user's own arrays stay in 32 bits"
"""


def test_64_bits_are_used_without_changing_what_the_user_set():
    environment = {"PATH": "", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", SINGLE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_missing_jax_is_named_with_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "autograd.compile.backends.jax.source", raising=False)
    with pytest.raises(ImportError, match=r"chainrule\[jax\]"):
        ag.compile(lambda x: x, [], "jax")


@pytest.mark.parametrize("name", FEW)
def test_a_step_is_a_pure_function_of_jax(name):
    function, parameters, arguments = PROGRAMS[name]()
    step = ag.compile(function, parameters)
    value, gradient = step.value_and_gradient(*arguments)
    pure, theta = step.as_jax(*arguments)
    with jax.enable_x64(True):
        found, slopes = jax.jit(pure)(theta, *map(jax.numpy.asarray, arguments))
        assert float(found) == pytest.approx(value, rel=1e-14)
        np.testing.assert_allclose(slopes, gradient, rtol=0, atol=1e-14 * max(1.0, np.abs(gradient).max()))


def test_the_first_of_the_largest_is_found_though_xla_computes_it_anew():
    # fused, a sum of products is rounded otherwise than where its largest was taken: none equalled it
    assert_compiles(*random_graph(random.Random(20599)), "jax")


SHARDED = """
import jax, numpy as np, nn, autograd
from jax.sharding import Mesh, NamedSharding, PartitionSpec
jax.config.update("jax_enable_x64", True)
model, chance = nn.MLP(3, [8, 4], "tanh", seed=0), np.random.default_rng(0)
rows, labels = chance.normal(size=(16, 3)), chance.integers(0, 4, 16)
step = autograd.compile(lambda x, y: nn.softmax_cross_entropy([model(row) for row in x], y), model.parameters())
value, gradient = step.value_and_gradient(rows, labels)
function, theta = step.as_jax(rows, labels)
mesh = Mesh(jax.devices(), ("rows",))
rows, labels = (jax.device_put(x, NamedSharding(mesh, PartitionSpec("rows"))) for x in (rows, labels))
assert len(rows.sharding.device_set) == 4
fast = jax.jit(function)
loss, slopes = fast(theta, rows, labels)
assert abs(loss - value) < 1e-14 and abs(slopes - gradient).max() < 1e-15
assert "all-reduce" in fast.lower(theta, rows, labels).compile().as_text()
"""


def test_rows_spread_over_devices_are_computed_there():
    flags = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-W", "error", "-c", SHARDED], check=True, env=flags)


def test_a_program_that_draws_is_no_pure_function():
    model = nn.Sequential(nn.Layer(2, 3, seed=0), nn.Dropout(0.5, seed=1), nn.Layer(3, 1, None, seed=2))
    step = ag.compile(lambda x: ag.mean(model.batch(x)), model.parameters())
    with pytest.raises(ValueError, match="draws numbers at each run, as dropout does"):
        step.as_jax([[0.1, 0.2], [0.3, 0.4]])


def test_thousands_of_steps_are_those_of_numpy():
    def trained(backend):
        w = [Value(0.5), Value(-0.25), Value(9.0)]
        optimizer = nn.Adam(w, 0.001)
        train = compile_training(lambda x: (ag.tanh(w[0] * x[0]) + w[1] - x[1]) ** 2, w, optimizer, backend)
        losses = [*train([2.0, 0.3], steps=8200), *train([2.0, 0.3], steps=1, rate=0.5), *train([2.0, 0.3], steps=65)]
        train.write_back()
        return losses, [p.data for p in w], optimizer.state, optimizer.step_count, [p.grad for p in w[:2]]

    with pytest.warns(UserWarning, match="does not depend on"):
        found, truth = trained("jax"), trained("numpy")
    assert (found[3], found[1][2], len(found[0])) == (8266, 9.0, 8266)
    for one, other in zip(found, truth, strict=True):
        for x, y in zip(*[[*z.values()] if isinstance(z, dict) else [z] for z in (one, other)], strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-9)


def test_theta_is_cut_into_parameters_and_what_lies_between():
    from autograd.compile.backends.jax.source import _pieces

    b = Builder()
    slots = [b.make("parameter", (), shape, at) for shape, at in (((2, 3), 0), ((2,), 8), ((), 10))]
    program = Program([], 0, slots[0], [(slot, slot) for slot in slots[::-1]], [], np.arange(15), 12)
    assert _pieces(program) == [(0, (2, 3)), (6, (2,)), (8, (2,)), (10, ()), (11, (1,)), (12, (3,))]
    theta = b.make("theta", (), (15,))
    assert _pieces(Program([], 0, theta, [(theta, theta)], [], np.arange(15), 15)) == [(0, (15,))]
    assert _pieces(Program([], 0, theta, [(slots[1], theta)], [], np.arange(10), 10)) == [(0, (8,)), (8, (2,))]


def test_single_scalars_are_rows_of_a_table():
    from autograd.compile.backends.jax import level_schedule as jax_levels

    run = SequentialRun(["multiply", "total", "tanh", "where"], [(0, 1), (2, 0, 1), (3,), (0, 4, 1)], 2)
    ops, rows = jax_levels._rows(run)
    assert ops == ["multiply", "total", "tanh", "where"]
    assert rows.tolist() == [
        [0, 2, 0, 1, 1], [1, 3, 2, 2, 2], [1, 3, 0, 0, 0], [1, 3, 1, 1, 1], [2, 4, 3, 3, 3], [3, 5, 0, 4, 1],
    ]  # fmt: skip
    sums = Block("total", 5, 8, [np.array([0, 1, 2, 3, 4, 0])], np.array([0, 2, 3]))
    assert jax_levels._one_by_one(sums) == [(0, 1), (2,), (3, 4, 0)]
    assert jax_levels._owners(sums).tolist() == [0, 0, 1, 2, 2, 2]
    pairs = Block("multiply", 5, 7, [np.array([0, 1]), np.array([2, 3])])
    assert jax_levels._one_by_one(pairs) == [(0, 2), (1, 3)]


def test_of_many_blocks_the_widest_stay_their_own():
    from autograd.compile.backends.jax import level_schedule as jax_levels

    def blocks(*widths):
        found, start = [], 4
        for width in widths:
            found.append(Block("tanh", start, start + width, [np.zeros(width, dtype=int)]))
            start += width
        return found

    few = LevelSchedule(4, 100, blocks(*[300] * 12), cuts=False)
    assert jax_levels._blocks(few) is few.blocks
    widths = [300, 1, 256, 400, 255, 2, 500, 600, *[1] * 5]
    many = jax_levels._blocks(LevelSchedule(4, 100, blocks(*widths), cuts=False))
    assert [_count(block) for block in many] == [300, 257, 400, 257, 500, 600, 5]
    assert [isinstance(block, Block) for block in many] == [True, False, True, False, True, True, False]
    assert many[1].start == 304
    assert many[1].operands == [(0,)] * 257


# ------------------------------------------------------------------------- many scalars without structure
def tangle(count, width, seed=3):
    """Return a function that computes many scalars without structure, and three parameters."""
    parameters = [Value(0.1 * i - 0.15) for i in range(3)]

    def function(x):
        draw = random.Random(seed)
        nodes = [*parameters, *x]
        for _ in range(count):
            a, b = draw.choice(nodes[-width:]), draw.choice(nodes)
            name = draw.choice(["add", "multiply", "tanh", "sin", "maximum", "subtract", "where", "divide", "total"])
            if name == "where":
                nodes.append(ag.where(a > b, a, b * 2.0))
            elif name == "total":
                nodes.append(ag.tanh(ag.total([a, b, *draw.sample(nodes, 3)])))
            elif name == "divide":
                nodes.append(a / (b * b + 1.0))
            else:
                nodes.append(getattr(ag, name)(a) if name in ("tanh", "sin") else ag.tanh(getattr(ag, name)(a, b)))
        return ag.total(nodes[-width:])

    return function, parameters


@pytest.mark.parametrize(("count", "width", "wide"), [(400, 400, 10**9), (400, 400, 10)])
def test_xla_is_given_few_operations_however_many_scalars_have_no_structure(count, width, wide, monkeypatch):
    from autograd.compile.backends.jax import level_schedule as jax_levels

    monkeypatch.setattr(jax_levels, "WIDE", wide)
    function, parameters = tangle(count, width)
    numbers = [0.3, 0.7, -0.2]
    root = function([Value(x) for x in numbers])
    root.backward()
    recorded = [p.grad for p in parameters]
    step = ag.compile(function, parameters, backend="jax")
    loss, gradient = step.value_and_gradient(numbers)
    assert loss == pytest.approx(root.data, rel=1e-12)
    assert gradient == pytest.approx(recorded, rel=1e-11)
    program = step._programs.latest.program
    table = next(a.detail for a in program.lines if a.op == "levels")
    blocks = jax_levels._blocks(table)
    assert len(table.blocks) > jax_levels.FEW >= len(blocks)
    assert any(type(block) is jax_levels.Block for block in blocks) == (wide == 10)
    places = [x for block in blocks for x in range(block.start, block.start + _count(block))]
    assert places == list(range(table.outside, table.size))


def _count(block):
    return len(block.ops) if hasattr(block, "ops") else block.stop - block.start


def test_what_is_never_used_is_not_decayed():
    w, unused = Value(1.0), Value(2.0)
    optimizer = nn.AdamW([w, unused], 0.1)
    train = compile_training(lambda x: w * x, [w, unused], optimizer, backend="jax")
    with pytest.warns(UserWarning, match="does not depend on parameter 1"):
        train(1.0, steps=3)
    train.write_back()
    assert unused.data == 2.0
    assert w.data < 0.8
