"""The JavaScript backend: the table's functions and whole programs, run in node, agree with Python."""

import json
import math
import random
from itertools import pairwise

import numpy as np
import pytest

import nn
from autograd import Value, exp, logsumexp, take, tanh
from autograd.compile.backends.javascript import source as javascript
from autograd.compile.frontend.trace import trace
from autograd.compile.ir.program import Builder, Program
from autograd.compile.programs.pipeline import build
from autograd.rules.operation import TABLE
from tests.fuzz.random_programs import Drawn, assert_same, recorded
from tests.support.unreached import GOOD, UNREACHED, K, X
from tests.support.web import run

SCALAR = [op for op in TABLE.values() if not op.groups]


def number(x):
    return float(x.replace("Infinity", "inf")) if isinstance(x, str) else x


def same(mine, right, tolerance=1e-13):
    mine = number(mine)
    return (
        (mine != mine and right != right)
        or mine == right
        or math.isclose(mine, right, rel_tol=tolerance, abs_tol=1e-300)
    )


def one_operation(op):
    """Return a program of one operation on as many parameters as it has inputs, and its local derivatives."""
    b = Builder()
    inputs = [b.make("parameter", (), (), k) for k in range(op.arity)]
    output = b.make(op.name, inputs, ())
    forward = len(b.lines)
    gradients = [(x, b.derivative(output, k)) for k, x in enumerate(inputs)]
    for k, array in enumerate(b.lines):
        array.name = f"t{k}"
    return Program(b.lines, forward, output, gradients, [], np.arange(op.arity), op.arity)


def points(op):
    draw = random.Random(op.name)
    boxes = [[[draw.uniform(*side) for side in box] for _ in range(6)] for box in op.smooth_on]
    edges = [list(edge) for edge in op.at_edges if len(edge) == op.arity]
    return [point for box in boxes for point in box] + edges


def test_every_operation_of_the_table_and_its_derivatives_are_pythons():
    parts = {op.name: javascript.emit(one_operation(op)) for op in SCALAR}
    asked = {op.name: points(op) for op in SCALAR}
    words = (
        json.dumps(asked)
        .replace("NaN", '"NaN"')
        .replace("-Infinity", '"-Infinity"')
        .replace(" Infinity", ' "Infinity"')
    )
    source = javascript.script("PROGRAMS", parts)
    found = run(
        source,
        f"""Object.entries({words}).map(([name, points]) => points.map((point) => {{
          const gradient = new Float64Array(point.length);
          const run = PROGRAMS[name](Float64Array.from(point), gradient);
          const output = run.forward();
          run.backward();
          return [output, ...gradient];
        }}))""",
    )
    for op, rows in zip(SCALAR, found, strict=True):
        for point, mine in zip(asked[op.name], rows, strict=True):
            output, derivatives = op.evaluate(*point)
            assert same(mine[0], output), (op, point, mine, output)
            for a, b in zip(mine[1:], derivatives, strict=True):
                assert same(a, b), (op, point, mine, derivatives)


def test_error_functions_keep_all_digits_from_end_to_end():
    xs = [x * 0.0625 for x in range(-480, 430)]
    part = javascript.Emitted("{ erf, erfc }", frozenset())
    found = run(javascript.script("P", {"f": part}), f"{xs}.map((x) => [P.f.erf(x), P.f.erfc(x)])")
    for x, (erf, erfc) in zip(xs, found, strict=True):
        assert same(erf, math.erf(x), 1e-14)
        assert same(erfc, math.erfc(x), 1e-14)


def softmax_rows(model, rows, targets):
    return nn.softmax_cross_entropy([model(row) for row in rows], targets)


def programs():
    """Yield a name, parameters, a function of arguments and the arguments."""
    data = random.Random(5)
    rows = [[data.uniform(-2, 2) for _ in range(3)] for _ in range(5)]
    for activation in ("tanh", "relu", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus"):
        model = nn.MLP(3, [4, 3, 1], activation=activation, seed=3)
        targets = [1.0, 0.0, 1.0, 1.0, 0.0]
        yield (
            activation,
            model.parameters(),
            lambda x, y, m=model: nn.binary_cross_entropy_with_logits([m(row) for row in x], y),
            [rows, targets],
        )
    classes = nn.MLP(3, [4, 3], activation="tanh", seed=4)
    yield "classes", classes.parameters(), lambda x, y: softmax_rows(classes, x, y), [rows, [0, 2, 1, 1, 0]]
    table = [[Value(data.uniform(-1, 1)) for _ in range(2)] for _ in range(4)]
    flat = [v for row in table for v in row]
    yield (
        "embedding",
        flat,
        lambda index: sum((take(table, i)[0] * tanh(take(table, i)[1]) for i in index), Value(0.0)),
        [[2, 0, 2, 3]],
    )
    loose = [Value(data.uniform(0.5, 1.5)) for _ in range(9)]

    def tangled(x):
        t = [a * b for a, b in pairwise(loose)]
        return logsumexp([t[0] + x[1], exp(t[3]) * x[0], t[5] / loose[8], loose[7] ** x[2]]) + loose[0] * loose[0]

    yield "tangled", loose, tangled, [[0.3, -0.7, 1.5]]
    network = nn.Sequential(
        nn.Layer(3, 4, "tanh", seed=1), nn.Residual(nn.Layer(4, 4, "relu", seed=2)), nn.Layer(4, 1, seed=3)
    )
    yield (
        "residual",
        network.parameters(),
        lambda x, y: nn.mean_squared_error([network(row) for row in x], y),
        [rows, [0.1, 0.2, 0.3, 0.4, 0.5]],
    )
    soft = nn.Sequential(nn.Layer(3, 3, "tanh", seed=1), nn.Softmax())  # with a quotient, whose letter is r
    yield (
        "softmax",
        soft.parameters(),
        lambda s, r1: nn.mean_squared_error([soft(row) for row in s], [r1] * 5),
        [rows, [0.2, 0.3, 0.5]],
    )
    recurrent = nn.GRU(3, 4, seed=1)
    yield "gru", recurrent.parameters(), lambda x: sum((h for h in recurrent(x)[-1]), Value(0.0)), [rows]


def unreached():
    """Yield programs with numbers that are nan or inf where nothing flows, and random ones."""
    for name, (function, parameters) in UNREACHED.items():
        yield name, parameters, function, [X, GOOD, K]
    for seed in range(40):
        drawn = Drawn(seed)
        yield f"drawn{seed}", drawn.parameters, drawn.function, [drawn.x, drawn.index]


@pytest.mark.parametrize("programs", [programs, unreached])
def test_programs_give_pythons_loss_and_gradients(programs):
    parts, calls, truths = {}, [], []
    for name, parameters, function, arguments in programs():
        loss, gradient = in_python(function, arguments, parameters)
        if not math.isfinite(loss):
            continue
        shapes = [np.shape(a) for a in arguments]
        names = ["s", "r1"] if name == "softmax" else [f"x{k}" for k in range(len(arguments))]  # loops have such names
        program, tape = build(trace(function, shapes, parameters), names)
        parts[name] = javascript.emit(program)
        theta = [parameters[k].data for k in program.order]
        known = [*arguments, [x.data for x in tape.others]]
        flat = [np.ravel(known[k]).tolist() for k, _, _ in program.arguments]
        calls.append([name, theta, flat])
        truths.append((name, loss, [gradient[k] for k in program.order]))
    found = run(
        javascript.script("PROGRAMS", parts),
        f"""{json.dumps(calls)}.map(([name, theta, given]) => {{
          const gradient = new Float64Array(theta.length), run = PROGRAMS[name](Float64Array.from(theta), gradient);
          const arrays = given.map((x) => Float64Array.from(x));
          run.forward(...arrays);
          const loss = run.forward(...arrays);
          run.backward(...arrays);
          run.backward(...arrays);
          return [loss, gradient];
        }})""",
    )
    for (name, loss, gradient), (mine, slopes) in zip(truths, found, strict=True):
        assert_same((mine, np.array([number(x) for x in slopes])), (loss, np.array(gradient)), name)


def in_python(function, arguments, parameters):
    arguments = [[[Value(x) for x in row] if isinstance(row, list) else row for row in given] for given in arguments]
    loss, gradient = recorded(function(*arguments), parameters)
    return loss, gradient.tolist()


@pytest.mark.parametrize("make", [
    lambda p: nn.SGD(p, 0.1),
    lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True),
    lambda p: nn.AdaGrad(p, 0.1),
    lambda p: nn.RMSProp(p, 0.1, momentum=0.5),
    lambda p: nn.Adam(p, 0.1),
    lambda p: nn.AdamW(p, 0.1, weight_decay=0.1),
])  # fmt: skip
def test_optimizers_move_as_in_python(make):
    draw = random.Random(2)
    parameters = [Value(draw.uniform(-1, 1)) for _ in range(5)]
    optimizer = make(parameters)
    start = [p.data for p in parameters]
    gradients = [[draw.gauss(0, 1) for _ in parameters] for _ in range(7)]
    found = run(
        javascript.script("P", {"update": javascript.emit_update(optimizer)}),
        f"""(() => {{
          const theta = Float64Array.from({start});
          const memories = {json.dumps(optimizer.state_names)}.map(() => new Float64Array(5));
          {json.dumps(gradients)}.forEach((g, k) => P.update(theta, Float64Array.from(g), memories, 0.1, k + 1, 5));
          return theta;
        }})()""",
    )
    for gradient in gradients:
        for p, g in zip(parameters, gradient, strict=True):
            p.grad = g
        optimizer.step()
    for mine, p in zip(found, parameters, strict=True):
        assert math.isclose(mine, p.data, rel_tol=1e-13)


def test_what_it_cannot_write_is_refused_with_the_way_out():
    b = Builder()
    x = b.make("levels", (), (3,))
    with pytest.raises(ValueError, match=r"does not write levels: .* backend='numpy'"):
        javascript.emit(Program(b.lines, 1, x, [], [], np.arange(0), 0))
    with pytest.raises(ValueError, match="plain names"):
        javascript.script("P", {"</script>": javascript.Emitted("1", frozenset())})
