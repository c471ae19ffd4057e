"""All that Python hands to the stepping page, whole: two losses that are computed by hand, boxes, marks, paths."""

import base64
import math
from array import array

import pytest

import nn
import viz
from autograd import Value, dot, total
from autograd.explain.events import SENTENCES
from viz.pages.steps import steps as page


def doubles(text):
    return array("d", base64.b64decode(text)).tolist()


def told(loss, **given):
    """Return a page's data with its packed numbers as numbers."""
    data = dict(viz.steps(loss, **given).data)
    data |= {name: doubles(data[name]) for name in ("values", "locals", "after", "sent", "later")}
    *data["paths"], products = data["paths"]
    return data | {"products": doubles(products)}


def same(data, wanted):
    for name, x in wanted.items():
        assert data[name] == x, name


def forms(*names):
    """Return how events are written: their class, phase and sentence."""
    kinds = {"compute": "Compute", "seed": "Seed", "collect": "Collect", "keep": "Accumulate", "descend": "Update"}
    phases = {"compute": "forward", "descend": "update"}
    return [[kinds.get(name, "Send"), phases.get(name, "backward"), SENTENCES[name]] for name in names]


def test_a_weighted_sum_its_square_and_a_weight_that_is_used_twice():
    # z = 0.5 · 2 + 0.25 = 1.25, L = z² · 0.5 + 3; ∂L/∂z = 2 · 1.25 · 0.5, to w also z² comes
    x, w, b = Value(2.0, "x"), Value(0.5, "w"), Value(0.25, "b")
    z = dot([w], [x], b)
    data = told(z * z * w + 3.0, learning_rate=0.5)
    same(data, {
        "nodes": [
            ["w", "", -1, -1, -1], ["x", "", -1, -1, -1], ["b", "", -1, -1, -1], ["v₁", "", -1, -1, 0, [0, 1, 2], ""],
            ["v₂", "", -1, -1, 1, [3, 3], "v₁"], ["v₃", "", -1, -1, 1, [4, 0], ["w", "v₂"]], ["3", "", -1, -1, -2],
            ["L", "", -1, -1, 2, [5, 6], ["1", ""]],
        ],
        "operations": [
            ("w · x", "dot", "[0]·[1] + [2]", "({0})({1}) + [2]"), ("×", "multiply", "{0} × [1]"),
            ("+", "", "{0} + [1]"),
        ],
        "values": [0.5, 2.0, 0.25, 1.25, 1.5625, 0.78125, 3.0, 3.78125],
        "locals": [1.25, 1.25, 0.5, 1.5625, 1.0, 1.0],
        "marks": {},
        "forms": forms(
            "compute", "seed", "send", "send one", "send last", "send subtotal", "collect", "keep", "descend",
        ),
        "events": "aaaabccddefccghhhiii",
        "actors": [3, 4, 5, 7, 7, 7, 5, 5, 4, 4, 3, 3, 3, 0, 0, 1, 2, 0, 1, 2],
        "slots": [0, 0, 1, 0, 1, 0, 1, 2],
        "after": [1.0, 1.5625, 0.625, 1.25, 2.5, 4.0625, -1.53125, 1.6875, -0.375],
        "sent": [1.0, 0.5, 1.5625, 0.625, 0.625, 2.5, 0.625, 1.25],
        "subtotals": [(10, 0), (13, 0)],
        "rate": 0.5,
        "groups": [],
        "rows": 1,
        "ends": "22240202020024224224",
        "paths": [
            ["3", 7, 0, 10, 0, 10, 1], ["2", 11, 0, 11, 1], ["2", 12, 0, 12, 1], ["2", 8, 0, 9, 0], ["1", 6, 0],
            ["1", 5, 0], [], [],
        ],
        "products": [1.5625, 1.25, 1.25, 0.3125, 0.3125, 0.625, 0.625, 0.625, 0.625, 0.5, 1.0],
    })  # fmt: skip
    w, x, b = data["after"][-3:]
    z = w * x + b
    assert data["later"] == [w, x, b, z, z * z, z * z * w, 3.0, z * z * w + 3.0]


def two_rows():
    """Return the loss of a network of two units over two rows: the first answers 1.625 and 2.125, the second is off."""
    model = nn.MLP(1, [2, 1], activation="relu", seed=0)
    for p, x in zip(model.parameters(), [1.0, 2.0, -1.0, -8.0, 0.5, 0.25, 0.125], strict=True):
        p.data = x
    return model, nn.mean_squared_error([model([1.0]), model([2.0])], [0.0, 1.0])


def test_a_network_over_two_rows():
    data = told(two_rows()[1], learning_rate=0.5)
    assert [(name, path, group, row) for name, path, group, row, *_ in data["nodes"]] == [
        ("w⁽²⁾₁₁", "layers.1.neurons.0.weights.0", 1, -1), ("w⁽²⁾₁₂", "layers.1.neurons.0.weights.1", 1, -1),
        ("w⁽¹⁾₁₁", "layers.0.neurons.0.weights.0", 3, -1), ("x₁[1]", "", -1, 0),
        ("b⁽¹⁾₁", "layers.0.neurons.0.bias", 3, -1), ("z⁽¹⁾₁[1]", "layers.0.neurons.0.z", 3, 0),
        ("a⁽¹⁾₁[1]", "layers.0.neurons.0.a", 3, 0), ("w⁽¹⁾₂₁", "layers.0.neurons.1.weights.0", 4, -1),
        ("b⁽¹⁾₂", "layers.0.neurons.1.bias", 4, -1), ("z⁽¹⁾₂[1]", "layers.0.neurons.1.z", 4, 0),
        ("a⁽¹⁾₂[1]", "layers.0.neurons.1.a", 4, 0), ("b⁽²⁾₁", "layers.1.neurons.0.bias", 1, -1),
        ("z⁽²⁾₁[1]", "layers.1.neurons.0.z", 1, 0), ("0", "", -1, 0), ("v₁", "", -1, 0), ("v₂", "", -1, 0),
        ("x₁[2]", "", -1, 1), ("z⁽¹⁾₁[2]", 5, 3, 1), ("a⁽¹⁾₁[2]", 6, 3, 1), ("z⁽¹⁾₂[2]", 9, 4, 1),
        ("a⁽¹⁾₂[2]", 10, 4, 1), ("z⁽²⁾₁[2]", 12, 1, 1), ("1", "", -1, 1), ("v₃", "", -1, 1), ("v₄", "", -1, 1),
        ("v₅", "", -1, -1), ("2", "", -1, -1), ("L", "", -1, -1),
    ]  # fmt: skip
    same(data, {
        "values": [
            0.5, 0.25, 1.0, 1.0, 2.0, 3.0, 3.0, -1.0, -8.0, -9.0, 0.0, 0.125, 1.625, 0.0, 1.625, 2.640625, 2.0, 4.0,
            4.0, -10.0, 0.0, 2.125, 1.0, 1.125, 1.265625, 3.90625, 2.0, 1.953125,
        ],
        "marks": {10: "dead", 20: "dead"},
        "groups": [
            ["layer 2", "layer", -1], ["layer 2, neuron 1", "neuron", 0], ["layer 1", "layer", -1],
            ["layer 1, neuron 1", "neuron", 2], ["layer 1, neuron 2", "neuron", 2],
        ],
        "rows": 2,
        "ends": "12133231213322240202023000031021030230000310210413121341312134",
    })  # fmt: skip
    assert data["after"][-7:] == [-4.1875, 0.25, 0.03125, 1.3125, -1.0, -8.0, -1.25]
    assert data["paths"][:5] == [
        ["4", 37, 0, 37, 1, 23, 0], ["4", 24, 0, 24, 1, 38, 0], ["4", 32, 0, 32, 1, 46, 0], [],
        ["4", 47, 0, 47, 1, 33, 0],
    ]  # fmt: skip


def chain(count):
    v = Value(1.0, "x")
    for _ in range(count):
        v = -v
    return v


@pytest.mark.parametrize(
    ("count", "parts", "runs"),
    [
        (41, [], []),  # one box more would hide nothing
        (42, [], [(-1, 40), (-1, 1)]),  # the root stays in sight
        (81, [], [(-1, 40), (-1, 40)]),
        (82, [], [(-1, 40), (-1, 40), (-1, 1)]),
        (1601, [], [(-1, 40)] * 40),
        (1602, ["part 1", "part 2"], [(0, 40)] * 40 + [(1, 1)]),
        (1642, ["part 1", "part 2"], [(0, 40)] * 40 + [(1, 40), (1, 1)]),
    ],
)
def test_nodes_without_names_fold_in_runs_and_runs_in_parts(count, parts, runs):
    data = viz.steps(chain(count)).data
    nodes, groups = data["nodes"], data["groups"]
    found = groups[len(parts) :]
    assert groups[: len(parts)] == [[title, "part", -1] for title in parts]
    inside = [[row[0] for row in nodes[1:] if row[2] == k] for k in range(len(parts), len(groups))]
    assert [(box[2], len(names)) for box, names in zip(found, inside, strict=True)] == runs
    assert [box[:2] for box in found] == [[f"{names[0]} … {names[-1]}", "run"] for names in inside]
    assert nodes[-1][2] == -1
    assert nodes[0][2] == (len(parts) if runs else -1), "what a box alone uses stands in it"


def test_many_inputs_of_no_box_have_one_of_their_own():
    for count, groups in ((40, []), (41, [["inputs", "inputs", -1]])):
        data = viz.steps(total([Value(1.0, f"x{k}") for k in range(count)])).data
        assert (data["groups"], {row[2] for row in data["nodes"][:-1]}) == (groups, {len(groups) - 1})
    shared = Value(2.0, "x")
    loss = shared
    for _ in range(60):
        loss = loss * shared
    assert viz.steps(loss).data["nodes"][0][2] == -1, "two boxes use it"


def test_where_a_number_was_born_that_is_none():
    zero, one = Value(0.0, "x"), Value(1.0, "y")
    for loss, marks in (
        (zero.log() * 0.0, {1: "inf born here", 0: "gradient nan born here"}),
        (zero**0.5 * 2.0, {0: "gradient inf born here"}),
        ((zero * 3.0) ** 0.5 * 2.0, {2: "gradient inf born here"}),  # and sent on to x, where it was not born
        (one * math.inf - math.inf, {0: "gradient inf born here", 1: "inf born here", 3: "inf born here"}),
        (one * 2.0, {}),
    ):
        assert viz.steps(loss).data["marks"] == marks


def test_paths_are_counted_up_to_a_quadrillion():
    v = Value(1.0, "x")
    for _ in range(49):
        v = v + v
    assert viz.steps(v).data["paths"][0][0] == "562,949,953,421,312"
    assert viz.steps(v + v).data["paths"][0][0] == "over 10¹⁵"


def test_what_is_moved_by_what(monkeypatch):
    w, x = Value(3.0, "w"), Value(2.0, "x")
    loss = w * x
    assert told(loss, parameters=w)["after"][-1] == 2.8
    assert told(loss)["after"][-2:] == [2.8, 1.7], "every leaf, where no module named one"
    model, other = two_rows()
    unused = Value(5.0)
    optimizer = nn.SGD([unused, *model.parameters()], learning_rate=0.5)
    assert sorted(told(other, optimizer=optimizer)["after"]) == sorted(told(other, learning_rate=0.5)["after"])
    assert (unused.data, optimizer.step_count) == (5.0, 0)
    assert told(loss, parameters=[unused])["rate"] is None, "nothing of it is in the graph"
    monkeypatch.setattr(page, "LARGEST", 3)
    viz.steps(loss)
    with pytest.raises(ValueError, match="this graph has 4 nodes, and nobody steps through more than 3"):
        viz.steps(-loss)


def test_without_a_rule_of_the_table_nothing_is_foretold(monkeypatch):
    square = Value(3.0, "w") ** 2.0
    assert told(square, learning_rate=0.5)["later"] == [0.0, 2.0, 0.0]
    monkeypatch.setattr(page, "TABLE", {})
    assert viz.steps(square).data["later"] == ""


def test_lost_digits_are_marked_if_they_are_asked_for(monkeypatch):
    y = Value(2.0, "x") * 3.0
    monkeypatch.setattr(page, "digits_lost", lambda roots: {y: ["2 digits lost", "1 digit lost in the derivative"]})
    loss = y * 5.0
    assert viz.steps(loss).data["marks"] == {}
    assert viz.steps(loss, digits=True).data["marks"] == {2: "2 digits lost; 1 digit lost in the derivative"}
