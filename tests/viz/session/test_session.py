"""The XOR session: what a person types, what it answers, that nothing is lost, and that the network learns."""

import os
import re
import webbrowser
from pathlib import Path

import numpy as np
import pytest

from autograd.explain.steps import Send
from tests.support.training.seeds import epochs_until_solved
from viz.session.help_and_numbers import GREETING, HINT
from viz.session.prompt import Prompt, wrapped
from viz.session.verdicts import shape_of
from viz.session.xor import ILL
from viz.session.xor import XorSession as Session


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def typed(session, capsys):
    """Return a function that types lines and returns what is answered to the last one."""
    prompt = Prompt(session, session._variables, session._known_names, session._help)

    def type_lines(*lines):
        for line in lines:
            capsys.readouterr()
            prompt.run_script([line])
        return capsys.readouterr().out.partition("\n")[2].partition("\n")[2].strip("\n")

    type_lines.prompt = prompt
    return type_lines


def state(session):
    """Return all that training changes, to the bit, and where in the step we stand."""
    session._notice()
    training, weights = session._training, session._model.parameters()
    return (
        [w.data.hex() for w in weights],
        [(w.grad.hex(), w.has_grad) for w in weights],
        [x.hex() for x in training.history],
        (training.phase, training.learning_rate, session._cursor, session._seed),
    )


def test_the_defaults_solve_xor_from_at_least_99_of_100_seeds_in_5000_epochs():
    solved, losses = epochs_until_solved(range(100))
    assert (solved <= 5000).sum() >= 99
    # and the curve lies flat, drops and settles, as `shape_of` tells of each of them
    steepness = []
    for curve in losses[:25].tolist():
        places = list(map(int, re.findall(r"to epoch (\d+)", shape_of(curve))))
        start, end = [0, *places][-2:]
        slopes = [(curve[a] - curve[b]) / (b - a) for a, b in ((0, start or 1), (start, end), (end, len(curve) - 1))]
        steepness.append((slopes[1] / slopes[0], slopes[1] / slopes[2]))
    assert np.median(steepness, axis=0) == pytest.approx([2.5, 30], rel=0.4)


def test_the_session_is_the_network_that_was_counted(typed, session):
    solved, losses = epochs_until_solved([0], limit=1500)
    answer = typed("until solved")
    assert session._training.epoch == solved[0]
    assert session._training.history == pytest.approx(losses[0][: solved[0]].tolist(), rel=1e-9)
    assert f"Solved after {solved[0]} epochs" in answer
    assert "plateau to epoch" in answer
    assert "drop to epoch" in answer
    assert "convergence" in answer


# --------------------------------------------------------------------------------------- steps and back
def test_every_operation_can_be_stepped_through_and_taken_back(typed, session):
    whole = session._training.recording()
    start = state(session)
    answers = []
    for i in range(len(whole)):
        answers.append(typed("step"))
        assert whole.sentence(i) in " ".join(answers[-1].split())
        assert all(len(line) <= 80 for line in answers[-1].splitlines())
    assert answers[49].endswith("in epoch 1, with forward done; the loss is 0.7007; backward comes next")
    after = state(session)
    typed("restart 0", "epoch")
    assert state(session) == after
    typed("back 2")
    for _ in range(len(whole)):
        typed("back")
    assert state(session) == start
    assert "nothing to undo" in typed("back")


CHANGES = [
    ["step 7"],
    ["forward"],
    ["step 3", "forward", "backward"],
    ["forward", "step 30", "epoch"],
    ["run 20"],
    ["epoch", "step 60", "run 3"],
    ["rate 0.5", "run 5", "rate 2"],
    ["step 60", "set w111 0.25", "run 2"],
    ["until 0.6"],
    ["stuck dead", "run 3"],
    ["run 2", "restart 9", "forward", "set b13 1"],
    ["training.run(4)", "epoch", "training.forward()"],
]


@pytest.mark.parametrize("lines", CHANGES, ids=" ; ".join)
def test_back_undoes_any_command_to_the_bit(typed, session, lines):
    typed("run 3", "step 10")
    states = []
    for line in lines:
        states.append(state(session))
        typed(line)
    for before in reversed(states):
        typed("back")
        assert state(session) == before


def test_where_one_stands_is_said(typed):
    assert typed("epoch", "forward").endswith("in epoch 2, with forward done; the loss is 0.6999; backward comes next")
    assert "◀ backward 1/139" in typed("step")
    undone = "back: in epoch 2, with forward done; the loss is 0.6999; backward comes next; undone: step"
    assert " ".join(typed("back").split()) == undone
    assert typed("back 2") == "back: at the beginning; forward comes next; undone: forward, epoch"
    assert typed("w211 = 3", "w211 = 5", "back").endswith("undone: w211 = 5")


def test_back_by_epochs_is_where_it_was(typed, session):
    typed("run 30")
    wanted = state(session)
    typed("run 50", "rate 0.3", "run 20", "step 70", "back 70 epochs")
    assert state(session) == wanted
    assert "only 30 epochs" in typed("back 31 epochs")
    assert state(session) == wanted


def test_a_weight_set_by_hand_is_what_the_next_pass_sees(typed, session):
    assert "w⁽¹⁾₁₂ is −2 now" in typed("set w112 = -2")
    assert session._model.layers[0].neurons[0].weights[1].data == -2.0
    assert "(−2)(0)" in typed("step")
    typed("set w⁽²⁾₁₃ 4")
    assert session._model.layers[1].neurons[0].weights[2].data == 4.0


# ------------------------------------------------------------------------------------------ what is shown
def test_weights_in_the_middle_of_a_pass_show_partial_sums(typed, session):
    typed("forward", "backward", "update", "forward", "step 20")
    now = session._story().recording.replay(session._cursor)
    sends = [e for e in now.recording.events[: session._cursor] if isinstance(e, Send)]
    bias = session._model.layers[1].neurons[0].bias
    i = now.recording.index(bias)
    assert any(e.parent == i and e.arrival < e.expected for e in sends)
    line = next(line for line in typed("weights").splitlines() if "b21" in line)
    assert line.split()[-1] == f"{now.adjoints[i]:.4g}".replace("-", "−")


def test_why_explains_the_node_named_or_shown_last(typed, session):
    assert typed("why w211").startswith("∂L/∂w⁽²⁾₁₁: w⁽²⁾₁₁ is used 4 times")
    assert typed("why z11[2]").startswith("∂L/∂z⁽¹⁾₁[2] = ∂L/∂a⁽¹⁾₁[2] · (1 − ")
    typed("forward", "step 12")
    shown = typed("step")
    assert typed("why").split(" ")[0].rstrip(":") in shown
    assert "w111" in typed("why nonsense")


def test_long_lines_break_between_words_and_hang(typed):
    lines = typed("why w111").splitlines()
    assert all(len(line) <= 80 for line in lines)
    at = next(i for i, line in enumerate(lines) if line.endswith("→ w⁽¹⁾₁₁:"))
    assert lines[at + 1].startswith("      (0.25)(1)(−1)(1)(−0.05127)")


def test_a_loss_that_leaps_is_not_called_flat(typed):
    answer = " ".join(typed("stuck rate", "run 1000").split())
    assert "it leaps about between 0.6838 and 24.36, and the loss stands at 24.36." in answer
    assert "Shape of the curve: flat" in typed("stuck", "run 10")


ALARMS = [("dead", "dead ReLUs"), ("plateau", "units alike"), ("rate", "learning rate too high")]


@pytest.mark.parametrize(("kind", "words"), ALARMS)
def test_a_stuck_run_says_why(typed, kind, words):
    assert kind in ILL
    assert "run 1000" in typed(f"stuck {kind}")
    answer = typed("run 1000")
    assert f"Why: {words}." in answer
    assert f"ALARM {words}" in typed("health")
    assert "Cure" in answer


def test_a_run_that_is_on_its_way_is_not_called_ill(typed):
    typed("run 300")
    for _ in range(6):
        assert "Why" not in typed("run 100")


def test_curve_boundary_and_rows_are_drawn(typed):
    typed("run 900")
    assert "epochs 0 to 899" in typed("curve")
    assert "█" in typed("boundary")
    assert typed("rows").count("✓") >= 3


# ------------------------------------------------------------------------------------------ being wrong
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("stpe 3", "did you mean step?"),
        ("run", "it is written run epochs"),
        ("run many", "run takes a whole number from 1 to 1,000,000, not 'many'"),
        ("run 99999999999999999999", "run takes a whole number from 1 to 1,000,000, not '99999999999999999999'"),
        ("set w111 nan", "set takes a finite number, not 'nan'"),
        ("undoo", "there is no undoo here; help lists what there is"),
        ("step -1", "step takes a whole number"),
        ("until soon", "until takes a finite number"),
        ("rate -1", "must be 0 or more"),
        ("set w777 1", "there is no 'w777' here; there are w111"),
        ("set w111 x", "set takes a finite number"),
        ("stuck badly", "dead"),
        ("update", "call forward()"),
        ("nonsense", "there is no nonsense here"),
        ("1 / 0", "division by zero"),
        ("what is this", "there is no what here"),
        ("tell me more", "neither a command nor Python"),
        ("help dance", "no command 'dance'"),
        ("w311 = 3", "there is no 'w311' here; there are w211"),
        ("x1 = 3", "there is no 'x1' here"),
        ("z11[2] = 3", "z11[2] is no weight, but given or computed"),
        ("nudge z11[2]", "z11[2] is no weight, but given or computed"),
        ("until -1", "until takes a loss above 0, not -1"),
        ("until 0", "until takes a loss above 0, not 0"),
    ],
)
def test_a_wrong_line_is_answered_kindly_and_changes_nothing(typed, session, line, answer):
    typed("run 2", "step 5")
    before = state(session)
    said = typed(line)
    assert answer in said
    assert "Traceback" not in said
    assert typed.prompt.wrong == 1
    assert state(session) == before
    typed("back 2")
    assert session._training.epoch == 0


def test_help_names_every_command_fits_a_screen_and_each_explains_itself(typed):
    told = typed("help")
    assert len(told.splitlines()) <= 22
    for name, command in typed.prompt.commands.items():
        if name != "help":
            assert re.search(rf"\b{name}\b", told), name
        assert " ".join(command.__doc__.split()) in " ".join(typed(f"help {name}").split())
    assert all(len(line) <= 80 for text in (GREETING, told, wrapped(HINT, "  ")) for line in text.splitlines())


def test_a_small_terminal_is_kept_to(typed, monkeypatch):
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((60, 20)))
    for line, most in (("help", 18), ("curve", 20)):
        told = typed("run 3", line).splitlines()
        assert len(told) <= most
        assert max(map(len, told)) <= 60


def test_a_loop_in_one_line_ends_where_another_command_begins(typed, capsys):
    typed.prompt.run_script(
        ["for i in range(2): print('turn', i)", "epoch", "if False: 1", "else: print('no')", "rate"]
    )
    said = capsys.readouterr().out
    places = [said.index(text) for text in ("turn 0", "turn 1", "epoch 1:", "\nno\n", "the learning rate is")]
    assert places == sorted(places)


def test_python_works_beside_commands_and_sees_the_present_model(typed):
    assert typed("model.parameter_count()") == "17"
    assert typed("stuck plateau", "model.layers[0].neurons[0].weights[0].data") == "0.0"
    assert typed("count = 3", "count + 1") == "4"
    assert typed("inputs.append([2, 2])", "rows").count("\n") == 4
    assert "loss was" in typed("epoch()")


@pytest.mark.parametrize(("command", "name"), [("page", "steps"), ("film", "film"), ("playground", "playground")])
def test_a_page_is_left_in_a_file_by_a_script_and_opened_from_a_terminal(typed, monkeypatch, tmp_path, command, name):
    monkeypatch.chdir(tmp_path)
    typed("run 5", "step 3")
    assert typed(command) == f"wrote xor_{name}.html"
    page = (tmp_path / f"xor_{name}.html").read_text(encoding="utf-8")
    assert "XOR" in page
    opened = []

    class Browser:
        open = opened.append

    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.get", Browser)
    said = typed(command)
    assert said.split() == ["opened", opened[0]]
    assert opened[0].endswith({"page": "#step=3", "film": "#epoch=5", "playground": ".html"}[command])
    for nothing in (Missing, lambda: type("Lynx", (), {"basename": "lynx"})()):
        monkeypatch.setattr("webbrowser.get", nothing)
        said = typed(command)
        assert said.startswith("no browser was found here; open the file in one:\nfile://")
        assert Path(re.search(r"file://(.*?\.html)", said)[1]).read_text(encoding="utf-8") == page
    assert len(opened) == 1


class Missing:
    """Where there is no browser."""

    def __init__(self):
        raise webbrowser.Error


def test_what_was_typed_is_repeated_without_its_control_characters(typed):
    for line in ("why \x1b[31m\u202ew", "\x1b]0;title\x07", "set w111 \x1b[2J", "help \x9b31m", "dance\x1b[5m"):
        said = typed(line)
        assert said
        assert all(c == "\n" or c.isprintable() for c in said)


def test_a_script_is_shown_without_its_control_characters(session, capsys):
    Prompt(session, session._variables, session._known_names, session._help).run_script(
        ["# \x1b[31mred\x1b[0m\n", "rate\t0.2 # \x1b]52;c;eA==\x07\n"]
    )
    said = capsys.readouterr().out
    assert all(c == "\n" or c.isprintable() for c in said)
    assert "\\x1b[31mred" in said
