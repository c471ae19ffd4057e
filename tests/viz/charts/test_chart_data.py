"""What charts show, compared as data: places, sizes, order, labels, not bytes."""

import math

import pytest

import nn
from autograd import Value

pytest.importorskip("matplotlib", reason="plots are an extra")
import viz as charts
from viz.charts.field import Field
from viz.charts.landscape import landscape
from viz.support import palette

ROWS, TARGETS = [[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]], [0, 1, 0, 1]


def labels(chart, panel=0):
    axes = chart.figure.axes[panel]
    return axes.get_xlabel(), axes.get_ylabel()


def inside(contours, k):
    """The points of the filled contours of level k."""
    return [point for path in contours.get_paths()[k : k + 1] for point in path.vertices]


def test_a_field_stands_upright_and_its_margins_are_those_of_its_axes():
    field = Field.over(lambda row: row[0] + 10.0 * row[1], ROWS, TARGETS, 5, 3)
    assert field.x == pytest.approx((-0.6, 4.6))
    assert field.y == pytest.approx((-0.3, 2.3))
    assert [line[0] for line in field.outputs] == pytest.approx([22.4, 9.4, -3.6]), "the top line first"
    assert field.outputs[0] == pytest.approx([22.4, 23.7, 25.0, 26.3, 27.6])
    assert field.place(4.6, 2.3) == (0, 4)
    assert field.place(-0.6, -0.3) == (2, 0)
    assert Field.over(lambda row: row[0], [[1.0, 3.0]], [0], 3, 3).x == (0.0, 2.0), "one point has a margin of 1"


def test_a_fields_level_is_half_for_shares_and_0_for_scores():
    assert Field.over(lambda row: row[1] / 2.3, ROWS, TARGETS, 4, 4).level == 0.0, "below 0 somewhere"
    assert Field.over(lambda row: (row[1] + 0.3) / 2.6, ROWS, TARGETS, 4, 4).level == 0.5
    assert Field.over(lambda row: 1.5, ROWS, TARGETS, 4, 4).level == 0.0
    assert Field.over(lambda row: 0.25, ROWS, TARGETS, 4, 4, level=0.75).level == 0.75


@pytest.mark.parametrize(
    ("output", "level", "shade"),
    [(1.0, 0.0, "█"), (0.5, 0.0, "▓"), (0.6, 0.0, "█"), (-0.5, 0.0, "░"), (-0.6, 0.0, " "), (0.0, 0.0, "▓")],
)
def test_a_fields_shades_say_on_which_side_and_how_far(output, level, shade):
    field = Field([[1.0, -1.0]], (0.0, 1.0), (0.0, 1.0), level, [], [0, 1])
    assert field.shade(output) == shade
    assert (field.mark(0), field.mark(1)) == ("o", "×")


def test_a_decision_boundary_is_where_the_model_crosses_the_level():
    chart = charts.decision_boundary(lambda row: row[1] - 0.5, ROWS, TARGETS, size=20)
    (axes,) = chart.figure.axes
    assert labels(chart) == ("x[0]", "x[1]")
    lines = [c for c in axes.collections if hasattr(c, "levels") and len(c.levels) == 1]
    (line,) = lines
    assert {round(y, 6) for _, y in inside(line, 0)} == {0.5}
    filled = next(c for c in axes.collections if hasattr(c, "levels") and len(c.levels) > 1)
    top = [k for k in range(len(filled.get_paths())) if any(y > 2.2 for _, y in inside(filled, k))]
    bottom = [k for k in range(len(filled.get_paths())) if any(y < -0.2 for _, y in inside(filled, k))]
    assert min(top) > max(bottom), "what is larger is above"
    scatters = [c for c in axes.collections if c.get_label().startswith("target")]
    assert [c.get_label() for c in scatters] == ["target 0", "target 1"]
    assert [c.get_offsets().tolist() for c in scatters] == [[[0.0, 0.0], [4.0, 0.0]], [[0.0, 2.0], [4.0, 2.0]]]
    assert axes.get_xlim() == pytest.approx((-0.6, 4.6))
    assert axes.get_ylim() == pytest.approx((-0.3, 2.3))


def test_classes_have_regions_where_their_score_is_the_highest():
    chart = charts.decision_boundary(
        lambda row: [1.0 - row[0], row[0] - 1.0, row[0] - 2.0 - row[1]], ROWS, TARGETS, size=30
    )
    filled = chart.figure.axes[0].collections[0]
    assert list(filled.levels) == [-0.5, 0.5, 1.5]
    assert max(x for x, _ in inside(filled, 0)) <= 1.2 < max(x for x, _ in inside(filled, 1))


def test_gradient_flow_has_the_first_layer_at_the_top_and_each_bar_as_long_as_its_norm():
    norms = {"layer 1": 3.0, "layer 2": 1.0, "layer 3": 0.5}
    chart = charts.gradient_flow(norms)
    (axes,) = chart.figure.axes
    names = [t.get_text() for t in axes.get_yticklabels()]
    sizes = dict(zip(names, [bar.get_width() for bar in axes.patches], strict=True))
    assert sizes == norms
    assert axes.yaxis_inverted(), "so that the first stands at the top"
    assert [bar.get_y() for bar in axes.patches] == sorted(bar.get_y() for bar in axes.patches)
    assert axes.get_xscale() == "linear"
    assert labels(chart)[0] == "norm of the gradient"
    assert charts.gradient_flow({"a": 101.0, "b": 1.0}).figure.axes[0].get_xscale() == "log"
    assert charts.gradient_flow({"a": 100.0, "b": 1.0}).figure.axes[0].get_xscale() == "linear"


def test_a_finder_marks_the_rate_it_suggests():
    class Sweep:
        rates, losses, suggestion = [1e-3, 1e-2, 1e-1, 1.0], [0.7, 0.5, 0.3], 0.02

    chart = charts.learning_rate_finder(Sweep())
    (axes,) = chart.figure.axes
    curve, mark = axes.get_lines()
    assert (list(curve.get_xdata()), list(curve.get_ydata())) == ([1e-3, 1e-2, 1e-1], [0.7, 0.5, 0.3])
    assert set(mark.get_xdata()) == {0.02}
    assert (axes.get_xscale(), labels(chart)) == ("log", ("learning rate", "loss"))


def test_a_loss_curve_breaks_where_it_broke_and_is_logarithmic_if_asked():
    chart = charts.loss_curve([0.7, 0.5, math.inf, math.nan], logarithmic=True)
    (axes,) = chart.figure.axes
    assert (axes.get_yscale(), labels(chart)) == ("log", ("epoch", "loss"))
    assert set(axes.get_lines()[1].get_xdata()) == {3}
    assert [math.isnan(y) for y in axes.get_lines()[0].get_ydata()] == [False, False, True, True]
    assert charts.loss_curve([1.0, 0.5]).figure.axes[0].get_yscale() == "linear"
    assert "0.7 → nan" in axes.get_title(loc="left")


def test_a_histogram_counts_weights_or_gradients_of_each_layer():
    model = nn.MLP(2, [3, 1], seed=1)
    for k, p in enumerate(model.parameters()):
        p.data, p.grad = float(k), 100.0 + k
    for of, shift, color in (("weights", 0.0, palette.POSITIVE), ("gradients", 100.0, palette.BACKWARD)):
        chart = charts.histogram(model, of=of, bins=4)
        assert len(chart.figure.axes) == 4
        first = chart.figure.axes[0].patches
        assert sum(bar.get_height() for bar in first) == 6
        assert first[0].get_x() == shift
        assert first[0].get_facecolor() == pytest.approx(_rgba(color))
        assert "layer 1" in chart.figure.axes[0].get_title(loc="left")
        assert "layer 2" in chart.figure.axes[-1].get_title(loc="left")


def _rgba(color):
    from matplotlib.colors import to_rgba

    return to_rgba(color)


def test_a_landscape_is_the_loss_along_each_direction_of_its_own():
    a, b = Value(3.0), Value(4.0)
    found = landscape([[a, b]], lambda: a * a + b * b, reach=2.0, size=5, seed=0)
    assert found.steps == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert found.here == found.losses[2][2] == 25.0
    assert (a.data, b.data) == (3.0, 4.0)
    again = landscape([[a, b]], lambda: a * a + b * b, reach=2.0, size=5, seed=0)
    assert again.losses == found.losses
    assert found.losses != [list(column) for column in zip(*found.losses, strict=True)], (
        "lines are the second direction"
    )
    curved = [found.losses[2][0] + found.losses[2][4] - 50.0, found.losses[0][2] + found.losses[4][2] - 50.0]
    assert curved == pytest.approx([200.0, 200.0]), "both are as long as the parameters, 5, and end 2 of them away"
    levels = found.levels()
    flat = sorted(x for line in found.losses for x in line)
    assert (levels[0], levels[-1], len(levels)) == (flat[0], pytest.approx(flat[18]), 15)
    chart = charts.loss_landscape(nn.MLP(1, [1], seed=0), lambda: 1.0, size=3)
    assert labels(chart) == ("first direction", "second direction")
    assert chart.figure.axes[1].get_ylabel() == "loss"


def test_limits_of_charts():
    assert len(Field.over(lambda row: 1.0, ROWS, TARGETS, 2, 2).outputs) == 2
    for size in (1, 2001):
        with pytest.raises(ValueError, match="size"):
            Field.over(lambda row: 1.0, ROWS, TARGETS, size, 2)
        with pytest.raises(ValueError, match="size"):
            Field.over(lambda row: 1.0, ROWS, TARGETS, 2, size)
    for low, high in ((1.0, 1.0), (2.0, 1.0)):
        with pytest.raises(ValueError, match="low lies below high"):
            charts.activation("tanh", low=low, high=high)
    charts.activation("tanh", low=1.0, high=1.5)
    for size in (2, 2001):
        with pytest.raises(ValueError, match="size"):
            landscape([[Value(1.0)]], lambda: 1.0, reach=1.0, size=size, seed=0)
    assert len(charts.histogram(nn.MLP(1, [1], seed=0), bins=1).figure.axes[0].patches) == 1
    for bins in (0, 10_001):
        with pytest.raises(ValueError, match="bins"):
            charts.histogram(nn.MLP(1, [1], seed=0), bins=bins)


def test_what_is_written_in_a_chart_stands_inside_its_axes():
    broken = charts.loss_curve([1.0, math.nan])

    class Sweep:
        rates, losses, suggestion = [1e-3, 1e-2], [0.7, 0.5], 0.005

    for chart in (broken, charts.learning_rate_finder(Sweep())):
        (note,) = chart.figure.axes[0].texts
        x, y = note.xy
        assert 0.0 < y < 1.0
        low, high = chart.figure.axes[0].get_xlim()
        assert low < x < high


def test_an_activation_is_drawn_from_end_to_end_with_its_derivative():
    chart = charts.activation("relu", low=-2.0, high=2.0)
    curve, slope = [line for line in chart.figure.axes[0].get_lines() if len(line.get_xdata()) > 2]
    assert (curve.get_xdata()[0], curve.get_xdata()[-1], len(curve.get_xdata())) == (-2.0, 2.0, 401)
    assert (curve.get_ydata()[0], curve.get_ydata()[-1]) == (0.0, 2.0)
    assert (slope.get_ydata()[0], slope.get_ydata()[-1]) == (0.0, 1.0)
    assert (curve.get_label(), slope.get_label()) == ("ReLU", "ReLU′, its derivative")
