"""The session for one's own model: any network, a plain function, classes, sequences, a gradient that is wrong."""

import re
from pathlib import Path

import pytest

import nn
import viz
from autograd import Value, detach
from viz.session.board import board
from viz.session.commands_step_back import Session
from viz.session.functions import FunctionSession
from viz.session.xor import XorSession

X, Y = [[0.1, 0.2, 0.3], [0.5, 0.1, 0.9], [0.3, 0.3, 0.3]], [0.0, 1.0, 0.5]


@pytest.fixture
def said(capsys):
    """Return a function that makes a session, types lines, and returns what is answered to the last one."""

    def run(*made, lines, **given):
        viz.session(*made, script=lines, **given)
        return capsys.readouterr().out.rpartition("› ")[2].partition("\n")[2]

    return run


def network(**given):
    return nn.MLP(3, [4, 4, 1], activation="tanh", seed=1, **given)


class Last(nn.Module):
    """A sequence in, one number out."""

    def __init__(self):
        self.cells = nn.RNN(1, 3, seed=0)
        self.out = nn.Neuron(3, None, seed=1)

    def __call__(self, row):
        return self.out(self.cells(row)[0][-1])


MODELS = {
    "3-4-4-1": lambda: (network(), X, Y, nn.mean_squared_error),
    "normalized": lambda: (nn.Sequential(nn.Layer(3, 4, seed=1), nn.BatchNorm(4), nn.Layer(4, 1, None, seed=2)), X, Y,
                           nn.mean_squared_error),
    "dropout": lambda: (nn.Sequential(nn.Layer(3, 4, seed=1), nn.Dropout(0.5, seed=3), nn.Neuron(4, seed=2)), X, Y,
                        nn.mean_squared_error),
    "sequences": lambda: (Last(), [[[1.0], [0.0]], [[0.0], [1.0]]], [1.0, 0.0], nn.mean_squared_error),
    "classes": lambda: (nn.MLP(3, [3], seed=1), X, [0, 2, 1], nn.softmax_cross_entropy),
    "hinge": lambda: (network(), X, [1.0, -1.0, 1.0], nn.hinge),
}  # fmt: skip


@pytest.mark.parametrize("which", MODELS)
def test_any_model_steps_there_and_back_to_the_bit_and_every_step_fits_the_screen(which, capsys):
    model, inputs, targets, loss = MODELS[which]()
    session = Session(nn.TrainingSession(model, inputs, targets, loss=loss), which)
    before = [p.data.hex() for p in model.parameters()]
    count = len(session._story().recording)
    for i in range(count):
        lines = board(session, i)
        assert len(lines) == 21
        assert max(map(len, lines)) <= 80
        session.step()
    assert session._training.epoch == 1
    assert [p.data.hex() for p in model.parameters()] != before
    session.back(count)
    assert [p.data.hex() for p in model.parameters()] == before
    session.run(3)
    for command in (session.rows, session.weights, session.why, session.curve, session.health):
        command()
    session.back("to", 1)
    assert session._training.epoch == 1
    assert "Traceback" not in capsys.readouterr().out


def test_weights_show_and_why_speak_of_the_same_pass_wherever_one_stands(said):
    for lines in (["epoch"], ["epoch", "rate 0.5"], ["forward", "backward"], ["run 7"], ["forward", "step 300"]):
        texts = [
            said(network(), X, Y, loss=nn.mean_squared_error, lines=[*lines, look]) for look in ("weights", "w312")
        ]
        in_table = re.search(r"w312 .*?([−.\de]+|—)$", texts[0], re.MULTILINE)[1]
        alone = re.search(r"∂L/∂w⁽³⁾₁₂ = ([−.\de]+|—)", texts[1])[1]
        assert in_table == alone != "—"
        because = said(network(), X, Y, loss=nn.mean_squared_error, lines=[*lines, "why w312"])
        if "step 300" not in lines:
            assert f"total: {alone}" in because
        passes = {re.search(r"of epoch \d+, \w+", text)[0] for text in (*texts, because)}
        assert len(passes) == 1


def test_a_weight_is_set_and_shown_by_its_name_and_a_push_is_measured(said):
    given = {"loss": nn.mean_squared_error}
    assert "w⁽³⁾₁₂ = 0.5;" in said(network(), X, Y, **given, lines=["w312 = 1 / 2", "w312"])
    assert "w⁽³⁾₁₂ = 1.75;" in said(network(), X, Y, **given, lines=["w312 = 0.5", "w312 += w312 * 2.5", "w312"])
    assert said(network(), X, Y, **given, lines=["w312 = 0.5", "training.step()", "w312 == 0.5"]) == "False\n"
    assert "the loss rises from 0.4765 to" in said(network(), X, Y, **given, lines=["w312 = 1 / 2"])
    push = said(network(), X, Y, **given, lines=["nudge w312"])
    foretold = re.search(r"foretold .* = ([−.\de]+)$", push, re.MULTILINE)[1].replace("−", "-")
    measured = re.search(r"a change of ([−.\de]+)", push)[1].replace("−", "-")
    assert float(foretold) == pytest.approx(float(measured), rel=0.01)
    assert "They agree" in push
    assert "there is no 'w999' here" in said(network(), X, Y, **given, lines=["w999"])
    path = "layers.2.neurons.0.weights.1"
    assert "w⁽³⁾₁₂ = 0.5;" in said(network(), X, Y, **given, lines=[f"{path} = 0.5", path])
    assert "w⁽³⁾₁₂ pushed" in said(network(), X, Y, **given, lines=[f"nudge {path}"])
    assert "z⁽¹⁾₂[3] = −0.1667" in said(network(), X, Y, **given, lines=["forward", "z12[3]"])


def test_a_wrong_gradient_is_found(said):
    wrong = said(lambda a, b: a * detach(a) * b, [2.0, 3.0], lines=["nudge a"])
    assert "do NOT agree" in " ".join(wrong.split())
    assert "They agree" in said(lambda a, b: a * a * b, [2.0, 3.0], lines=["nudge a"])
    assert "They agree" in said(lambda a, b: a * b, [2.0, 3.0], lines=["nudge b"])
    assert "They agree but for" in said(lambda a: a**2, [2.0], lines=["nudge a 1e6"])
    assert "a kink here: its slope is 0 on the left and 1 on the right" in said(
        lambda a: a.relu(), [0.0], lines=["nudge a"]
    )


def test_a_function_is_learned_by_its_arguments(said):
    text = said(lambda a, b, c: (a * b + c) ** 2 - a, [2.0, -3.0, 10.0], lines=["epoch", "why a"])
    assert "= −25" in text
    assert "b = −3;" in said(lambda a, b: a * b, [2.0, -3.0], lines=["b"])
    assert "here no row has a target" in said(lambda a: a * a, [1.0], lines=["until solved"])
    training = viz.session(lambda *xs: sum(x * x for x in xs[1:]) + xs[0], (1.0, 2.0), script=["run 2"])
    assert [p.name for p in training.model.parameters()] == ["xs1", "xs2"]
    for wrong in ({"inputs": 3.0}, {"inputs": [1.0, 2.0]}, {"inputs": [1.0], "targets": [1.0]}, {}):
        with pytest.raises(TypeError, match=r"session\(function"):
            viz.session(lambda a: a * a, **wrong, script=[])


def test_what_a_session_takes_is_said():
    with pytest.raises(TypeError, match="takes rows, targets and a loss"):
        viz.session(network(), X, script=[])
    with pytest.raises(TypeError, match="session\\(\\) alone is XOR's"):
        viz.session(None, X, Y, script=[])
    for odd in ("xor", 3, Value(3.0)):
        with pytest.raises(TypeError, match="a model or a function of numbers"):
            viz.session(odd, script=[])
    for odd in (3, [1], [b"step"]):
        with pytest.raises(TypeError, match="lines of text"):
            viz.session(script=odd)
    with pytest.raises(ValueError, match="3 rows of inputs and 1 targets"):
        viz.session(network(), X, [1.0], loss=nn.mean_squared_error, script=[])


def test_what_was_typed_is_saved_and_done_again_to_the_bit(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = [
        "run 3",
        "w211 = 0.25",
        "rate 0.5",
        "step 7",
        "for k in range(2):",
        "    training.learning_rate",
        "",
        "back",
    ]
    one = viz.session(script=[*lines, "save lesson.txt"])
    two = viz.session(script=["load lesson.txt"])
    assert [p.data.hex() for p in one.model.parameters()] == [p.data.hex() for p in two.model.parameters()]
    assert "nothing.txt: No such file" in said_last(capsys, viz.session(script=["load nothing.txt"]))
    if Path("/dev/zero").exists():
        assert "a pipe or device, not a file" in said_last(capsys, viz.session(script=["load /dev/zero"]))


def said_last(capsys, _):
    return capsys.readouterr().out.rpartition("› ")[2]


def test_names_that_are_typed_alike_are_told_apart(said):
    deep = nn.MLP(2, [12] + [2] * 10 + [1], seed=0)  # w⁽¹⁾₁₁,₁ and w⁽¹¹⁾₁₁
    wide = said(nn.MLP(2, [12, 1], seed=0), [[0.0, 1.0]], [1.0], loss=nn.mean_squared_error, lines=["w111,2"])
    assert wide.startswith("w⁽¹⁾₁₁,₂ = ")
    assert said(deep, [[0.0, 1.0]], [1.0], loss=nn.mean_squared_error, lines=["w(11)11"]).startswith("w⁽¹¹⁾₁₁ = ")


class Own(nn.Module):
    """Layers in attributes: no MLP, and no Sequential."""

    def __init__(self):
        self.first, self.last = nn.Layer(3, 4, "tanh", seed=1), nn.Layer(4, 1, None, seed=2)

    def __call__(self, row):
        return self.last(self.first(row))


def test_each_weight_of_an_own_module_has_one_name_wherever_it_is_named(said, capsys):
    given = {"loss": nn.mean_squared_error}
    weight = Own().last.neurons[0].weights[0].data
    assert "first.w₁₁·x₁[1]" in said(Own(), X, Y, **given, lines=["step"])
    for line in ("last.w11 = 2", "last.w₁₁ = 2", "last.neurons.0.weights.0 = 2"):
        model = Own()
        assert f"last.w₁₁ is 2 now; it was {weight:.4g}".replace("-", "−") in said(model, X, Y, **given, lines=[line])
        assert model.last.neurons[0].weights[0].data == 2.0
    assert "last.w₁₁ = 3;" in said(Own(), X, Y, **given, lines=["last.w11 = 2", "last.w11 += 1", "show last.w11"])
    assert "first.z₁[2] = " in said(Own(), X, Y, **given, lines=["forward", "first.z1[2]"])
    session = Session(nn.TrainingSession(Own(), X, Y, **given), "own")
    names, story = session._weight_names(), session._story().recording
    assert names == [story.words.names[story.index(p)] for p in session._model.parameters()]
    assert len({*names}) == len(names)
    assert "first.w11 is first.neurons.0.weights.0" in said(Own(), X, Y, **given, lines=["help"])


class Alike(nn.Module):
    """A pass that meets the weights in another order than the module does, of which both are called k."""

    def __init__(self):
        self.one, self.two = Value(1.0, "k"), Value(2.0, "k")

    def __call__(self, row):
        return self.two * row[0] + self.one


def test_a_name_that_two_weights_have_is_none(said):
    model = Alike()
    given = {"loss": nn.mean_squared_error}
    for p in model.parameters():
        p.name = "k"
    session = Session(nn.TrainingSession(model, X, Y, **given), "alike")
    for p in model.parameters():
        p.name = "k"
    assert session._weight_names() == ["one", "two"]
    with pytest.raises(ValueError, match="k"):
        session.set("k[1]", 3)
    session.set("two", 3)
    assert (model.one.data, model.two.data) == (1.0, 3.0)


def test_the_screen_says_where_the_sum_stands():
    session = XorSession()
    session.forward()
    lines = board(session, 50 + 12)
    assert lines[0].split("·")[0].strip() == "XOR 2–4–1"
    assert "◀ backward 13/139" in lines[0]
    assert [line[0] for line in lines[2:6]].index("▸") == 3
    assert "gets its part from row 4" in lines[7]
    assert [line.strip()[:6] for line in lines[13:18]] == ["row 4 ", "row 3 ", "row 2 ", "row 1 ", "so far"]
    assert "░" in lines[13]
    assert "…" in lines[14]


def test_the_screen_loses_color_but_no_meaning_and_no_column(monkeypatch):
    session = XorSession()
    session.forward()
    places = (0, 1, 50, 62, 80, 190)
    plain = ["\n".join(board(session, i)) for i in places]
    for text in plain:
        written = text.encode("ascii", "chainrule.plain").decode()
        assert max(map(len, written.splitlines())) <= 80
        pairs = [*zip(written.splitlines(), text.splitlines(), strict=True)][1:]
        assert all(len(a) == len(b) for a, b in pairs if "…" not in b)
    monkeypatch.setattr("sys.stdout", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    colored = ["\n".join(board(session, i)) for i in places]
    assert colored != plain
    for text, same in zip(colored, plain, strict=True):
        assert [x.rstrip() for x in re.sub(r"\x1b\[\d+m", "", text).splitlines()] == [
            x.rstrip() for x in same.splitlines()
        ]
    assert {code for text in colored for code in re.findall(r"\x1b\[(\d+)m", text)} == {*"0127", "31", "32", "35"}
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with monkeypatch.context() as here:
            here.setenv(name, value)
            assert ["\n".join(board(session, i)) for i in places] == plain


@pytest.mark.parametrize("numbers", [[1e-7, -1e6], [float("inf"), 1.0], [float("nan"), 1.0], [-0.0, 0.0]])
def test_the_screen_takes_any_numbers(numbers):
    def function(a, b):
        return (a * b + a) / b + Value(0.0) * a

    session = FunctionSession(function, [1.0, 2.0], None, loss=None, optimizer=None, title=None)
    for parameter, x in zip(session._model.parameters(), numbers, strict=True):
        parameter.data = x
    for i in range(len(session._story().recording)):
        assert max(map(len, board(session, i))) <= 80


def test_in_a_terminal_a_step_is_drawn_in_place_and_so_is_the_way_back(monkeypatch, capsys):
    session = XorSession()
    monkeypatch.setattr(XorSession, "_is_screen", True)
    for act in (lambda: session.step(2), session.step, session.back):
        act()
        drawn = capsys.readouterr().out
        assert drawn.count("\x1b[H\x1b[2J") == 1
        assert f"forward {session._cursor} of 50" in drawn
        assert len(drawn.partition("\x1b[24;1H")[0].split("\n")) == 21
    session.step(48)
    assert "forward is done; backward comes next" in capsys.readouterr().out
    session.back(2)
    assert "back: at the beginning" in capsys.readouterr().out
