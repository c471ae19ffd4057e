"""What is said of what does not fit: the whole sentence, with the call, its numbers and the way out."""

import math
import re

import pytest

import nn
from autograd import Value
from nn.optim.clipping import report_norm
from nn.support import validate as v
from nn.support.contexts import bound
from nn.training.settings import checked_clip, checked_metrics, checked_schedule, checked_seed, checked_share

NAN = math.nan
ROW = [[1.0, 2.0], [3.0, 4.0]]


def optimizer(*values):
    return nn.SGD(values or [Value(0.0)])


LINE = nn.Neuron(1, None, seed=0)
ONE = {"inputs": [[1.0]], "targets": [1.0], "loss": nn.mean_squared_error}


class Odd:
    """What is no number, sequence or function."""


WRONG = [
    # losses
    (lambda: nn.mean_squared_error([1.0], [1.0, 2.0]),
     "mean_squared_error pairs each prediction with a target, but got 1 predictions and 2 targets"),
    (lambda: nn.mean_squared_error([1.0, 2.0], [1.0]),
     "mean_squared_error pairs each prediction with a target, but got 2 predictions and 1 target"),
    (lambda: nn.mean_squared_error([], []), "mean_squared_error of no rows is not defined: pass at least one"),
    (lambda: nn.mean_squared_error(ROW, [[1.0], [2.0]]),
     "mean_squared_error: each row has 2 predictions, but 1 targets"),
    (lambda: nn.mean_squared_error([[1.0, 2.0], [3.0]], ROW),
     "mean_squared_error: all rows of predictions must be of one length, and here are lengths [1, 2]"),
    (lambda: nn.binary_cross_entropy([0.5, 1.5], [0.0, 1.0]),
     "binary_cross_entropy takes a probability from 0 to 1, and number 1 is 1.5; for raw scores use "
     "binary_cross_entropy_with_logits"),
    (lambda: nn.binary_cross_entropy([0.5, 0.5], [0.0, -1.0]),
     "binary_cross_entropy takes a target from 0 to 1, and number 1 is -1"),
    (lambda: nn.binary_cross_entropy_with_logits(ROW, [[0.0, 1.0], [2.0, 0.0]]),
     "binary_cross_entropy_with_logits takes a target from 0 to 1, and number 0 of row 1 is 2; for scores and targets "
     "of −1 and 1 use hinge"),
    (lambda: nn.hinge([1.0, 2.0, 3.0], [1.0, -1.0, 0.0]),
     "hinge takes targets of −1 and 1, and number 2 is 0; for targets of 0 and 1 pass 2 * y - 1"),
    (lambda: nn.mean_squared_error([1.0, 2.0], [1.0, 2.0], weights=[1.0]),
     "mean_squared_error takes a weight for each row, and here are 2 rows and 1 weights"),
    (lambda: nn.mean_squared_error([1.0, 2.0], [1.0, 2.0], weights=[1.0, -0.5]),
     "mean_squared_error takes weights of 0 or more, and that of row 1 is -0.5"),
    (lambda: nn.huber([1.0], [1.0], delta=0.0), "huber(delta=0.0): delta must be greater than 0 and finite"),
    (lambda: nn.softmax_cross_entropy([[], []], [0, 0]),
     "softmax_cross_entropy: row 0 holds no logits: a row has one for each class"),
    (lambda: nn.softmax_cross_entropy([[1.0, 2.0], [3.0]], [0, 0]),
     "softmax_cross_entropy: row 0 has 2 logits, but row 1 has 1"),
    (lambda: nn.softmax_cross_entropy(ROW, [0, 2]),
     "softmax_cross_entropy: 2 logits are of classes 0 to 1, and row 1 has class 2"),
    (lambda: nn.softmax_cross_entropy(ROW, [0, -1]),
     "softmax_cross_entropy: 2 logits are of classes 0 to 1, and row 1 has class -1"),
    (lambda: nn.softmax_cross_entropy(ROW, [0, 0.5]),
     "softmax_cross_entropy: a class is a whole number, and row 1 has 0.5"),
    (lambda: nn.softmax_cross_entropy(ROW, [[0.5, 0.5], [0.5, 0.25]]),
     "softmax_cross_entropy: the target probabilities of row 1 sum to 0.75, not to 1"),
    (lambda: nn.softmax_cross_entropy(ROW, [[0.5, 0.5], [-0.5, 1.5]]),
     "softmax_cross_entropy takes a target probability from 0 to 1, and number 0 is -0.5 in row 1"),
    (lambda: nn.softmax_cross_entropy(ROW, [[0.5, 0.5], [1.0, 0.0, 0.0]]),
     "softmax_cross_entropy: row 1 has 2 logits, but 3 target probabilities"),
    (lambda: nn.softmax_cross_entropy(ROW, [0, 1], smoothing=1.0),
     "softmax_cross_entropy(smoothing=1.0): smoothing must be 0 or more and less than 1"),
    (lambda: nn.softmax_cross_entropy(ROW, [0, 1], class_weights=[1.0]),
     "softmax_cross_entropy takes a weight of 0 or more for each of 2 classes, not [1.0]"),
    (lambda: nn.softmax_cross_entropy(ROW, [0, 1], class_weights=[1.0, -1.0]),
     "softmax_cross_entropy takes a weight of 0 or more for each of 2 classes, not [1.0, -1.0]"),
    # data
    (lambda: v.checked_inputs([[1.0, 2.0], [3.0]]), "inputs are ragged: row 0 holds 2 numbers, row 1 holds 1 number"),
    (lambda: v.checked_inputs([[[1.0, 2.0]], [[3.0], [4.0]]]),
     "inputs are ragged: row 0 holds 1 × 2 numbers, row 1 holds 2 × 1 numbers"),
    (lambda: v.checked_inputs([[1.0, [2.0]]]), "inputs[0] mixes 1 number and a number"),
    (lambda: v.checked_inputs([[1.0], [NAN]]),
     "inputs[1][0] is nan: leave such rows out or fill them in, since no gradient survives them"),
    (lambda: v.checked_inputs([[1.0], [10**400]]),
     "inputs[1][0] is a whole number beyond the largest float: leave such rows out or fill them in, since no gradient "
     "survives them"),
    (lambda: v.checked_inputs([1.0]),
     "inputs[0] is a float, but each row is a sequence of numbers: write [[x] for x in inputs]"),
    (lambda: v.checked_inputs([]), "inputs hold no rows"),
    (lambda: v.checked_inputs({1.0}),
     "inputs must be a sequence of rows, not a set, whose order pairs nothing: pass a list"),
    (lambda: v.checked_inputs(3.0), "inputs must be a sequence of rows, not one number"),
    (lambda: v.checked_inputs("abc"), "inputs must be a sequence of rows, not a str"),
    (lambda: v.checked_inputs(Odd()), "inputs must be a sequence of rows, not an Odd"),
    (lambda: v.checked_inputs([["0.5"]]), "inputs[0][0] is '0.5', and a number is needed: float('0.5') makes it one"),
    (lambda: v.checked_inputs([["red"]]),
     "inputs[0][0] is 'red', and a number is needed: make a column of 0 and 1 for each of the words"),
    (lambda: v.checked_targets([["red"]], 1),
     "targets[0][0] is 'red', and a number is needed: number the classes, [names.index(x) for x in targets] with "
     "names = sorted(set(targets))"),
    (lambda: v.checked_targets([1.0], 2), "each row needs a target, but there are 2 rows of inputs and 1 targets"),
    (lambda: v.checked_targets([1.0], 2, "validation targets"),
     "validation: each row needs a target, but there are 2 rows of inputs and 1 targets"),
    # numbers and counts
    (lambda: v.checked_count("steps", 2.5), "steps must be a whole number, not 2.5"),
    (lambda: v.checked_count("steps", True), "steps must be a whole number, not True"),
    (lambda: v.checked_count("steps", 0), "steps must be 1 or more, not 0"),
    (lambda: v.checked_count("steps", 4, most=3), "steps must be 3 or less, not 4"),
    (lambda: v.checked_count("steps", 2**53 + 1), "steps must be 9,007,199,254,740,992 or less, not 9007199254740993"),
    (lambda: v.checked_count("steps", 2**1024), "steps must be 9,007,199,254,740,992 or less, not a giant"),
    (lambda: v.positive_count(1.5, "the number of units"), "the number of units is a whole number, not 1.5"),
    (lambda: v.positive_count(0, "the number of units"), "the number of units is at least 1, not 0"),
    (lambda: v.positive_count(10_000_001, "the number of units"),
     "the number of units is at most 10,000,000 here, where each number is an object of its own"),
    (lambda: v.checked_setting("f", "x", 1.0, 1.0, above=True), "f(x=1.0): x must be greater than 1 and finite"),
    (lambda: v.checked_setting("f", "x", 0.5, 1.0), "f(x=0.5): x must be 1 or more and finite"),
    (lambda: v.checked_setting("f", "x", 2.0, 1.0, 2.0), "f(x=2.0): x must be 1 or more and less than 2"),
    (lambda: v.checked_setting("f", "x", math.inf, 1.0), "f(x=inf): x must be 1 or more and finite"),
    (lambda: v.checked_setting("f", "x", NAN, 1.0), "f(x=nan): x must be 1 or more and finite"),
    (lambda: v.checked_losses("f", "abc"), "f takes a History or a list of losses, not a str"),
    (lambda: v.checked_losses("f", {}), "f takes a History or a list of losses, not a dict"),
    # Values, parameters, what a loss returned
    (lambda: v.checked_values("f takes Values", Value(1.0)),
     "f takes Values, [w, b] or model.parameters(), not Value(1.0)"),
    (lambda: v.checked_values("f takes Values", nn.Neuron(1, seed=0).parameters),
     "f takes Values, [w, b] or model.parameters(), not a function: call it"),
    (lambda: v.checked_values("f takes Values", [Value(1.0), 2.0]), "f takes Values, and number 1 of these is a float"),
    (lambda: v.checked_values("f takes Values", nn.Neuron(1, seed=0)),
     "f takes Values, and this is a Neuron: pass model.parameters()"),
    (lambda: v.checked_loss([Value(1.0)] * 2), "a loss is one Value, not 2 of them: take their mean (autograd.mean)"),
    (lambda: v.checked_loss(None), "a loss is one Value, not None (was a return forgotten?)"),
    (lambda: v.checked_loss(1.0), "a loss is one Value, not a float, which cannot lead back to the parameters"),
    (lambda: v.checked_parameter("b", {"a": Value(1.0)}, []), "no parameter 'b' among 1; perhaps a?"),
    (lambda: v.checked_parameter("weights.1", {"weights.0": Value(1.0), "weights.2": Value(1.0)}, []),
     "no parameter 'weights.1' among 2; perhaps weights.2 or weights.0?"),
    (lambda: v.checked_parameter(Value(1.0), {}, [Value(1.0)]), "Value(1.0) is no parameter of this model"),
    # what fit takes
    (lambda: checked_metrics("loss"),
     "metrics: only 'accuracy' is known by name, not 'loss': pass the function itself"),
    (lambda: checked_metrics({"a": 1.0}),
     "metrics: a is a float, but a metric is a function of predictions and targets"),
    (lambda: checked_metrics([nn.accuracy, "accuracy"]),
     "metrics: two are called accuracy: give them names, metrics={'accuracy': …}"),
    (lambda: checked_seed(True),
     "shuffle is the seed of the orders, a whole number, or None for rows in order, not True"),
    (lambda: checked_seed(1.5),
     "shuffle is the seed of the orders, a whole number, or None for rows in order, not 1.5"),
    (lambda: checked_share(0.0), "validation=0: the share of the rows to hold out lies between 0 and 1"),
    (lambda: checked_share(1.0), "validation=1: the share of the rows to hold out lies between 0 and 1"),
    (lambda: checked_share(True), "validation is a share of the rows or a pair (inputs, targets), not a bool"),
    (lambda: checked_clip(True), "clip is the greatest norm, a ClipByNorm or a ClipByValue, not a bool"),
    (lambda: checked_clip("1"), "clip is the greatest norm, a ClipByNorm or a ClipByValue, not a str"),
    (lambda: checked_schedule(1.0), "schedule is a function from the step to a factor of the rate, not a float"),
    (lambda: checked_schedule(lambda step: "1"),
     "a schedule returns a factor of the learning rate, and at step 0 it is a str"),
    (lambda: checked_schedule(nn.ReduceOnPlateau(0.5, 3)),
     "ReduceOnPlateau(factor=0.5, patience=3, margin=0.0, least=0.0) looks at the losses, which a schedule does not: "
     "pass callbacks=[ReduceOnPlateau(factor=0.5, patience=3, margin=0.0, least=0.0)]"),
    # optimizers, schedules, data sets
    (lambda: nn.SGD([]), "SGD was given no parameters to move"),
    (lambda: nn.SGD([Value(1.0) * 2.0]), "SGD moves leaves of the graph, but "),
    (lambda: optimizer().scale_rate([Value(3.0)], 0.5),
     "Value(3.0) is none of the 1 parameters that this SGD moves"),
    (lambda: optimizer().scale_rate([], -1.0), "SGD(factor=-1.0): factor must be 0 or more and finite"),
    (lambda: setattr(optimizer(), "momentum", 0.5),
     "this SGD was made without momentum, and keeps no velocity: make another, with momentum=0.5"),
    (lambda: setattr(nn.SGD([Value(0.0)], momentum=0.5), "momentum", 0.0),
     "this SGD was made with momentum, and keeps a velocity: make another, with momentum=0.0"),
    (lambda: nn.WarmUp(0), "WarmUp(steps=0, start=None, then=None): a warm-up takes 1 step or more"),
    (lambda: nn.WarmUp(1, start=1.1), "WarmUp(steps=1, start=1.1, then=None): the first factor lies between 0 and 1"),
    (lambda: nn.StepDecay(0), "StepDecay(every=0, factor=0.1): the rate falls after each 1 step or more"),
    (lambda: nn.StepDecay(1, 0.0), "StepDecay(every=1, factor=0.0): the factor is greater than 0 and at most 1"),
    (lambda: nn.Exponential(1.1), "Exponential(factor=1.1): the factor is greater than 0 and at most 1"),
    (lambda: nn.Cosine(0), "Cosine(steps=0, final=0.0): the fall takes 1 step or more"),
    (lambda: nn.Cosine(1, 1.1), "Cosine(steps=1, final=1.1): the last factor lies between 0 and 1"),
    (lambda: nn.OneCycle(1), "OneCycle(steps=1, rise=0.3, start=0.04, final=4e-06): a cycle takes 2 steps or more"),
    (lambda: nn.OneCycle(2, rise=1.0), ": the rise is a share between 0 and 1"),
    (lambda: nn.OneCycle(2, start=1.1), ": the first and the last factor lie between 0 and 1"),
    (lambda: nn.OneCycle(2, final=-0.1), ": the first and the last factor lie between 0 and 1"),
    (lambda: nn.ReduceOnPlateau(factor=1.0), ": the factor lies between 0 and 1"),
    (lambda: nn.StepDecay(1, 1.1), "StepDecay(every=1, factor=1.1): the factor is greater than 0 and at most 1"),
    (lambda: nn.Exponential(0.0), "Exponential(factor=0.0): the factor is greater than 0 and at most 1"),
    (lambda: nn.WarmUp(1, start=-0.1), ": the first factor lies between 0 and 1"),
    (lambda: nn.Cosine(1, -0.1), "Cosine(steps=1, final=-0.1): the last factor lies between 0 and 1"),
    (lambda: nn.OneCycle(2, rise=0.0), ": the rise is a share between 0 and 1"),
    (lambda: nn.OneCycle(2, start=-0.1), ": the first and the last factor lie between 0 and 1"),
    (lambda: nn.OneCycle(2, final=1.1), ": the first and the last factor lie between 0 and 1"),
    (lambda: nn.ReduceOnPlateau(factor=0.0), ": the factor lies between 0 and 1"),
    (lambda: nn.ClipByValue(0.0), "ClipByValue(limit=0.0): the limit must be greater than 0"),
    (lambda: nn.Dropout(-0.1), "p is the probability of being dropped, from 0 to 1, not -0.1"),
    (lambda: nn.Dropout(1.1), "p is the probability of being dropped, from 0 to 1, not 1.1"),
    (lambda: nn.BatchNorm(1, momentum=-0.1), "momentum is the share of the new batch, from 0 to 1, not -0.1"),
    (lambda: nn.BatchNorm(1, momentum=1.1), "momentum is the share of the new batch, from 0 to 1, not 1.1"),
    (lambda: nn.LayerNorm(1, epsilon=0.0), "epsilon keeps the division finite and must be above 0, not 0"),
    (lambda: nn.ReduceOnPlateau(patience=0), "ReduceOnPlateau's patience must be 1 or more, not 0"),
    (lambda: nn.ReduceOnPlateau(margin=-1.0), ": margin and least are 0 or more"),
    (lambda: nn.ReduceOnPlateau(least=-1.0), ": margin and least are 0 or more"),
    (lambda: nn.Autosave("a", 0), "Autosave's every must be 1 or more, not 0"),
    (lambda: nn.sharpness(LINE, **ONE, limit=0), "limit must be 1 or more, not 0"),
    (lambda: nn.sharpness(nn.MLP, **ONE),
     "a model is called on rows and has parameters(), as an nn.Module does; this is the class MLP"),
    (lambda: nn.diagnose(LINE, **{**ONE, "loss": 1.0}),
     "loss is a function of predictions and targets, as nn.mean_squared_error is, not a float"),
    (lambda: nn.find_learning_rate(LINE, **ONE, optimizer=optimizer(), steps=2), "steps must be 3 or more, not 2"),
    (lambda: nn.find_learning_rate(LINE, **ONE, optimizer=optimizer(), start=0.0),
     "find_learning_rate(start=0.0): start must be greater than 0 and finite"),
    (lambda: nn.TrainingSession(nn.MLP, **ONE),
     "a model is called on rows and has parameters(), as an nn.Module does; this is the class MLP"),
    (lambda: nn.TrainingSession(LINE, **ONE).run_until(0.0, limit=0), "the limit of steps must be 1 or more, not 0"),
    (lambda: nn.TrainingSession(LINE, **ONE).back(0), "the number of steps to go back must be 1 or more, not 0"),
    (lambda: nn.TrainingSession(LINE, **ONE).undo(0), "the number of undo records must be 1 or more, not 0"),
    (lambda: nn.RNN(1, 1)([[1.0]], truncate=0), "the number of steps between truncations is at least 1, not 0"),
    (lambda: nn.EarlyStopping(0), "EarlyStopping's patience must be 1 or more, not 0"),
    (lambda: nn.EarlyStopping(1, -1.0), "EarlyStopping(patience=1, margin=-1.0): the margin must be 0 or more"),
    (lambda: nn.ClipByNorm(0.0), "ClipByNorm(limit=0.0): the limit must be greater than 0"),
    (lambda: nn.ClipByValue(-1.0), "ClipByValue(limit=-1.0): the limit must be greater than 0"),
    (lambda: nn.datasets.moons(1), "count must be 2 or more, not 1"),
    (lambda: nn.datasets.circles(1), "count must be 2 or more, not 1"),
    (lambda: nn.datasets.spirals(2), "count must be 3 or more, not 2"),
    (lambda: nn.datasets.spirals(2, classes=1), "classes must be 2 or more, not 1"),
    (lambda: nn.datasets.sine(1), "count must be 2 or more, not 1"),
    (lambda: nn.datasets.moons(4, noise=-1.0), "noise is the standard deviation of the scatter, 0 or more, not -1.0"),
    (lambda: nn.datasets.moons(4, noise=math.inf),
     "noise is the standard deviation of the scatter, 0 or more, not inf"),
    (lambda: nn.datasets.split(ROW, [1.0]), "each row needs a target, but there are 2 rows and 1 targets"),
    (lambda: nn.datasets.split(ROW, ROW), "split(share=0.2): 0 of 2 rows would be held out; each side needs a row"),
    (lambda: nn.datasets.split(ROW, ROW, share=0.8),
     "split(share=0.8): 2 of 2 rows would be held out; each side needs a row"),
    (lambda: nn.History().suggested_clip(),
     "no gradient norms were watched: fit(…, clip=ClipByNorm()) watches them and clips nothing"),
    (lambda: nn.predict(nn.MLP, ROW),
     "predict(model, inputs) calls the model on each row, as an nn.Module; this is the class MLP"),
    (lambda: nn.predict(nn.MLP(2, [1], seed=0), ROW, backend="gpu"),
     "no backend 'gpu'; there are: auto, recorded, numpy, native, jax"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[re.sub(r"\W+", "-", words[:50]) for _, words in WRONG])
def test_what_does_not_fit_is_told_in_one_sentence(call, words):
    with pytest.raises((TypeError, ValueError, KeyError)) as caught:
        call()
    said = str(caught.value.args[0])
    assert words in said
    assert said == words or words.startswith(":") or words.endswith(" ")


def test_what_is_at_a_limit_is_taken():
    assert v.checked_count("n", 1) == v.checked_count("n", 3, 3, 3) - 2 == 1
    assert v.checked_count("n", 2**53) == 2**53
    assert v.positive_count(10_000_000, "n") == 10_000_000
    assert v.positive_count(1, "n") == 1
    assert (v.checked_setting("f", "x", 1.0, 1.0), v.checked_setting("f", "x", 1.5, 1.0, 2.0)) == (1.0, 1.5)
    assert v.checked_losses("f", [1, Value(2.0).data]) == [1.0, 2.0]
    assert [checked_seed(x) for x in (None, 0, 7)] == [None, 0, 7]
    assert checked_clip(2.0) == nn.ClipByNorm(2.0)
    assert checked_clip(None) is None
    for schedule in (
        nn.WarmUp(1, start=0.0),
        nn.WarmUp(1, start=1.0),
        nn.Cosine(1, 1.0),
        nn.OneCycle(2, 0.5, 0.0, 1.0),
    ):
        assert 0.0 <= schedule(0) <= 1.0
    assert (nn.BatchNorm(1, momentum=0.0).momentum, nn.BatchNorm(1, momentum=1.0).momentum) == (0.0, 1.0)
    assert (nn.Dropout(0.0).p, nn.Dropout(1.0).p, nn.Cosine(1, 0.0)(1), nn.OneCycle(2, 0.5, 1.0, 0.0)(1)) == (
        0,
        1,
        0,
        0,
    )
    assert nn.StepDecay(1, 1.0)(5) == nn.Exponential(1.0)(5) == 1.0
    assert nn.ReduceOnPlateau(margin=0.0, least=0.0).patience == 10
    assert len(nn.datasets.moons(2)[0]) == len(nn.datasets.circles(2)[0]) == len(nn.datasets.sine(2)[0]) == 2
    assert len(nn.datasets.spirals(2, classes=2)[0]) == 2
    assert len(nn.datasets.moons(4, noise=0.0)[0]) == 4
    assert [len(part) for part in nn.datasets.split([1, 2], [3, 4], share=0.5)] == [1, 1, 1, 1]
    probabilities = nn.softmax_cross_entropy([[0.0, 0.0]], [[0.0, 1.0 + 5e-7 - 5e-7]])
    assert probabilities.data == pytest.approx(math.log(2.0))
    assert nn.softmax_cross_entropy([[0.0, 0.0]], [[0.5, 0.5000009]]).data == pytest.approx(math.log(2.0), rel=1e-5)
    assert nn.binary_cross_entropy([0.0, 1.0], [0.0, 1.0]).data == 0.0


def test_words_for_things_and_lists_of_names():
    assert [v.said(x) for x in (None, 1.0, 1, nn.SGD, [1])] == ["None", "a float", "an int", "the class SGD", "a list"]
    assert v.shortened([*"abcdefgh"]) == "a, b, c, d, e, f, g, h"
    assert v.shortened([*"abcdefghij"]) == "a, b, c, d, e, f, g, h and 2 more"
    assert v.copied([[1.0], (2.0, [3.0])]) == [[1.0], (2.0, [3.0])]
    inner = [[1.0], ([2.0],)]
    again = v.copied(inner)
    inner[0][0] = inner[1][0][0] = 9.0
    assert again == [[1.0], ([2.0],)]
    with bound(v.PLACES, [5, 7]):
        assert (v.place(1, 2), v.place(1, 3)) == (7, 1)
        with pytest.raises(ValueError, match="number 7 is 3"):
            nn.binary_cross_entropy([0.5, 0.5], [0.0, 3.0])
    assert v.place(1, 2) == 1


def test_a_norm_that_is_not_finite_names_three_to_blame():
    for names, words in (([], "is nan; nothing"), (["a", "b", "c"], ": the gradients of a, b, c; nothing"),
                         (["a", "b", "c", "d"], ": the gradients of a, b, c and others; nothing")):  # fmt: skip
        with pytest.warns(RuntimeWarning, match=words):
            report_norm(NAN, names)


def test_metrics_have_names():
    def error(predictions, targets):
        return 1.0

    assert checked_metrics("accuracy") == {"accuracy": nn.accuracy}
    assert checked_metrics(error) == {"error": error}
    assert list(checked_metrics(["accuracy", error])) == ["accuracy", "error"]
    assert checked_metrics({"mine": error}) == {"mine": error}


def test_an_optimizer_reads_as_its_settings():
    assert repr(optimizer()) == "SGD(1 parameters, learning_rate=0.01, momentum=0.0, nesterov=False, after 0 steps)"
    assert ", l2=0.5, after" in repr(nn.SGD([Value(0.0)], l2=0.5))
    history = nn.History(losses=[1.0, 0.5], validation_losses=[0.75], metrics={"accuracy": [0.5, 0.25], "none": []})
    assert repr(history) == ("<History of 2 epochs, loss 1 → 0.5, validation 0.75, accuracy 0.25: under way>")
    ended = nn.History(losses=[1.0], backend="numpy", stopped="it ended", trouble="log(0)")
    assert repr(ended) == "<History of 1 epochs, loss 1 → 1, numpy: it ended; log(0)>"
    assert repr(nn.History()) == "<History of 0 epochs: under way>"
