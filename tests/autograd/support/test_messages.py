"""What a person who makes a slip is told: the call, the numbers, the way out."""

import inspect
import math

import numpy as np
import pytest

import autograd as ag
import nn
import viz
from autograd import Value, gradcheck


def called(function):
    """Return the error that `function` ends in."""
    with pytest.raises((TypeError, ValueError, OverflowError, AttributeError)) as caught:
        function()
    return f"{type(caught.value).__name__}: {caught.value}"


x = Value(2.0, "x")
deep: list = [1.0]
for _ in range(10**5):
    deep = [deep]
holding: list = [1.0]
holding.append(holding)


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda: Value(10**400), "OverflowError: this int lies beyond the largest float, 1.8e308: scale it"),
        (lambda: x + 10**400, "OverflowError: this int lies beyond"),
        (lambda: Value(Value), "TypeError: a real number is needed here, not type; Value is a type itself"),
        (lambda: Value(x > 0), "TypeError: a number is needed here, and this is a Condition: where(condition"),
        (lambda: Value(2.0, ("a", "b")), "TypeError: the name of a Value is text, not ('a', 'b')"),
        (lambda: f"{x:.2f}", "TypeError: Value(2.0, name='x') is not formatted as a number: use its number"),
        (lambda: type("Mine", (Value,), {}), "TypeError: class Mine(Value): operations know Values by their class"),
        (lambda: ag.largest([]), "ValueError: largest of no values is not defined: pass at least one"),
        (lambda: ag.mean([]), "ValueError: mean of no values"),
        (lambda: ag.mean(3), "TypeError: mean takes a sequence of numbers or Values, not int"),
        (lambda: ag.total(x), "TypeError: total takes a sequence of numbers or Values, not Value"),
        (lambda: ag.dot(x, x), "TypeError: dot takes a sequence of numbers or Values, not Value"),
        (lambda: ag.exp(), "TypeError: exp takes 1 input, not 0"),
        (lambda: ag.dot([x], bias=x), "TypeError: dot(weights, inputs, bias) was given no inputs"),
        (lambda: ag.elu(x, x=x), "TypeError: elu(x, alpha): x was given twice"),
        (lambda: x.elu(slope=0.1), "TypeError: Methods.elu() got an unexpected keyword argument 'slope'"),
        (lambda: ag.topological_order(3), "TypeError: a graph is that of a Value, not of int"),
        (lambda: ag.explain(3, x), "TypeError: a graph is that of a Value, not of int"),
        (lambda: ag.gradients(x * x, x), "TypeError: gradients takes a list of inputs: gradients(output, [Value("),
        (lambda: ag.gradients(x * x, [2.0]), "TypeError: gradients are those of a Value with respect to"),
        (lambda: ag.gradients(3.0, [x]), "TypeError: gradients are those of a Value with respect to"),
        (lambda: ag.grad(lambda v: v * v, (0, 0))(1.0), "ValueError: argnums=(0, 0) names an argument"),
        (lambda: ag.grad(lambda v, w: v * w, (1, -1))(1.0, 2.0), "ValueError: argnums=(1, -1) names an argument"),
        (lambda: ag.gradients(x * x, None), "TypeError: gradients takes a sequence of numbers or Values, not NoneType"),
        (lambda: ag.gradients(x * x, deep), "TypeError: gradients are those of a Value with respect to"),
        (lambda: ag.gradients(x * x, [x], "1"), "TypeError: a real number is needed here, not str"),
        (lambda: ag.grad(lambda v: v, True)(1.0), "TypeError: argnums=True: arguments are counted by whole numbers"),
        (lambda: ag.grad(lambda v: 1.0)(deep), "ValueError: this list is nested more than 100 deep"),
        (lambda: ag.jacobian(lambda v: holding)(1.0), "ValueError: this list is nested more than 100 deep"),
        (lambda: ag.take(deep, 0), "ValueError: this list is nested more than 100 deep"),
        (lambda: ag.take(np.array(3.0), 0), "TypeError: take looks up in a sequence of Values or a table of rows"),
        (lambda: ag.mean(np.array(3.0)), "TypeError: mean takes a sequence of numbers or Values, not ndarray"),
        (lambda: ag.dot(np.array(3.0), [1.0]), "TypeError: dot takes a sequence of numbers or Values, not ndarray"),
        (lambda: ag.total({1.0: x}), "TypeError: total takes a sequence of numbers or Values, not dict: pass a list"),
        (lambda: ag.softmax({x}), "TypeError: softmax takes a sequence of numbers or Values, not set: pass a list"),
        (lambda: ag.Group(3), "TypeError: Group takes a sequence of numbers or Values, not int: pass a list"),
        (lambda: setattr(Value(1.0), "name", 3), "TypeError: the name of a Value is text, not 3"),
        (lambda: setattr(Value(1.0), "label", 3), "TypeError: the name of a Value is text, not 3"),
        (lambda: Value(1.0, requires_grad=True), "TypeError: Value takes no requires_grad: every Value can have a"),
        (lambda: Value(1.0, _children=(x,)), "TypeError: Value takes no _children: operations record what they"),
        (lambda: x.backward(retain_graph=True), "TypeError: backward takes no retain_graph: graphs are kept"),
        (lambda: gradcheck(lambda: x * x, None), "TypeError: gradcheck takes a sequence of numbers or Values, not Non"),
        (lambda: gradcheck(3, [x]), "TypeError: gradcheck takes a function of no arguments"),
        (lambda: gradcheck(lambda: x * x, []), "ValueError: gradcheck was given no parameters"),
        (lambda: gradcheck(lambda: x * x, [x], epsilon=0), "ValueError: gradcheck(epsilon=0.0): epsilon must"),
        (lambda: gradcheck(lambda: x * x, [x], tolerance=math.nan), "ValueError: gradcheck(tolerance=nan): tolerance"),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_the_way_out(slip, told):
    assert called(slip).startswith(told)


def test_inputs_may_be_given_by_the_names_that_the_rule_has_for_them():
    assert ag.leaky_relu(-2.0, slope=0.5) == Value(-2.0).leaky_relu(slope=0.5).data == -1.0
    assert ag.elu(x=-1.0, alpha=2.0) == ag.elu(-1.0, 2.0)
    assert ag.dot([1.0], inputs=[3.0], bias=Value(4.0)).data == 7.0
    assert ag.dot(weights=[1.0], inputs=[3.0]) == 3.0


model, rows = nn.MLP(2, [1], seed=0), ([[0.0, 1.0]], [1.0])


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda: nn.MLP(2, None), "ValueError: an MLP needs the sizes of its layers, as in MLP(2, [16, 16, 1]), not N"),
        (lambda: nn.MLP(2, "12"), "ValueError: an MLP needs the sizes of its layers"),
        (lambda: nn.MLP(2, [1], initializer="he"), "TypeError: an initializer is a function, as nn.he_normal is"),
        (lambda: nn.SGD(x), "TypeError: SGD takes the Values to move, [w, b] or model.parameters(), not Value(2.0"),
        (lambda: nn.Adam(None), "TypeError: Adam takes the Values to move"),
        (lambda: nn.SGD(model.parameters), "TypeError: SGD takes the Values to move, [w, b] or model.parameters(), no"),
        (lambda: nn.SGD(model), "TypeError: SGD takes the Values to move, and this is a MLP: pass model.parameters()"),
        (lambda: nn.clip_by_norm(model), "TypeError: clip_by_norm takes the Values to clip, and this is a MLP: pass m"),
        (lambda: nn.clip_by_value([1.0], 1.0), "TypeError: clip_by_value takes the Values to clip, and number 0 of th"),
        (lambda: nn.Sequential([model]), "TypeError: Sequential takes its layers one by one, Sequential(first, second"),
        (lambda: nn.Sequential(model, nn.Softmax), "TypeError: Sequential takes modules and functions, and number 1 i"),
        (lambda: nn.Residual(3), "TypeError: the block of a Residual is a module or a function, and this is an int"),
        (lambda: nn.Checkpoint(None), "TypeError: the block of a Checkpoint is a module or a function, and this is No"),
        (lambda: nn.TrainingSession(3, *rows, loss=nn.hinge), "TypeError: a model is called on rows"),
        (lambda: nn.TrainingSession(nn.MLP, *rows, loss=nn.hinge), "TypeError: a model is called on rows"),
        (lambda: nn.TrainingSession(model, *rows, loss="mse"), "TypeError: loss is a function of predictions"),
        (
            lambda: nn.TrainingSession(model, *rows, loss=nn.hinge, optimizer=nn.SGD),
            "TypeError: optimizer is one that knows its parameters, as nn.SGD(model.parameters(), learning_rate",
        ),
        (
            lambda: nn.fit(model, *rows, loss=nn.hinge, optimizer=nn.SGD(nn.MLP(3, [1]).parameters()), epochs=1),
            "ValueError: the optimizer moves 4 Values, and none of this model's 3 parameters is among them: make it of",
        ),
        (lambda: ag.checkpoint(3.0), "TypeError: checkpoint takes a function, as in checkpoint(f)(x), not 3.0"),
    ],
)  # fmt: skip
def test_a_slip_in_training_is_answered_with_the_way_out(slip, told):
    assert called(slip).startswith(told)


def test_an_operation_shows_its_name_and_its_inputs():
    assert str(inspect.signature(ag.dot)) == (
        "(weights: 'Sequence[Value | float]', inputs: 'Sequence[Value | float]', bias: 'Value | float' = 0.0)"
        " -> 'Value | float'"
    )
    assert repr(ag.leaky_relu) == "<operation leaky_relu(x, slope=0.01)>", "which help(leaky_relu) begins with"
    assert ag.grad(ag.tanh).__name__ == "grad(tanh)"
    assert not hasattr(ag.tanh, "nonsense")


def test_numpy_integers_count_layers_and_units():
    assert nn.MLP(np.int64(2), [np.int64(4), np.int32(3), 1]).parameter_count() == 31
    assert called(lambda: nn.MLP(2.0, [1])) == "TypeError: the number of inputs is a whole number, not 2.0"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere' to leave 'x.svg' in"):
        viz.draw(x).save(tmp_path / "nowhere" / "x.svg")


def test_a_condition_equals_what_is_true_or_false_and_nothing_else():
    holds, fails = Value(1.0) > 0, Value(-1.0) > 0
    assert holds == True == (fails == False)  # noqa: E712
    assert holds == (Value(2.0) > 1)
    assert holds != fails
    assert fails != None  # noqa: E711
    assert holds != "yes"


def test_a_value_prints_as_it_is():
    assert f"{x}" == repr(x)


loss = nn.mean_squared_error([model(row) for row in rows[0]], rows[1])


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda: viz.steps(loss, optimizer="sgd"), "TypeError: optimizer is one of nn's, as nn.SGD(model.parameters()"),
        (lambda: viz.steps(loss, learning_rate="0.1"), "TypeError: a real number is needed here, not str; convert it"),
        (lambda: viz.terminal.loss_curve(3), "TypeError: a history, or a list of losses, is needed here, not int"),
        (lambda: viz.loss_curve("losses"), "TypeError: a history, or a list of losses, is needed here, not str"),
        (lambda: viz.film(model), "TypeError: a history, or a list of losses, is needed here, not MLP"),
        (lambda: viz.loss_landscape(model, loss), "TypeError: loss is a function that computes it anew, as lambda: …"),
        (lambda: viz.loss_curve([1.0, "a"]), "TypeError: a real number is needed here, not str"),
        (lambda: viz.film(loss), "TypeError: a history, or a list of losses, is needed here, not Value"),
        (lambda: viz.playground(model, *rows, batch_size="3"), "TypeError: batch_size must be a whole number, not '3'"),
        (
            lambda: viz.playground(model, *rows, optimizer="sgd"),
            "TypeError: optimizer is one of nn's, as nn.SGD(model.",
        ),
        (
            lambda: viz.playground(model, *rows, optimizer=nn.SGD),
            "TypeError: optimizer is one of nn's, as nn.SGD(model.",
        ),
        (lambda: viz.playground(model, *rows, loss="mse"), "TypeError: playground takes a function of predictions and"),
        (
            lambda: viz.Recorder(model, *rows, loss=loss),
            "TypeError: Recorder takes a function of predictions and targe",
        ),
        (lambda: viz.Recorder(model, *rows, most="5"), "TypeError: most must be a whole number, not '5'"),
        (lambda: viz.draw(loss, example="a"), "TypeError: example must be a whole number, not 'a'"),
        (lambda: viz.draw(loss, open=True), "TypeError: open takes a list of layers and neurons: open=["),
        (
            lambda: viz.draw(loss, open="layer 1"),
            "TypeError: open takes a list of layers and neurons: open=['layer 1']",
        ),
        (lambda: viz.draw_network(model, rows[0], example=0.5), "TypeError: example must be a whole number, not 0.5"),
        (lambda: viz.draw_network(model, 3), "TypeError: draw_network takes a row of 2 inputs, or several, not int"),
        (lambda: viz.tree(loss, depth="a"), "TypeError: depth must be a whole number, not 'a'"),
        (lambda: viz.tree(loss, lines=0), "ValueError: lines must be 1 or more, not 0"),
        (lambda: viz.table(model, rows=None), "TypeError: rows must be a whole number, not None"),
        (lambda: viz.table([1.0]), "TypeError: a table shows Values, and [0] is float"),
        (lambda: viz.histogram(loss), "TypeError: a model with named_parameters() is drawn here, not Value"),
        (lambda: viz.gradient_flow(loss), "TypeError: a model with named_parameters() is drawn here, not Value"),
        (
            lambda: viz.decision_boundary(loss, *rows),
            "TypeError: a boundary is drawn of a model, or a function of a row",
        ),
        (lambda: viz.draw(loss).save(3), 'TypeError: save takes the path of a file, as .save("picture.svg"), not int'),
        (
            lambda: viz.steps(loss).save(None),
            'TypeError: save takes the path of a file, as .save("page.html"), not Non',
        ),
        (
            lambda: ag.explain(loss, 3),
            "TypeError: explain(root, node) explains the gradient of one node, a Value or its n",
        ),
        (
            lambda: ag.explain(loss, model),
            "TypeError: explain(root, node) explains the gradient of one node, a Value or",
        ),
        (
            lambda: ag.explain(loss, loss, paths="3"),
            "TypeError: explain(root, node, paths='3'): so many paths is a whole",
        ),
        (lambda: viz.learning_rate_finder([1.0]), "TypeError: learning_rate_finder draws what nn.find_learning_rate r"),
    ],
)
def test_a_slip_in_drawing_is_answered_with_the_way_out(slip, told):
    assert called(slip).startswith(told)
