"""Wrong calls and looked-for names are answered with the way out; numbers, names and texts as they are shown."""

import importlib
import math
import sys
from types import ModuleType

import pytest

from autograd.explain.number_format import bracketed, show_number
from autograd.support.advice_on_names import Guess, Guesses, guessed, key
from autograd.support.messages import cut, missing_extra, printable

PRETEND = sys.modules["pretend"] = ModuleType("pretend")
PRETEND.__path__ = []  # it is a package
PRETEND.Value, PRETEND.softmax, PRETEND.__all__ = "ours", "ours too", ["Value", "softmax"]
ANSWERS = Guesses(
    "pretend",
    names={"Tensor": "Value", "no_gradients": "it is a sentence"},
    same={"lr": "learning_rate rate", "n": "count"},
    keywords={"device": "there are no devices"},
    examples={"train": "train(model, 0.1)"},
)


def train(model, learning_rate, *, epochs=1):
    return model, learning_rate, epochs


def gather(*values, count=1):
    return values, count


def open_ended(first, **others):
    return first, others


@pytest.mark.parametrize(
    ("function", "given", "named", "words"),
    [
        (train, (1,), {}, "train needs learning_rate as well, as in train(model, 0.1)"),
        (train, (), {}, "train needs model and learning_rate as well, as in train(model, 0.1)"),
        (train, (1, 2, 3), {}, "train takes 2 by place, not 3, as in train(model, 0.1)"),
        (train, (1,), {"lr": 2, "device": 0}, "train takes no device: there are no devices"),
        (train, (1, 2), {"lr": 2}, "train is given learning_rate twice: lr is learning_rate here"),
        (train, (1, 2), {"learning_rate": 2}, "train is given learning_rate twice"),
        (train, (1,), {"lr": 2, "learning_rate": 3}, "train is given learning_rate twice: lr is learning_rate here"),
        (train, (1, 2), {"epoch": 3}, "train takes no epoch: did you mean epochs?"),
        (train, (1, 2), {"zzz": 3}, "train takes no zzz: it takes model, learning_rate, epochs"),
        (gather, (1,), {"zzz": 3}, "gather takes no zzz: it takes count"),
        (lambda: 1, (), {"zzz": 3}, "<lambda> takes no zzz: it takes nothing"),
        (open_ended, (), {"b": 2}, "open_ended needs first as well, as in open_ended(first, **others)"),
    ],
)
def test_a_wrong_call_is_told_the_way_out(function, given, named, words):
    with pytest.raises(TypeError) as caught:
        ANSWERS(function)(*given, **named)
    assert str(caught.value) == words


def test_a_call_in_others_words_is_made_in_ours():
    assert ANSWERS(train)(1, lr=2) == (1, 2, 1)
    assert ANSWERS(train)(model=1, lr=2, epochs=3) == (1, 2, 3)
    assert ANSWERS(gather)(1, 2, n=3) == ((1, 2), 3)
    assert ANSWERS(open_ended)(1, b=2) == (1, {"b": 2})

    def fails(model):
        raise TypeError("of its own")

    with pytest.raises(TypeError, match="of its own"):
        ANSWERS(fails)(1)

    @ANSWERS.of_class
    class Thing:
        def __init__(self, count):
            self.count = count

    assert Thing(n=3).count == 3
    with pytest.raises(TypeError, match=r"^Thing takes 1 by place, not 2, as in Thing\(count\)$"):
        Thing(1, 2)
    with pytest.raises(TypeError, match=r"^Thing needs count as well, as in Thing\(count\)$"):
        Thing()


def test_a_name_that_is_looked_for_is_ours_or_a_sentence():
    assert ANSWERS.found("Tensor") == "ours"
    assert ANSWERS.said("NoGradients") == "module 'pretend' has no attribute 'NoGradients': it is a sentence"
    assert ANSWERS.said("SoftMax") == "module 'pretend' has no attribute 'SoftMax': it is pretend.softmax here"
    assert (ANSWERS.said("zzz"), ANSWERS.said("_no_gradients")) == ("", "")
    with pytest.raises(AttributeError, match=r"^module 'pretend' has no attribute 'zzz'$"):
        ANSWERS.found("zzz")
    with pytest.raises(
        ModuleNotFoundError, match=r"module 'pretend' has no attribute 'SoftMax': it is pretend\.softmax"
    ):
        importlib.import_module("pretend.SoftMax")
    with pytest.raises(ModuleNotFoundError, match=r"it is pretend.softmax here"):
        importlib.import_module("pretend.SoftMax")
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'pretend.zzz'"):
        importlib.import_module("pretend.zzz")
    assert key("No-Grad ients_X") == "nogradientsx"


def test_a_guessed_attribute_is_ours_or_says_the_way_out_and_may_be_set():
    @guessed({"lr": "rate", "device": "there are no devices"})
    class Thing:
        rate = 0.5

    thing = Thing()
    assert thing.lr == 0.5
    with pytest.raises(AttributeError, match=r"Thing has no attribute 'device': there are no devices"):
        thing.device
    with pytest.raises(AttributeError, match=r"Thing has no attribute 'lr': rate"):
        Thing.lr
    assert "lr" not in dir(thing)
    assert "rate" in dir(thing)
    assert (Guess("lr", "rate").__doc__, Guess("d", "no such").__doc__) == ("It is `rate` here.", "Not here: no such.")
    assert repr(Guess("lr", "rate")) == "<not here: rate>"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (None, "—"), (math.nan, "nan"), (math.inf, "inf"), (-math.inf, "−inf"), (0.0, "0"), (-0.0, "0"),
        (1.0, "1"), (-1.5, "−1.5"), (999.9, "999.9"), (999.95, "1000"), (9999.0, "9999"), (999_949.0, "999949"),
        (999_950.0, "1.0e6"), (1e6, "1.0e6"), (1.2345e6, "1.234e6"), (1e-4, "0.0001"), (9.9994e-5, "9.999e-5"),
        (9.9996e-5, "0.0001"), (1.2345e-3, "0.001234"), (5e-324, "4.941e-324"), (-2.5e-7, "−2.5e-7"),
    ],
)  # fmt: skip
def test_numbers_have_four_digits(x, text):
    assert show_number(x) == text


def test_texts_are_safe_and_short():
    assert [bracketed(text) for text in ("−1", "1")] == ["(−1)", "1"]
    assert printable("a\x1bb\u202ec\u00a0d") == "a\\x1bb\\u202ec\u00a0d"
    assert [cut("abcdefgh", longest) for longest in (8, 7, 5)] == ["abcdefgh", "abc…fgh", "ab…gh"]
    assert missing_extra("it needs x", "plots") == (
        "it needs x: pip install 'chainrule[plots]', or, in the folder of its source, pip install -e \".[plots]\""
    )
