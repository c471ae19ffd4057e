"""A training as a film: every moment is Python's, by keyboard, offline, in light and dark."""

import math
import re
from itertools import pairwise

import pytest

import nn
import viz
from autograd.explain.number_format import show_number
from tests.support.web import CONTRASTS, FONTS, collisions, names_of_controls, until

ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
LOSS = nn.binary_cross_entropy_with_logits


def trained(epochs=40, **settings):
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    recorder = viz.Recorder(model, ROWS, TARGETS, loss=LOSS, **settings)
    optimizer = nn.Adam(model.parameters(), 0.05)
    history = nn.fit(
        model, ROWS, TARGETS, loss=LOSS, optimizer=optimizer, epochs=epochs, callbacks=[recorder], backend="recorded"
    )
    return model, recorder, history


def test_each_moment_is_pythons(show):
    model, recorder, history = trained()
    tab = show(viz.film(history, recorder))
    moments = recorder.moments()
    assert [epoch for epoch, _ in moments] == list(range(41))
    for k, (epoch, numbers) in enumerate(moments):
        assert tab.text_content("#at") == str(epoch)
        for p, x in zip(model.parameters(), numbers, strict=True):
            p.data = x
        model.zero_grad()
        predictions = [model(row) for row in ROWS]
        loss = LOSS(predictions, TARGETS)
        loss.backward()
        said = float(tab.get_attribute("#loss", "title").replace("−", "-"))
        assert math.isclose(said, loss.data, rel_tol=1e-12)
        if epoch < history.epochs:
            assert math.isclose(said, history.losses[epoch], rel_tol=1e-12)
        norms = [
            math.sqrt(sum(p.grad**2 for p in layer.parameters())) for layer in model.layers
        ]  # as the page says them to those who listen
        for layer, norm in enumerate(norms, 1):
            assert f"layer {layer}: {show_number(norm)}" in tab.get_attribute("#norms", "aria-label")
        right = sum((p.data >= 0) == (t == 1) for p, t in zip(predictions, TARGETS, strict=True))
        assert tab.text_content("#score") == f"{right} of 4"
        if k < len(moments) - 1:
            tab.keyboard.press("ArrowRight")
    assert tab.is_disabled("#step")


def test_keys_slider_play_and_address(show):
    _, recorder, _ = trained()
    tab = show(viz.film(recorder), "epoch=7")
    assert tab.text_content("#at") == "7"
    for key, at in [("End", "40"), ("ArrowLeft", "39"), ("Home", "0")]:
        tab.keyboard.press(key)
        assert tab.text_content("#at") == at
    tab.focus("#slider")
    tab.keyboard.press("ArrowRight")
    assert tab.text_content("#at") == "1"
    until(tab, "location.hash === '#epoch=1'")
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("Space")
    until(tab, "+document.getElementById('at').textContent > 3")
    tab.click("#play")
    assert tab.text_content("#play") == "Play"
    tab.select_option("#row", "3")
    assert tab.text_content("#network .unit .value") == "► 1.00"


@pytest.mark.parametrize("font", FONTS)
def test_nothing_meets_at_any_width(show, font):
    _, recorder, history = trained(30)
    for page in (viz.film(recorder), viz.film(history)):
        tab = show(page)
        tab.evaluate("font => document.documentElement.style.setProperty('--ui', font || 'sans-serif')", FONTS[font])
        for width, height in ((1280, 800), (1024, 768), (683, 512), (390, 844)):
            tab.set_viewport_size({"width": width, "height": height})
            tab.click("#last" if tab.is_enabled("#last") else "#first")
            tab.wait_for_timeout(50)  # the drawing is laid out anew
            assert not collisions(tab), width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_and_contrast(show, scheme):
    _, recorder, history = trained(20)
    for page in (viz.film(recorder), viz.film(history)):
        tab = show(page, color_scheme=scheme, reduced_motion="reduce")
        tab.keyboard.press("ArrowRight")
        assert len(names_of_controls(tab)) >= 7
        assert not tab.evaluate(CONTRASTS)


def test_a_history_alone_shows_its_curve_and_stretches(show):
    losses = (
        [1.0 - 0.001 * i for i in range(50)] + [0.9 - 0.08 * i for i in range(10)] + [0.1] * 40 + [math.nan, math.inf]
    )
    tab = show(viz.film(losses, title="</script><b>"))
    assert tab.title() == "</script><b>"
    seen = set()
    for _ in range(len(losses)):
        seen.add(tab.text_content("#phase"))
        tab.keyboard.press("ArrowRight")
    assert seen == {"plateau", "drop", "convergence", "rise"}
    assert tab.text_content("#loss") == "inf"
    assert tab.is_hidden("#network")


def test_a_recorder_keeps_a_spread_of_moments_and_follows_sessions():
    _, recorder, history = trained(100, most=16)
    epochs = [epoch for epoch, _ in recorder.moments()]
    assert (epochs[0], epochs[-1], len(epochs) <= 17) == (0, 100, True)
    assert len({b - a for a, b in pairwise(epochs[:-1])}) == 1
    assert viz.film(recorder).html == viz.film(history, recorder).html
    model = nn.MLP(2, [2, 1], seed=1)
    recorder = viz.Recorder(model, ROWS, TARGETS)
    session = nn.TrainingSession(model, ROWS, TARGETS, loss=nn.mean_squared_error)
    with pytest.raises(ValueError, match="before the first epoch"):
        viz.film(recorder)
    for _ in range(3):
        session.step()
        recorder(session)
    session.back()
    session.back()
    recorder(session)
    assert [epoch for epoch, _ in recorder.moments()] == [0, 1]
    assert recorder.moments()[-1][1].tolist() == [p.data for p in model.parameters()]
    page = viz.film(recorder)
    assert page.html == viz.film(session).html  # which keeps its moments itself
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page.html)
    with pytest.raises(ValueError, match="at least 2 moments"):
        viz.Recorder(model, ROWS, TARGETS, most=1)
