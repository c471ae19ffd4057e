import math
import re

import pytest

import nn
from autograd import Value, dot, exp
from viz import terminal


def rows_of(view):
    return [line.rstrip() for line in view.splitlines()]


def test_a_tree_shows_every_edge_with_its_numbers_and_opens_what_is_shared_once():
    x = Value(3.0, "x")
    square = x * x
    root = square + exp(square)
    root.backward()
    lines = rows_of(terminal.tree(root))
    body = lines[2:]
    assert sum(" x " in line for line in body) == 2  # both edges of x · x
    assert sum("↑" in line for line in body) == 1
    (leaf,) = {tuple(line.split()[-3:]) for line in body if " x " in line}
    gradient = 6.0 * (1.0 + math.exp(9.0))
    assert float(leaf[1]) == pytest.approx(gradient, rel=1e-3)
    assert (leaf[0], leaf[2]) == ("3", "3")


def test_before_a_pass_a_tree_and_a_table_show_a_dash():
    x = Value(2.0, "x")
    assert rows_of(terminal.tree(x * x))[2].split()[-1] == "—"
    assert rows_of(terminal.table({"x": x}))[2].split() == ["x", "2", "—"]


def test_a_neuron_lists_each_weight_beside_its_input():
    weights = [Value(0.5, "w1"), Value(0.25, "w2")]
    inputs = [Value(1.0, "x1"), Value(-2.0, "x2")]
    lines = rows_of(terminal.tree(dot(weights, inputs, Value(1.0, "b"))))
    assert [re.split(r"[─ ]+", line)[1] for line in lines[3:]] == ["w₁", "x₁", "w₂", "x₂", "b"]


def test_a_tree_is_cut_by_depth_and_lines_and_never_by_recursion():
    x = Value(1.0)
    for _ in range(100_000):
        x = x * 1.0
    assert len(rows_of(terminal.tree(x))) < 40
    assert "cut at 20 lines" in terminal.tree(x, depth=10**6, lines=20)


def test_names_cannot_move_the_cursor_or_flood_the_terminal():
    hostile = Value(1.0, "\x1b[31m\n\u202e" + "x" * 10_000)
    for view in (terminal.tree(hostile * 2.0), terminal.table([hostile])):
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", view)
        assert "…" in view
        assert max(map(len, view.splitlines())) < 200


class Model:
    def __init__(self, count):
        self.values = {f"layers.{i % 2}.neurons.{i}.weights.0": Value(float(i)) for i in range(count)}

    def named_parameters(self):
        return iter(self.values.items())


def test_a_large_model_is_tabled_by_group():
    model = Model(100)
    lines = rows_of(terminal.table(model))
    assert [line.split()[:5] for line in lines[2:]] == [
        ["layers.0.weights", "50", "0", "49", "98"],
        ["layers.1.weights", "50", "1", "50", "99"],
    ]
    assert len(rows_of(terminal.table(Model(60)))) == 62


def test_a_table_says_what_it_takes():
    with pytest.raises(TypeError, match="named_parameters"):
        terminal.table(3.0)


def test_a_loss_curve_falls_from_the_top_left_to_the_bottom_right():
    lines = rows_of(terminal.loss_curve([4.0, 3.0, 2.0, 1.0, 0.0], width=20, height=5))
    plot = [line.split("┤" if "┤" in line else "│")[1] for line in lines[1:6]]
    first = [min(i for i, c in enumerate(line) if c != " ") for line in plot]
    assert first == sorted(first)
    assert first[0] == 0
    assert len(plot[-1]) == 20
    assert lines[1].split()[0] == "4"
    assert lines[5].split()[0] == "0"
    assert lines[-1].split() == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("model", "groups"),
    [
        (nn.RNN(5, 6), ["cell.weights", "cell.bias"]),
        (nn.Layer(9, 7), ["weights", "bias"]),
        (nn.Residual(nn.MLP(6, [6, 6])), [f"block.layers.{k}.{kind}" for k in (0, 1) for kind in ("weights", "bias")]),
        (nn.Embedding(20, 4), ["rows"]),
    ],
)
def test_a_large_models_parameters_are_grouped_by_layer_and_kind(model, groups):
    assert [line.split()[0] for line in rows_of(terminal.table(model))[2:]] == groups


def test_one_spike_among_ten_thousand_losses_is_seen():
    losses = [1.0] * 10_000
    losses[5_000] = 2.0
    top = terminal.loss_curve(losses, width=40, height=6).splitlines()[1]
    assert len(top.split("┤")[1].strip()) == 1


def test_losses_that_are_not_finite_leave_a_gap_and_are_counted():
    view = terminal.loss_curve([1.0, math.nan, math.inf, 0.5])
    assert "2 not finite" in view
    with pytest.raises(ValueError, match="nothing to plot"):
        terminal.loss_curve([math.nan])
    assert "train" in terminal.loss_curve([])


def test_a_logarithmic_curve_of_a_geometric_fall_is_straight():
    lines = rows_of(terminal.loss_curve([10.0**-k for k in range(40)], width=20, height=10, logarithmic=True))[1:11]
    plots = [re.split("[┤│]", line, maxsplit=1)[1] for line in lines]
    starts = [len(plot) - len(plot.lstrip()) for plot in plots]
    assert all(abs(start - 2 * i) <= 1 for i, start in enumerate(starts))


SQUARE = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def test_a_boundary_lies_where_the_output_crosses_the_level():
    view = terminal.decision_boundary(lambda row: row[0], SQUARE, [0, 0, 1, 1], width=40, height=9, level=0.5)
    for line in view.splitlines()[:9]:
        cells = re.split("[┤│]", line, maxsplit=1)[1].ljust(40)
        cells = cells.replace(" × ", "▓▓▓").replace(" o ", "   ")
        assert [i for i, c in enumerate(cells) if c in "█▓"] == list(range(20, 40))
    assert view.count("×") == 2 + 1  # two rows and the legend


def test_a_boundary_takes_values_classes_and_a_model_that_reads_nothing_else():
    def model(row):
        return [Value(row[0]), Value(row[1]), Value(0.2)]

    view = terminal.decision_boundary(model, SQUARE, [2, 1, 0, 1])
    assert {"0", "1", "2"} <= set(view)
    logits = terminal.decision_boundary(lambda row: Value(8.0) * row[0] - 4.0, SQUARE, [0, 0, 1, 1])
    assert "above 0 " in logits


def test_a_boundary_needs_two_inputs_and_a_target_for_each_row():
    with pytest.raises(ValueError, match="3"):
        terminal.decision_boundary(lambda row: 0.0, [[1.0, 2.0, 3.0]], [1])
    with pytest.raises(ValueError, match="4 rows of inputs and 1 targets"):
        terminal.decision_boundary(lambda row: 0.0, SQUARE, [1])
