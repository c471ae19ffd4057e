"""Where digits are lost, in a picture."""

import sys

import pytest

import autograd as ag
import viz
from autograd import Value
from viz.graph.nodes import digits_lost

pytest.importorskip("flint")


def test_the_operations_that_lose_digits_are_marked():
    z = Value(9.0, "z")
    share = ag.sigmoid(z * 3.0)
    loss = -ag.log(1.0 - share) + ag.tanh(z)
    text = viz.draw(loss, digits=True).svg
    assert text.count("12 digits lost<") == 1
    assert text.count("12 digits lost in the derivative<") == 1
    assert text.count("6 digits lost in the derivative<") == 1
    assert text.count("lost") == 3
    assert "lost" not in viz.draw(loss).svg
    assert "lost" not in viz.draw(ag.softplus(z * 3.0) + z, digits=True).svg


def test_a_whole_digit_is_told_and_less_is_not(monkeypatch):
    x = Value(2.0)
    viz.draw(x * 3.0, digits=True)  # which loads what is replaced here
    monkeypatch.setattr(
        sys.modules["autograd.explain.digits"], "lost_at", lambda root: {root: (1.0, 0.999), x: (1.5, 1.6)}
    )
    assert digits_lost([root := x * 3.0]) == {
        root: ["1 digit lost"],
        x: ["2 digits lost", "2 digits lost in the derivative"],
    }


def test_the_stepping_page_marks_them_and_says_so(show):
    z = Value(9.0, "z")
    loss = -ag.log(1.0 - ag.sigmoid(z * 3.0))
    loss.name = "L"
    assert "lost" not in viz.steps(loss).html.split('id="data">')[1].split("</script>")[0]
    tab = show(viz.steps(loss, digits=True))
    tab.keyboard.press("End")
    tab.keyboard.press("ArrowLeft")
    said = "[...document.querySelectorAll('text')].map((t) => t.textContent).filter((t) => t.includes('lost'))"
    assert sorted(tab.evaluate(said)) == ["‼ 12 digits lost", "‼ 12 digits lost in the derivative"]
    tab.focus("#around [aria-label^='v₃']")
    tab.keyboard.press("Enter")
    assert "‼ 12 digits lost, of those that its inputs had." in tab.text_content("#about")
