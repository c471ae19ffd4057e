"""Figure 3.2: what it says a gradient needs of the cache is what the four equations, written by hand, ask for."""

import math

import pytest

from viz.pages.book.chapters.forward.cache import CACHE, FIGURE, MODEL, NEEDS


def by_hand(kept):
    """Return the gradients of the 2–3–1 network by the four equations, from its cache alone."""
    out = [weight.data for weight in MODEL.layers[1].neurons[0].weights]
    error = kept["a"] - 1.0
    found = {}
    for i in (1, 2, 3):
        mine = out[i - 1] * error * (1.0 - math.tanh(kept[f"z{i}"]) ** 2)
        found |= {f"d_w{i}1": mine * kept["x1"], f"d_w{i}2": mine * kept["x2"], f"d_b{i}": mine}
    return found | {f"d_v{i}": error * kept[f"a{i}"] for i in (1, 2, 3)} | {"d_c": error}


def test_the_gradients_are_those_of_the_four_equations():
    numbers = FIGURE.numbers({"pulled": "none"})
    assert numbers["lost"] == 0
    assert by_hand(numbers) == pytest.approx({name: numbers[name] for name in NEEDS}, rel=1e-13)


@pytest.mark.parametrize("pulled", CACHE)
def test_what_is_lost_is_what_can_no_longer_be_computed(pulled):
    numbers = FIGURE.numbers({"pulled": pulled})
    lost = {name for name, x in by_hand(numbers | {pulled: math.nan}).items() if math.isnan(x)}
    assert lost == {name for name, needed in NEEDS.items() if pulled in needed}
    assert numbers["lost"] == len(lost)
