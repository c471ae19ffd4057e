"""Where digits are lost, in a picture."""

import pytest

import autograd as ag
import viz
from autograd import Value

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
