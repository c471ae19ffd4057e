"""What Python hands to the page: every sentence and number is Python's."""

import base64
import math
import random
from array import array

import pytest

import viz
from autograd import Value, dot, largest, steps, tanh, total
from autograd.explain.events import SENTENCES
from autograd.explain.mistakes_by_hand import STEPPING
from autograd.explain.number_format import show_number
from nn import MLP, Adam, mean_squared_error
from tests.support.web import ROWS, TARGETS, xor

REPLAY = 'var { EVENTS, sentence } = MODULES["steps/replay.js"];'  # what a statement returns is its value


def test_a_dead_relu_is_marked_off_once_it_has_been_computed(show):
    model = MLP(2, [2, 1], activation="relu", seed=1)
    for neuron, bias in zip(model.layers[0].neurons, (-5.0, 5.0), strict=True):
        neuron.bias.data = bias
    tab = show(viz.steps(mean_squared_error([model(row) for row in ROWS], TARGETS)))
    off = "[...document.querySelectorAll('.unit text')].map((t) => t.textContent).filter((t) => t.includes('× off'))"
    assert tab.evaluate(off) == []
    tab.click("#last")
    tab.click("#back")
    assert tab.evaluate(off) == ["a₁ × off"]
    assert tab.locator("#map [aria-label*='off: no gradient']").count() == 1
    tab.select_option("#view", "graph")
    assert "× off: no gradient" in tab.evaluate(off)
    tab.focus("#graph [aria-label*='off: no gradient']")
    tab.keyboard.press("Enter")
    assert "It is so in all 4 examples: this unit cannot learn." in tab.text_content("#about")


def test_update_is_the_optimizers_own_and_leaves_it_alone():
    model, loss = xor()
    optimizer = Adam(model.parameters(), learning_rate=0.1)
    page = viz.steps(loss, optimizer=optimizer)
    assert optimizer.step_count == 0
    assert not any(p.has_grad for p in model.parameters())
    after = array("d", base64.b64decode(page.data["after"])).tolist()
    ends = after[-len(optimizer.parameters) :]
    loss.backward()
    optimizer.step()
    assert ends == [p.data for p in optimizer.parameters]


def test_common_mistakes_are_the_numbers_that_they_give(show):
    w, b, x = Value(0.5, "w"), Value(0.25, "b"), Value(2.0, "x")
    z = dot([w], [x], b)
    a = tanh(z)
    loss = a * a
    recording = recorded_by(loss, [w, b], 0.1)
    tab = show(viz.steps(loss, parameters=[w, b], learning_rate=0.1))
    mistakes = tab.evaluate(
        "(({ EVENTS }, { answerTo, mistakesAt }) => EVENTS"
        '.map((e) => (answerTo(e) === null ? [] : mistakesAt(e))))(MODULES["steps/replay.js"], '
        'MODULES["steps/common_mistakes.js"])'
    )
    told = {recording.sentence(i).split(" = ")[0]: dict(found) for i, found in enumerate(mistakes)}
    assert {name for found in mistakes for name, _ in found} <= STEPPING.keys()
    da, dz = 2 * a.data, 2 * a.data * (1 - a.data**2)
    assert told["v₁"]["no bias"] == 1.0
    assert told["∂L/∂z" if "∂L/∂z" in told else "∂L/∂v₁"]["activation"] == da
    sums = next(found for i, found in enumerate(mistakes) if "the sum of all 2" in recording.sentence(i))
    assert dict(sums)["overwritten"] == a.data
    assert math.isclose(told["∂L/∂w"]["activation"], da * 2.0)
    updated = 0.5 - 0.1 * recording.gradient(w)
    assert math.isclose(told["∂L/∂x"]["updated"], dz * updated)
    assert told["w ← w − η · ∂L/∂w"]["no rate"] == 0.5 - recording.gradient(w)
    assert math.isclose(told["w ← w − η · ∂L/∂w"]["uphill"], 0.5 + 0.1 * recording.gradient(w))


def used_in_many_ways():
    """Return a loss whose events have every form of sentence: subtotals, sums, constants, branches, hostile names."""
    x, y, odd = Value(0.3, "x"), Value(-2.5, "{after}"), Value(0.0625, "−q")
    model = MLP(2, [3, 2, 1], activation="relu", seed=1)
    z = dot([x, y, odd], [y, x, -1.5], 0.5)
    return model([x, y]) + z * x + total([x, y, odd, z]) + (x / y - 3.0) ** 2 + largest([x, z]) + (-odd).exp()


@pytest.mark.parametrize(
    ("loss", "forms"),
    [
        (used_in_many_ways(), SENTENCES.keys() - {"accumulate", "move"}),
        (xor()[1], {"compute", "seed", "send", "send one", "send last", "keep", "descend"}),
        (Value(2.0, "x").log() * math.inf - math.inf, {"compute", "seed", "send", "keep", "descend"}),
    ],
    ids=["many", "xor", "nan"],
)
def test_every_sentence_and_number_of_the_page_is_pythons(show, loss, forms):
    page = viz.steps(loss, learning_rate=0.25)
    recording = steps.record(loss, from_zero=True)
    gradients = {p: recording.gradient(p) for p in recording.nodes if p.is_leaf and recording.gradient(p) is not None}
    named = [p for p in gradients if p.name and "neurons" in p.name] or [*gradients]
    recording = recording.then_update({p: p.data - 0.25 * gradients[p] for p in named}, learning_rate=0.25)
    tab = show(page)
    assert tab.evaluate(f"{REPLAY}EVENTS.map(sentence)") == [recording.sentence(i) for i in range(len(recording))]
    changes = tab.evaluate(f"{REPLAY}EVENTS.map((e) => [e.before, e.after])")
    same = lambda a, b: a == b or (a != a and b != b)  # noqa: E731
    for event, (before, after) in zip(recording.events, changes, strict=True):
        assert same(before, event.change.before)
        assert same(after, event.change.after)
    assert {event.form for event in recording.events} == forms


def test_numbers_are_written_in_javascript_as_in_python(show):
    draw = random.Random(1)
    ties = [k / 2.0**n for n in range(18) for k in (1, 3, 5, 33, 45, 12345, 65537)]
    dull = [0.0, -0.0, 1e-4, 9.9995e-5, 999.95, 99995.0, 999950.0, 5e-324, 1.7e308]
    numbers = [*ties, *dull, *(draw.uniform(-1, 1) * 10.0 ** draw.randint(-320, 300) for _ in range(2000))]
    tab = show(viz.steps(Value(2.0, "x") ** 2))
    assert tab.evaluate('(numbers) => numbers.map(MODULES["shared/numbers.js"].shortly)', numbers) == [
        show_number(x) for x in numbers
    ]


def recorded_by(loss, parameters, rate):
    recording = steps.record(loss, from_zero=True)
    return recording.then_update({p: p.data - rate * recording.gradient(p) for p in parameters}, learning_rate=rate)


def test_the_story_ends_with_the_loss_that_the_update_leads_to(show):
    model, loss = xor()
    page = viz.steps(loss, learning_rate=0.1)
    tab = show(page)
    tab.keyboard.press("End")
    loss.backward()
    foretold = -0.1 * sum(p.grad**2 for p in model.parameters())
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    after = mean_squared_error([model(row) for row in ROWS], TARGETS).data
    later = array("d", base64.b64decode(page.data["later"]))
    assert later[-1] == after
    assert tab.text_content("#equation") == f"L is now {show_number(after)}"
    assert float(tab.text_content("#end .big.update").replace("−", "-")) == pytest.approx(foretold, rel=5e-3)
    says = tab.evaluate("[...document.querySelectorAll('#end td:nth-child(3)')].map((cell) => cell.textContent)")
    assert says == [show_number(model(row).data) for row in ROWS]


def test_what_a_graph_would_be_after_its_update_is_what_python_computes():
    def made(x, y):
        z = dot([x, y], [y, x], 0.5)
        return total([z * x, tanh(y), largest([x, z])]) + (x / y - 3.0) ** 2

    x, y = Value(0.3, "x"), Value(-2.5, "y")
    loss = made(x, y)
    later = array("d", base64.b64decode(viz.steps(loss, learning_rate=0.25).data["later"]))
    loss.backward()
    assert later[-1] == made(Value(0.3 - 0.25 * x.grad), Value(-2.5 - 0.25 * y.grad)).data


def test_it_begins_at_the_row_that_tells_most_and_marks_what_an_update_has_made_old(show):
    _, loss = xor()
    tab = show(viz.steps(loss, learning_rate=0.5))
    assert (
        tab.input_value("#sample") == "3"
    )  # neither (0, 0), whose products are all 0, nor (1, 1), which is right already
    assert tab.locator("#map .stale").count() == 0
    tab.keyboard.press("End")
    tab.keyboard.press("ArrowLeft")
    assert tab.locator("#map .stale").count() == 8  # value and gradient of three units and of the loss
    assert "before the update" in tab.text_content("#map-head")
