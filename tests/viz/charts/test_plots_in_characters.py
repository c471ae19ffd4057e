"""Plots, trees and tables in characters: where each mark stands, and what is counted instead of shown."""

import math

import pytest

from autograd import Value, dot
from viz import terminal
from viz.charts.plotting import _sheet, curve, framed, levels, losses_of
from viz.support.characters import BAR_COLUMNS, Framed, Scale, aligned, boxed, cut_line, paint
from viz.support.labels import columns, kind_of, last_word, padded


def dots(canvas):
    """The dots of a canvas as (column, row from the bottom)."""
    found, bits = set(), ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    for top, line in enumerate(canvas):
        for left, character in enumerate(line):
            cell = 0 if character == " " else ord(character) - 0x2800
            for down in range(4):
                for right in range(2):
                    if cell & bits[down][right]:
                        found.add((2 * left + right, 4 * len(canvas) - 1 - (4 * top + down)))
    return found


def test_each_dot_of_a_canvas_stands_where_it_was_set():
    for x in range(4):
        for y in range(8):
            assert dots(_sheet([(x, y)], 2, 2)) == {(x, y)}
    column = [(1, 2), (1, 3), (1, 4)]
    assert dots(_sheet(column, 2, 2)) == set(column)
    for width, height in ((1, 2), (2, 1)):
        with pytest.raises(ValueError, match=f"at least 2 columns and 2 lines, not {width} and {height}"):
            curve([1.0], width, height, logarithmic=False)


def test_a_curve_joins_its_points_and_spans_what_shares_a_column():
    lines, low, high = curve([0.0, 7.0], 2, 2, logarithmic=False)
    assert (low, high) == (0.0, 7.0)
    assert dots(lines) == {(round(3 * k / 7), k) for k in range(8)}
    lines, _, _ = curve([0.0, 7.0, 3.0, 5.0], 2, 2, logarithmic=False)
    assert {(0, 0), (1, 7), (2, 3), (3, 5)} <= dots(lines)
    lines, _, _ = curve([5.0, 5.0, 5.0], 2, 2, logarithmic=False)
    assert dots(lines) == {(x, 3) for x in range(4)}, "a flat one runs in the middle"
    lines, _, _ = curve([1.0], 2, 2, logarithmic=False)
    assert dots(lines) == {(0, 3)}
    lines, _, _ = curve([0.0, math.nan, 7.0], 2, 2, logarithmic=False)
    assert dots(lines) == {(0, 0), (3, 7)}, "a gap is not joined"
    many = [0.0, 7.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    lines, _, _ = curve(many, 2, 2, logarithmic=False)
    assert {(0, y) for y in range(8)} <= dots(lines), "a column spans all that falls in it"


def test_a_logarithmic_curve_leaves_out_what_has_no_logarithm():
    lines, low, high = curve([1.0, 0.0, -1.0, math.e**7], 2, 2, logarithmic=True)
    assert (low, high) == pytest.approx((1.0, math.e**7))
    assert dots(lines) == {(0, 0), (3, 7)}
    with pytest.raises(ValueError, match="none of the 2 numbers is finite and positive: there is nothing to plot"):
        curve([0.0, -1.0], 2, 2, logarithmic=True)


def test_levels_are_named_at_the_top_the_middle_and_the_bottom():
    assert levels(0.0, 8.0, 5, logarithmic=False) == {0: "8", 2: "4", 4: "0"}
    assert levels(0.0, 9.0, 4, logarithmic=False) == {0: "9", 2: "3", 3: "0"}
    assert levels(1.0, 10_000.0, 5, logarithmic=True) == {0: "10000", 2: "100", 4: "1"}
    assert levels(2.0, 2.0, 6, logarithmic=False) == {3: "2"}


def test_a_frame_has_its_labels_at_the_lines_and_spread_below():
    assert framed(["ab       c", "d         "], {0: "10", 1: "5"}, ("0", "5", "10"), "title").split("\n") == [
        "    title",
        "10 ┤ab       c",
        " 5 ┤d",
        "   └──────────",
        "    0   5   10",
    ]
    assert framed(["abc"], {0: "1"}, ("100", "200")).split("\n")[-1] == "   100", "what has no room is left out"
    assert framed(["abcd", "efgh"], {1: "1"}, ("7",)).split("\n") == ["  │abcd", "1 ┤efgh", "  └────", "   7"]


def test_a_loss_curve_has_its_epochs_and_counts_what_is_not_finite():
    plot = terminal.loss_curve([4.0, math.inf, math.nan, -math.inf, 1.0], width=10, height=3, first=10).split("\n")
    assert plot[0].strip() == "loss 4 → 1, epochs 10 to 14 · 3 not finite"
    assert plot[-1].split() == ["10", "12", "14"]
    assert terminal.loss_curve([2.0], width=10, height=3).split("\n")[-1].split() == ["0"]
    assert terminal.loss_curve([2.0, 1.0], width=10).split("\n")[-1].split() == ["0", "1"]
    assert "not finite" not in terminal.loss_curve([2.0, 1.0])
    whole = terminal.loss_curve([2.0, 1.0]).split("\n")
    assert (len(whole), len(whole[-2].split("└")[1])) == (15, 64)
    for what in ("abc", Value(1.0), 3.0):
        with pytest.raises(TypeError, match="a history, or a list of losses"):
            losses_of(what)
    assert losses_of([Value(1.0), 2]) == [1.0, 2.0]


def test_a_boundary_marks_its_rows_with_room_beside_them():
    rows, targets = [[0.0, 0.0], [4.0, 2.0]], [0, 1]
    plot = terminal.decision_boundary(lambda row: row[0] - 2.0, rows, targets, width=13, height=5).split("\n")
    cells = [line[line.index("┤" if "┤" in line else "│") + 1 :].ljust(13) for line in plot[:5]]
    assert [cell.rstrip() for cell in cells] == [
        "    ░░░▓▓▓ ×",
        "    ░░░▓▓▓███",
        "    ░░░▓▓▓███",
        "    ░░░▓▓▓███",
        " o  ░░░▓▓▓███",
    ]
    assert plot[6].split() == ["−0.6", "2", "4.6"]
    assert [line.split("┤")[0].strip() for line in plot[:5] if "┤" in line] == ["2.3", "1", "−0.3"]
    assert plot[-1].startswith("█▓ output above 0  ░  below")
    whole = terminal.decision_boundary(lambda row: row[0], rows, targets).split("\n")
    assert (len(whole), len(whole[-3].split("└")[1])) == (21, 48)


# ------------------------------------------------------------------------------------------ trees and tables
def test_a_tree_counts_what_it_does_not_show():
    x = [Value(float(k), f"x{k}") for k in range(4)]
    root = dot(x[:2], x[2:]) * 2.0
    assert [line.split()[0:3] for line in terminal.tree(root, depth=1).split("\n")[2:]] == [
        ["L", "=", "×"],
        ["├─", "v₁", "="],
        ["│", "└─", "…"],
        ["└─", "2", "2"],
    ]
    assert "… 4 operands below (depth=… opens more)" in terminal.tree(root, depth=1)
    assert "… 1 operand below" in terminal.tree(x[1].exp().exp(), depth=1)
    assert "below" not in terminal.tree(root, depth=2)
    assert terminal.tree(root, depth=0).split("\n")[3].startswith("└─ … 2 operands below")
    few = terminal.tree(root, children=3)
    assert "… 1 more operands (children=… shows more)" in few
    assert [name in few for name in ("x₂", "x₃")] == [True, False]
    assert "more operands" not in terminal.tree(root, children=4)
    assert "cut" not in terminal.tree(root, lines=7)
    assert "… cut at 6 lines (lines=… shows more)" in terminal.tree(root, lines=6)
    root.backward()
    (two,) = [line for line in terminal.tree(root).split("\n") if "└─ 2" in line]
    assert two.split() == ["└─", "2", "2"], "a constant has no gradient"
    assert terminal.tree(root).split("\n")[0].split() == ["value", "gradient", "∂above/∂this"]


def test_a_table_names_lists_and_groups():
    a, b = Value(1.0, "a"), Value(2.0)
    assert [line.split() for line in terminal.table([a, b]).split("\n")[2:]] == [["a", "1", "—"], ["[1]", "2", "—"]]
    assert terminal.table({}) == "no parameters"
    with pytest.raises(TypeError, match="a table shows Values, and x is float"):
        terminal.table({"x": 1.0})
    for wrong in (a, "abc"):
        with pytest.raises(TypeError, match="a table needs a model"):
            terminal.table(wrong)
    (a * 3.0).backward()
    weights = {"layers.0.weights.0": a, "layers.0.weights.1": b, "layers.0.bias": Value(5.0)}
    heads, rule, *groups = terminal.table(weights, rows=2).split("\n")
    assert heads.split("  ")[0] == "parameters"
    assert [line.split() for line in groups] == [
        ["layers.0.weights", "2", "1", "1.5", "2", "3", "3", "3"],
        ["layers.0.bias", "1", "5", "5", "5", "—", "—", "—"],
    ]
    assert len(rule) == max(map(len, [heads, *groups]))
    assert len(terminal.table(weights, rows=3).split("\n")) == 5


# -------------------------------------------------------------------------------------------- characters
def test_a_bar_runs_from_where_the_last_one_ended():
    scale = Scale([4.0])
    assert (scale.low, scale.high) == (0.0, 4.0)
    assert scale.bar(0.0, 4.0) == "│" + "█" * BAR_COLUMNS
    assert scale.bar(2.0, 4.0) == "│" + " " * (BAR_COLUMNS // 2) + "█" * (BAR_COLUMNS // 2)
    assert scale.bar(4.0, 2.0) == "│" + " " * (BAR_COLUMNS // 2) + "░" * (BAR_COLUMNS // 2)
    assert scale.bar(2.0, 2.0) == "│"
    assert Scale([-1.0]).bar(0.0, -1.0) == "░" * BAR_COLUMNS + "│"
    assert Scale([-2.0, 2.0]).bar(-2.0, 2.0) == "█" * (BAR_COLUMNS // 2) + "│" + "█" * (BAR_COLUMNS // 2)
    assert Scale([]).bar(0.0, 0.0) == "│"
    assert [scale.bar(0.0, math.inf), scale.bar(math.nan, 0.0)] == ["‼", "‼"]


def test_boxes_are_as_wide_as_what_they_hold():
    boxes = [Framed("value", "► value", 1.5, "a"), Framed("local", "× local", -2.0, "a foot of 22 letters..", "", "×")]
    top, middle, bottom = boxed(boxes)
    assert top == "      ┌─ ► value ───┐   ╭─ × local ─────────────╮"
    assert middle == "      │     1.5     │ × │          −2           │"
    assert bottom == "      └─ a ─────────┘   ╰─ a foot of 22 lette… ─╯"
    wide = boxed([Framed("value", "t", -1.2345e-300, "f")])
    assert [line.strip() for line in wide] == ["┌─ t ───────────┐", "│  −1.234e-300  │", "└─ f ───────────┘"]
    four = boxed([Framed("sent", "t", 0.0, "nineteen letters !!")] * 4)
    assert four[2].count("nineteen letters…") == 4
    three = boxed([Framed("sent", "t", 0.0, "nineteen letters !!")] * 3)
    assert three[2].count("nineteen letters !!") == 3


def test_lines_are_cut_and_numbers_stand_below_one_another():
    assert [cut_line("abcd", width) for width in (5, 4, 3)] == ["abcd", "abcd", "ab…"]
    assert aligned(["1.5", "−10", "0.25"]) == ["  1.5 ", "−10   ", "  0.25"]
    assert aligned([]) == []
    assert [columns("aé"), columns("日本"), columns("e\u0301")] == [2, 4, 1]
    assert (padded("日", 4), padded("日", 4, right=True), padded("abc", 2)) == ("日  ", "  日", "abc")
    assert paint("text", "forward") == "text", "no terminal, no color"


@pytest.mark.parametrize(
    ("path", "word", "kind"),
    [
        ("layers.0.neurons.3.weights.1", "weights", "layers.0.weights"),
        ("layers.0.neurons.3.bias", "bias", "layers.0.bias"),
        ("neurons.3.bias", "bias", "bias"),
        ("weights.1", "weights", "weights"),
        ("cell.weights.0.1", "weights", "cell.weights"),
        ("3", "3", "3"),
    ],
)
def test_what_a_path_is_called(path, word, kind):
    assert (last_word(path), kind_of(path)) == (word, kind)
