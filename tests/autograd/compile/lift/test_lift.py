"""The stages of compile, each alone: one tape however it is written, layouts, views, products and their holes."""

import itertools
import math

import numpy as np
import pytest

from autograd import Value, dot, op, topological_order, total, where
from autograd.compile.backends.numpy.source import emit, load
from autograd.compile.frontend.blocks import Blocks
from autograd.compile.frontend.numbered import Numbered
from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.ir.program import Builder
from autograd.compile.lift.layout import affine, collapsed, grid, unfolded, view
from autograd.compile.lift.level_schedule import on_numbers
from autograd.compile.lift.lifter import lift
from autograd.compile.lift.normalize import normalize
from autograd.compile.programs.pipeline import build
from autograd.rules.operation import TABLE


def tape_of(function, shapes, parameters):
    return normalize(trace(function, shapes, parameters))


def kinds(tape):
    return [tape.op[i] for i in range(len(tape.op)) if tape.op[i] not in ("parameter", "input", "constant")]


# ------------------------------------------------------------------------------------------ numbers
def test_a_graph_is_numbered_leaves_first_and_operands_before_what_uses_them():
    w, x = Value(2.0), Value(3.0)
    graph = Numbered({w: 0, x: 1}, [total([w * x, w * x])])
    assert graph.inputs == [[0, 1], [0, 1], [2, 3], [4]]
    assert (graph.roots, graph.uses()) == ([5], [2, 2, 1, 1, 1, 2])
    assert graph.add([w * x, x]) == [6, 1]


def blocks_of(leaves, root):
    nodes = [node for node in topological_order(root) if node.parents]
    return Blocks({x: k for k, x in enumerate(leaves)}, nodes, [root])


def test_a_gradient_reaches_what_it_could_and_no_condition():
    w, x, y = (Value(k) for k in (1.0, 2.0, 3.0))
    blocks = blocks_of([w, x, y], where(w > 0.0, x, 2.0) * y)
    reached = np.zeros(blocks.size, dtype=bool)
    reached[blocks.roots] = True
    blocks.reach(reached)
    assert reached[:3].tolist() == [False, True, True]


def test_a_group_is_of_the_kind_that_the_set_of_its_members_is():
    leaves = [Value(float(k)) for k in range(6)]
    kinds = np.array([1, 1, 1, 2, 2, 3], dtype=np.uint64)

    def found(*places):
        return blocks_of(leaves, total([leaves[k] for k in places])).kinds(kinds, []).tolist()

    assert len(found(0, 3)) == 1
    assert found(0, 3) == found(0, 1, 3) == found(0, 3, 4) == found(4, 0, 3, 1, 2)
    assert found(0, 3) != found(0, 5) != found(3, 5) != found(0, 3, 5)


def test_a_graph_is_computed_in_blocks_of_one_operation_on_one_level():
    w, x, y = (Value(k) for k in (1.0, 2.0, 3.0))
    blocks = blocks_of([w, x, y], total([w * x, w * y]) + 1.0)
    found = [(block.op.name, block.places.tolist(), block.columns, block.groups) for block in blocks.blocks]
    (_, products, (left, right), _), (_, sums, _, ((members, which),)), (_, added, columns, _) = found
    assert [name for name, *_ in found] == ["multiply", "total", "add"]
    assert (left.tolist(), right.tolist()) == ([0, 0], [1, 2])
    assert (members.tolist(), which.tolist()) == ([products], [0])
    assert ([columns[0].tolist()], [x.data for x in blocks.given]) == ([sums], [1.0])
    assert added == blocks.roots == [blocks.size - 2], "behind it is the constant"
    with pytest.raises(KeyError, match="missing"):
        Blocks({w: 0}, [w * x * y], [])


# --------------------------------------------------------------------------------------- normalize
def neuron_forms():
    w, b = [Value(1.0) for _ in range(3)], Value(0.5)
    return [w, b], [
        lambda x: dot(w, x, b),
        lambda x: sum(a * c for a, c in zip(w, x, strict=True)) + b,
        lambda x: b + sum(c * a for a, c in zip(w, x, strict=True)),
        lambda x: w[0] * x[0] + w[1] * x[1] + x[2] * w[2] + b,
        lambda x: total([a * c for a, c in zip(w, x, strict=True)]) + b,
        lambda x: 0.0 + b + w[0] * x[0] - (-(w[1] * x[1])) + w[2] * x[2] if False else dot(x, w) + b,
    ]


def test_a_neuron_is_one_dot_however_it_is_written():
    (w, b), forms = neuron_forms()
    for form in forms:
        tape = tape_of(form, [(3,)], [*w, b])
        assert sorted(kinds(tape)) == ["add", "dot"], str(tape)


def test_losses_are_terms_of_one_total_even_where_sum_begins_with_zero():
    w = Value(2.0)
    tape = tape_of(lambda x: sum((w * a).exp() - a for a in x), [(4,)], [w])
    assert sorted(set(kinds(tape))) == ["exp", "multiply", "subtract", "total"]
    assert kinds(tape).count("total") == 1


def test_common_expressions_merge_and_constants_fold():
    w = Value(2.0)
    tape = tape_of(lambda x: (w * x).exp() * (x * w).exp() + Value(3.0).exp() * 0.0, [()], [w])
    assert kinds(tape).count("exp") <= 2
    program = lifted(lambda x: w * (1.0 + 2.0) * 1.0 + 0.0, [()], [w])
    assert [a.op for a in program.lines[: program.forward] if a.is_elementwise] == ["multiply"]


def test_scalars_made_alike_are_of_one_kind():
    w = [Value(1.0), Value(2.0)]
    tape = tape_of(lambda x: total([dot(w, row).tanh() for row in x]), [(5, 2)], w)
    tanh = [i for i, op in enumerate(tape.op) if op == "tanh"]
    assert len(tanh) == 5
    assert len({tape.kind[i] for i in tanh}) == 1


# ------------------------------------------------------------------------------------------ layout
def test_coordinates_that_fill_a_grid_are_a_shape():
    b, j = np.divmod(np.random.default_rng(0).permutation(12), 4)
    shape, places = grid([b, j, b + 10, np.zeros(12)], 12)
    assert shape == (3, 4)
    assert sorted(places.tolist()) == list(range(12))
    assert grid([b[:11], j[:11]], 11) is None


@pytest.mark.parametrize(
    ("cut", "lines"),
    [
        (lambda a: a, 0),
        (lambda a: a.T, 1),
        (lambda a: a[:, 2:5], 1),
        (lambda a: a[1:3], 1),
        (lambda a: a[2], 2),
        (lambda a: a.reshape(4, 3, 2)[:, :, 1], 3),
        (lambda a: a.reshape(4, 2, 3).transpose(1, 0, 2), 2),
        (lambda a: a.reshape(-1)[::2], 3),
    ],
)
def test_views_are_found_from_places_alone(cut, lines):
    places = np.arange(24).reshape(4, 6)
    wanted = cut(places)
    builder = Builder()
    source = builder.make("input", (), (4, 6), 0)
    found = view(builder, source, *_split(affine(wanted), wanted.shape))
    assert found.shape == wanted.shape
    assert len(builder.lines) - 1 <= lines
    np.testing.assert_array_equal(_run(found, places), wanted)


def _split(found, shape):
    offset, strides = found
    return offset, shape, strides


def _run(array, places):
    if array.op == "input":
        return places
    x = _run(array.operands[0], places)
    if array.op == "slice":
        return x[tuple(slice(*r) for r in array.detail)]
    return x.transpose(array.detail) if array.op == "transpose" else x.reshape(array.shape)


def test_what_is_no_view_is_said_to_be_none():
    assert affine(np.array([0, 1, 3])) is None
    assert affine(np.array([3, 2, 1])) is None
    builder = Builder()
    source = builder.make("input", (), (4, 4), 0)
    assert view(builder, source, 0, (4,), [5]) is None  # the diagonal


def test_holes_may_hold_anything():
    lower = np.where(np.tri(4, dtype=bool), np.arange(16).reshape(4, 4), -1)
    assert affine(lower) == (0, [4, 1])
    assert collapsed(np.array([[5, 5, -1], [5, -1, -1]])).tolist() == [[5]]


def test_axes_that_step_regularly_are_cut_in_two():
    assert unfolded(np.array([0, 1, 2, 10, 11, 12])).tolist() == [[0, 1, 2], [10, 11, 12]]
    assert unfolded(np.array([0, 1, 0, 1])).tolist() == [[0, 1], [0, 1]]
    assert unfolded(np.arange(6)).shape == (6,)


# -------------------------------------------------------------------------------------------- lift
def flat(rows):
    return [x for row in rows for x in row]


def lifted(function, shapes, parameters):
    program, _ = build(trace(function, shapes, parameters), [f"x{k}" for k in range(len(shapes))])
    return program


def products(program):
    return [a.shape for a in program.lines[: program.forward] if a.op == "matmul"]


def test_every_weight_tuple_with_every_row_is_one_product():
    w = [[Value(0.1) for _ in range(3)] for _ in range(4)]
    program = lifted(lambda x: total([dot(row, ws).tanh() for row in x for ws in w]), [(5, 3)], flat(w))
    assert products(program) == [(5, 4)]
    assert [g.shape for _, g in program.gradients] == [(4, 3)]


def test_weights_that_meet_rows_of_their_own_are_products_of_their_own():
    a = [[Value(0.1) for _ in range(2)] for _ in range(3)]
    b = [[Value(0.1) for _ in range(2)] for _ in range(3)]
    both = [(0, a), (2, b)]
    program = lifted(
        lambda x: total([dot(w, row[i : i + 2]).tanh() for row in x for i, ws in both for w in ws]),
        [(5, 4)],
        flat(a + b),
    )
    assert products(program) == [(2, 5, 3)]


def test_a_triangle_of_dots_is_a_product_with_holes():
    w = [[Value(0.1) for _ in range(2)] for _ in range(4)]
    program = lifted(
        lambda x: total([dot(w[i], x[j]).exp() for i in range(4) for j in range(i + 1)]), [(4, 2)], flat(w)
    )
    assert products(program) == [(4, 4)]
    (mask,) = [a.detail for a in program.lines if a.op == "constant" and isinstance(a.detail, np.ndarray)]
    assert mask.sum() == 10


def test_a_penalty_on_all_parameters_is_theta_with_itself():
    w = [[Value(0.1) for _ in range(3)] for _ in range(4)]
    every = [*flat(w), Value(0.5)]
    program = lifted(
        lambda x: total([dot(ws, x, every[-1]) for ws in w]) + total([p * p for p in every]), [(3,)], every
    )
    assert [a.op for a in program.lines if a.op == "gather"] == []
    theta = next(a for a in program.lines if a.op == "theta")
    assert any(a.op == "matmul" and a.operands == (theta, theta) for a in program.lines)


def test_parameters_sit_in_theta_each_once():
    w = [Value(float(i)) for i in range(7)]
    program = lifted(lambda x: w[3] * x + w[0] * w[6], [()], w)
    assert sorted(program.order.tolist()) == list(range(7))
    assert program.used == 3
    assert set(program.order[:3].tolist()) == {0, 3, 6}


def test_stages_print():
    w = Value(2.0)
    traced = trace(lambda x: (w * x).tanh(), [()], [w])
    tape = normalize(traced)
    assert "tanh" in str(tape)
    found = lift(tape, traced.shapes, 1)
    assert found.array_of(np.array(0)).op == "tanh"
    program, _ = build(traced, ["x"])
    assert "tanh" in str(program)
    assert program.flops > 0
    assert isinstance(traced, Traced)


@pytest.mark.parametrize("other", [(), (6, 1)])
def test_what_is_computed_from_something_repeated_has_the_shape_of_what_repeats(other):
    b = Builder()
    x, y = b.make("input", (), (1, 1), 0), b.make("input", (), other, 1)
    repeated = b.reshape(b.broadcast(x, (2, 3)), (6, 1))
    found = b.apply("multiply", repeated, y)
    assert found.shape == (6, 1)
    assert found.op == "reshape"
    assert found.operands[0].shape == (2, 3)


def test_a_gradient_that_flows_to_a_part_is_added_to_that_part():
    w = [[Value(0.1 * (i + k)) for k in range(3)] for i in range(2)]
    program = lifted(lambda x: total([total(row) ** 2 for row in w]) + x * dot(w[0], [1.0, 2.0, 3.0]), [()], flat(w))
    assert program.order.tolist() == [*range(6)]
    source, constants = emit(program)
    assert "zeros" not in source
    theta, gradient = np.array([0.1 * k for k in (0, 1, 2, 1, 2, 3)]), np.full(6, np.nan)
    step = load(source, constants)(theta, gradient)
    for _ in range(2):
        step(np.array(5.0))
        np.testing.assert_allclose(gradient, [5.6, 10.6, 15.6, 1.2, 1.2, 1.2], rtol=1e-14)


@pytest.mark.parametrize("name", sorted(name for name, op in TABLE.items() if not op.groups))
def test_operations_on_numbers_are_what_the_rule_is_where_pythons_maths_raises(name):
    value, derivatives = on_numbers(name)
    edges = [0.0, -0.0, 0.5, -1.0, 1e3, -1e3, 1e308, math.inf, -math.inf]
    for inputs in itertools.product(edges, repeat=TABLE[name].arity):
        wanted, slopes = TABLE[name].evaluate(*inputs)
        np.testing.assert_equal(float(value(*inputs)), wanted)
        np.testing.assert_equal([float(x) for x in derivatives(*inputs)], [*slopes])


def test_an_operation_of_ones_own_on_numbers_whose_slope_overflows():
    @op(stops_at_zero=True)
    def steep(maths, x):
        return x * 0.5, (maths.exp(x),)

    try:
        assert on_numbers("steep")[1](1e3) == (math.inf,)
    finally:
        del TABLE["steep"]


@pytest.mark.parametrize(
    ("write", "wanted"),
    [
        (lambda b, x, y, i: b.apply("add", b.number(0.0), x), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("add", x, b.number(0.0)), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("subtract", x, b.number(0.0)), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("subtract", b.number(0.0), x), lambda b, x, y, i: b.apply("negative", x)),
        (lambda b, x, y, i: b.apply("multiply", b.number(1.0), x), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("multiply", x, b.number(1.0)), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("multiply", b.number(-1.0), x), lambda b, x, y, i: b.apply("negative", x)),
        (lambda b, x, y, i: b.apply("multiply", x, b.number(-1.0)), lambda b, x, y, i: b.apply("negative", x)),
        (lambda b, x, y, i: b.apply("multiply", i, y), lambda b, x, y, i: b.apply("divide", y, x)),
        (lambda b, x, y, i: b.apply("multiply", y, i), lambda b, x, y, i: b.apply("divide", y, x)),
        (lambda b, x, y, i: b.apply("divide", x, b.number(1.0)), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("negative", b.apply("negative", x)), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("where", b.number(1.0), x, y), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("where", b.number(0.0), x, y), lambda b, x, y, i: y),
        (lambda b, x, y, i: b.apply("power", x, b.number(1.0)), lambda b, x, y, i: x),
        (lambda b, x, y, i: b.apply("power", x, b.number(2.0)), lambda b, x, y, i: b.apply("multiply", x, x)),
        (lambda b, x, y, i: b.apply("power", x, b.number(-1.0)), lambda b, x, y, i: i),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_not_computed(write, wanted):
    b = Builder()
    x, y = b.make("input", (), (2, 1), 0), b.make("input", (), (2, 1), 1)
    inverse = b.apply("divide", b.number(1.0), x)
    assert write(b, x, y, inverse) is wanted(b, x, y, inverse), "the same line, which is written once"
