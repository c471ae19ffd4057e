"""Each chart whole: all that stands on its axes as data, which color and width each mark has, and what is beside it."""

import math

import pytest

import nn
import viz
from autograd import Value
from autograd.rules.operation import TABLE

pytest.importorskip("matplotlib", reason="plots are an extra")
from matplotlib.colors import to_hex

from viz.charts.field import Field, clipped, near
from viz.charts.landscape import Landscape, landscape
from viz.charts.parameters import _span as span_of_bins
from viz.support import palette

ROWS, TARGETS = [[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]], [0, 1, 0, 1]
NAN, INFINITY = math.nan, math.inf


def lines(axes):
    """Each line: its ends, color, style and width."""
    return [
        (x.get_xdata()[0], x.get_xdata()[-1], to_hex(x.get_color()), x.get_linestyle(), x.get_linewidth())
        for x in axes.get_lines()
    ]


def notes(axes):
    return [(note.get_text(), note.xy, to_hex(note.get_color())) for note in axes.texts]


def frame(chart, panel=0):
    """Size in inches, title, the names of the axes, their scales, and whether a grid stands behind."""
    axes = chart.figure.axes[panel]
    grid = tuple(any(line.get_visible() for line in axis.get_gridlines()) for axis in (axes.xaxis, axes.yaxis))
    size = tuple(chart.figure.get_size_inches())
    names = (axes.get_xlabel(), axes.get_ylabel())
    return size, axes.get_title(loc="left"), names, (axes.get_xscale(), axes.get_yscale()), grid


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()] if axes.get_legend() else None


def written(axis):
    """What an axis writes at a large and a small number: as it is written everywhere else."""
    return [axis.get_major_formatter()(x, 0) for x in (1e-7, -1234567.0)], axis.get_minor_formatter()(1e-7, 0)


HOUSE = (["1.0e-7", "−1.235e6"], "")


def test_a_loss_curve_whole():
    history = nn.History(losses=[4.0, 2.0, NAN, 1.0], validation_losses=[3.0, INFINITY])
    chart = viz.loss_curve(history)
    (axes,) = chart.figure.axes
    assert frame(chart) == ((6.4, 3.6), "loss 4 → 1", ("epoch", "loss"), ("linear", "linear"), (True, True))
    assert lines(axes) == [
        (1, 4, palette.POSITIVE.lower(), "-", 1.8),
        (2.0, 4.0, palette.NEGATIVE.lower(), "--", 1.8),
        (3, 3, palette.ALARM.lower(), ":", 1.8),
    ]
    assert axes.get_lines()[1].get_ydata().tolist() == pytest.approx([3.0, NAN], nan_ok=True)
    assert notes(axes) == [(" nan here", (3, 0.9), palette.INK.lower())]
    assert legend(axes) == ["training", "validation"]
    assert (written(axes.xaxis), written(axes.yaxis)) == (HOUSE, HOUSE)
    assert chart.description == "loss over 4 epochs, from 4 to 1"
    alone = viz.loss_curve([2.0, 1.0]).figure.axes[0]
    assert (legend(alone), len(alone.get_lines()), notes(alone)) == (None, 1, [])
    assert notes(viz.loss_curve([INFINITY, 1.0]).figure.axes[0])[0][:2] == (" inf here", (1, 0.9))


def test_a_finder_whole():
    class Sweep:
        rates, losses, suggestion = [1e-3, 1e-2, 1e-1, 1.0], [0.7, 0.5, INFINITY], 0.02

    chart = viz.learning_rate_finder(Sweep())
    (axes,) = chart.figure.axes
    title = "loss while the learning rate grows"
    assert frame(chart) == ((6.4, 3.6), title, ("learning rate", "loss"), ("log", "linear"), (True, True))
    assert lines(axes) == [
        (1e-3, 1e-1, palette.POSITIVE.lower(), "-", 1.8),
        (0.02, 0.02, palette.FORWARD.lower(), "--", 1.8),
    ]
    assert notes(axes) == [(" suggested 0.02", (0.02, 0.92), palette.FORWARD.lower())]
    assert (written(axes.xaxis), written(axes.yaxis)) == (HOUSE, HOUSE)
    assert chart.description == "loss against learning rate from 0.001 to 0.1"
    Sweep.suggestion = NAN
    none = viz.learning_rate_finder(Sweep()).figure.axes[0]
    assert (len(none.get_lines()), notes(none)) == (1, [])
    with pytest.raises(TypeError, match=r"draws what nn\.find_learning_rate returned, not list"):
        viz.learning_rate_finder([1.0])


def test_gradient_flow_whole():
    chart = viz.gradient_flow({"one": 2.0, "two": INFINITY, "three": 0.5})
    (axes,) = chart.figure.axes
    title = "gradient in each layer, the first at the top"
    size = (6.4, pytest.approx(1.4 + 3 * 0.32))
    assert frame(chart) == (size, title, ("norm of the gradient", ""), ("linear", "linear"), (True, False))
    assert [(bar.get_width(), bar.get_height(), to_hex(bar.get_facecolor())) for bar in axes.patches] == [
        (width, pytest.approx(0.6), palette.BACKWARD.lower()) for width in (2.0, 0.0, 0.5)
    ]
    assert [text.get_text() for text in axes.texts] == [" 2", " inf", " 0.5"]
    assert axes.margins()[0] == 0.15
    assert written(axes.xaxis) == HOUSE
    assert chart.description == "gradient norms of 3 groups of parameters"
    assert viz.gradient_flow({"a": 0.0, "b": 5.0}).figure.axes[0].get_xscale() == "linear", "0 has no logarithm"
    with pytest.raises(ValueError, match="no norms"):
        viz.gradient_flow({})


def test_a_histogram_whole():
    model = nn.Layer(2, 3, seed=0)
    for k, p in enumerate(model.parameters()):
        p.data = float(k)
    model.parameters()[4].data = NAN
    chart = viz.histogram(model, bins=4)
    assert chart.figure.get_size_inches().tolist() == pytest.approx([6.4, 0.5 + 2 * 1.3])
    assert [axes.get_title(loc="left") for axes in chart.figure.axes] == [
        "weights: 6 parameters, 1 not finite",
        "bias: 3 parameters",
    ]
    first = chart.figure.axes[0]
    assert [sum(bar.get_height() for bar in axes.patches) for axes in chart.figure.axes] == [5, 3]
    assert first._left_title.get_fontsize() == 10
    assert (written(first.xaxis), written(first.yaxis)) == (HOUSE, HOUSE)
    assert chart.description == "histogram of the weights in 2 groups of parameters"
    for p in model.parameters():
        p.grad = 1.0
    assert chart_title(viz.histogram(model, of="gradients")) == "weights: 6 gradients"
    bare = nn.Layer(2, 1, bias=False, seed=0)
    one = viz.histogram(bare)
    assert (len(one.figure.axes), len(one.figure.axes[0].patches)) == (1, 30)


def chart_title(chart):
    return chart.figure.axes[0].get_title(loc="left")


@pytest.mark.parametrize(
    ("numbers", "span"),
    [
        ([], None),
        ([1.0, 2.0], None),
        ([1e6, 1e6], None),  # narrow, but not large
        ([2e6, 2e6], (0.0, 4e6)),
        ([-2e6, -2e6], (-4e6, 0.0)),
        ([2e9, 2e9 + 2.0], (-2.0, 4e9 + 4.0)),  # as narrow as it may be
        ([2e9, 2e9 + 3.0], None),
    ],
)
def test_a_histogram_has_room_for_its_bins(numbers, span):
    assert span_of_bins(numbers) == span


def test_a_landscape_whole():
    class Model:
        def __init__(self):
            self.weights = [Value(3.0), Value(4.0)]

        def named_parameters(self):
            return iter({"weights.0": self.weights[0], "weights.1": self.weights[1]}.items())

    model = Model()
    chart = viz.loss_landscape(model, lambda: model.weights[0] * model.weights[0] + 1.0, size=5, seed=3)
    axes, bar = chart.figure.axes
    names = ("first direction", "second direction")
    title = "loss around the parameters (+, 10)"
    assert frame(chart) == ((5.4, 4.4), title, names, ("linear", "linear"), (False, False))
    assert (axes.get_xlim(), axes.get_ylim()) == ((-1.0, 1.0), (-1.0, 1.0))
    (here,) = axes.get_lines()
    assert (here.get_xdata()[0], here.get_ydata()[0], here.get_marker(), here.get_markersize()) == (0.0, 0.0, "P", 9)
    assert [to_hex(c) for c in (here.get_markerfacecolor(), here.get_markeredgecolor())] == [
        palette.FIELD[1].lower(),
        palette.FIELD[3].lower(),
    ]
    filled, contours = axes.collections
    assert (filled.get_cmap().name, filled.extend, set(contours.get_linewidths())) == ("Blues_r", "both", {0.5})
    assert list(filled.levels) == list(contours.levels)
    found = landscape([model.weights], lambda: model.weights[0] * model.weights[0] + 1.0, reach=1.0, size=5, seed=3)
    assert list(filled.levels) == found.levels()
    assert (written(axes.xaxis), written(axes.yaxis), written(bar.yaxis)[0]) == (HOUSE, HOUSE, HOUSE[0])
    assert chart.description == "loss landscape around 10"


def test_levels_of_a_landscape_are_denser_where_the_loss_is_low():
    levels = Landscape([], [[1.0, 2.0, 9.0], [5.0, NAN, 100.0]], 1.0).levels()
    assert (levels[0], levels[14]) == (1.0, 9.0), "the highest quarter has no line"
    assert levels[7] == pytest.approx(1.0 + 8.0 * 0.5**1.5)
    assert Landscape([], [[-3.0, -3.0]], 1.0).levels()[14] == 0.0, "as wide as the loss is high"
    assert Landscape([], [[0.0]], 1.0).levels()[14] == 1.0


def test_a_landscape_needs_a_finite_loss_somewhere_and_takes_the_smallest_size():
    with pytest.raises(ValueError, match="nowhere finite"):
        landscape([[Value(1.0)]], lambda: NAN, reach=1.0, size=3, seed=0)
    x = Value(1.0)
    assert landscape([[x]], lambda: x, reach=1.0, size=3, seed=0).steps == [-1.0, 0.0, 1.0]
    assert landscape([[x]], lambda: 1e300, reach=1.0, size=3, seed=0).here == 1e150, "drawn where there is room"


def test_a_decision_boundary_whole():
    chart = viz.decision_boundary(lambda row: 2.0 * row[1] - 1.0, ROWS, TARGETS, size=20)
    (axes,) = chart.figure.axes
    title = "the model over its inputs"
    assert frame(chart) == ((5.2, 4.6), title, ("x[0]", "x[1]"), ("linear", "linear"), (False, False))
    filled, line, *marks = axes.collections
    assert filled.levels.tolist() == pytest.approx([3.6 * (k - 8) / 8 for k in range(17)]), "as far below as above"
    assert (filled.norm.vmin, filled.norm.vcenter, filled.norm.vmax) == pytest.approx((-3.6, 0.0, 3.6))
    assert (filled.extend, line.levels.tolist(), line.get_linewidths().tolist()) == ("both", [0.0], [1.6])
    assert [to_hex(c) for c in line.get_edgecolors()] == [palette.FIELD[0].lower()]
    assert {text.get_text() for text in line.labelTexts} == {"0"}
    assert {text.get_fontsize() for text in line.labelTexts} == {9}
    assert [(to_hex(m.get_facecolors()[0]), to_hex(m.get_edgecolors()[0])) for m in marks] == [
        (palette.FIELD[k].lower(), palette.FIELD[3].lower()) for k in (1, 2)
    ]
    assert [(m.get_sizes().tolist(), m.get_linewidths().tolist(), m.get_zorder()) for m in marks] == [
        ([46], [0.8], 3)
    ] * 2
    shapes = [m.get_paths()[0].vertices.tolist() for m in marks]
    assert shapes[0] != shapes[1]
    assert legend(axes) == ["target 0", "target 1"]
    assert axes.get_legend()._ncols == 2
    assert (written(axes.xaxis), written(axes.yaxis)) == (HOUSE, HOUSE)
    assert chart.description == "decision boundary over 4 rows of two inputs"
    blank = viz.decision_boundary(lambda row: NAN if row[0] < 0.0 else row[0], ROWS, TARGETS, size=5)
    assert chart_title(blank) == "the model over its inputs (blank: nan)"
    flat = viz.decision_boundary(lambda row: 3.0, ROWS, TARGETS, size=5)
    assert flat.figure.axes[0].collections[0].levels.tolist() == pytest.approx([3.0 * (k - 8) / 8 for k in range(17)])
    assert len(flat.figure.axes[0].collections) == 3, "no line where nothing crosses"
    zero = viz.decision_boundary(lambda row: 0.0, ROWS, TARGETS, size=5, level=0.0)
    assert zero.figure.axes[0].collections[0].levels[-1] == 1.0
    default = viz.decision_boundary(lambda row: row[0], ROWS, TARGETS, level=1.0)
    assert default.figure.axes[0].collections[1].levels.tolist() == [1.0]


def test_a_boundary_of_classes_whole():
    rows = [[float(k), float(k % 2)] for k in range(5)]
    chart = viz.decision_boundary(lambda row: [-row[0] * k + row[0] for k in range(3)], rows, [0, 1, 2, 3, 4], size=8)
    (axes,) = chart.figure.axes
    filled, line, *marks = axes.collections
    assert filled.levels.tolist() == [-0.5, 0.5, 1.5, 2.5]
    assert line.levels.tolist() == [0.5, 1.5]
    assert line.get_linewidths().tolist() == [1.2, 1.2]
    assert filled.get_facecolors()[:, :3].tolist() == pytest.approx(
        [pytest.approx([0.98 - 0.25 * s, 0.93 - 0.2 * s, 0.85 + 0.1 * s]) for s in (0.0, 0.5, 1.0)]
    )
    colors = [to_hex(m.get_facecolors()[0]) for m in marks]
    assert colors == [palette.FIELD[k].lower() for k in (1, 2, 0, 1, 2)]
    assert len({str(m.get_paths()[0].vertices.tolist()) for m in marks}) == 5, "each class has a mark of its own"
    assert axes.get_legend()._ncols == 4


def test_an_activation_whole():
    chart = viz.activation("tanh")
    (axes,) = chart.figure.axes
    size, title, *others = frame(chart)
    assert size == (5.6, 3.6)
    assert title.replace("\n", " ") == TABLE["tanh"].rule.__doc__.strip()
    assert others == [("x", ""), ("linear", "linear"), (True, True)]
    quiet = palette.QUIET.lower()
    assert [line[2:] for line in lines(axes)] == [
        (quiet, "-", 0.8),
        (quiet, "-", 0.8),
        (palette.FORWARD.lower(), "-", 1.8),
        (palette.BACKWARD.lower(), "--", 1.8),
    ]
    level, upright, curve, _ = axes.get_lines()
    assert (list(level.get_ydata()), list(upright.get_xdata())) == ([0.0, 0.0], [0.0, 0.0])
    assert (curve.get_xdata()[0], curve.get_xdata()[-1]) == (-4.0, 4.0)
    assert legend(axes) == ["tanh", "tanh′, its derivative"]
    assert (axes._left_title.get_fontsize(), axes._left_title.get_fontweight()) == (9, "normal")
    assert (written(axes.xaxis), written(axes.yaxis)) == (HOUSE, HOUSE)
    assert chart.description == "tanh and its derivative from −4 to 4"
    by_row = viz.activation(TABLE["sigmoid"])
    assert by_row.description.startswith("sigmoid")
    for wrong, error in ((3, TypeError), ("atan2", ValueError)):
        with pytest.raises(error):
            viz.activation(wrong)


@pytest.mark.parametrize(
    ("x", "seen"), [(1e150, 1e150), (1.1e150, 1e150), (-1.1e150, -1e150), (INFINITY, 1e150), (2.0, 2.0), (NAN, NAN)]
)
def test_what_is_far_is_drawn_where_there_is_room(x, seen):
    assert clipped(x) == pytest.approx(seen, rel=0.0, abs=0.0, nan_ok=True)


def test_pictures_reach_to_1e150():
    assert near("low", -1e150) == -1e150
    for x in (1.1e150, -INFINITY, NAN):
        with pytest.raises(ValueError, match="low="):
            near("low", x)
    with pytest.raises(TypeError, match="low="):
        near("low", "1")


@pytest.mark.parametrize(
    ("low", "high", "level"), [(0.0, 1.0, 0.5), (-0.1, 1.0, 0.0), (0.0, 1.1, 0.0), (0.25, 0.75, 0.5)]
)
def test_shares_cross_at_a_half(low, high, level):
    assert Field([[low, high]], (0.0, 1.0), (0.0, 1.0), None, [], [0, 1]).level == level


def test_a_field_says_what_its_characters_mean():
    field = Field([[1.0, -1.0]], (0.0, 1.0), (0.0, 1.0), None, [], [0, 1])
    assert field.legend() == "█▓ output above 0  ░  below (blank: far below)  × target 1  o target 0"
    assert (field.blank, field.many) == (0, False)
    half = Field([[1.0, 0.0]], (0.0, 1.0), (0.0, 1.0), 0.5, [], [0, 1])
    assert [half.shade(x) for x in (0.2, 0.3, 0.7, 0.8)] == [" ", "░", "▓", "█"]
    broken = Field([[1.0, NAN], [NAN, 2.0]], (0.0, 1.0), (0.0, 1.0), None, [], [3])
    assert (broken.blank, broken.shade(NAN), broken.mark(3)) == (2, "?", "×")
    assert broken.legend().endswith("× target 3  ? not finite")
    several = Field([[1.0, -1.0]], (0.0, 1.0), (0.0, 1.0), None, [], [0, 5, 7])
    assert [several.mark(t) for t in (0, 5, 7)] == ["0", "1", "2"]
    assert several.legend().startswith("shade: the class")
    classes = Field([[0, 1, 2, 3, 4, 5]], (0.0, 1.0), (0.0, 1.0), None, [], [0, 1])
    assert [classes.shade(k) for k in range(6)] == [" ", "░", "▒", "▓", "█", " "]
    assert classes.legend().startswith("shade: the class")
    ten = Field([[0.0, 1.0]], (0.0, 1.0), (0.0, 1.0), None, [], list(range(12)))
    assert [ten.mark(t) for t in (9, 10, 11)] == ["9", "0", "1"]


def test_an_answer_of_one_score_is_that_score():
    field = Field.over(lambda row: [row[0]], ROWS, [[0], [1], [0], [1]], 2, 2)
    assert (field.outputs[0], field.many, field.targets) == ([pytest.approx(-0.6), pytest.approx(4.6)], False, TARGETS)
