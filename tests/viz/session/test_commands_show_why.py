"""What a session shows: why, a push, pages, and its greeting where there are few columns."""

import os
from importlib import import_module

import pytest

import viz
from autograd import where
from viz.session.prompt import Prompt
from viz.session.xor import XorSession


def test_a_push_is_measured_beside_one_that_suits_the_weights_size(capsys):
    viz.session(lambda a: a * a, [100.0], script=["nudge a 1"])
    assert "They agree but for 0.5%, the bend of the curve; a push of 0.0006 agrees." in capsys.readouterr().out


def test_pages_are_of_this_training_where_it_stands(monkeypatch):
    made = []

    class Made:
        def __init__(self, *given, **named):
            made.append((*given, named))

        def save(self, place):
            return place

    for name in ("steps", "film", "playground"):
        monkeypatch.setattr(import_module("viz.session.commands_show_why"), name, Made)
    training = viz.session(script=["epoch", "step", "page", "film", "playground"])
    (root, stepped), (filmed, shown), (*played, given) = made
    assert root.data == training.pass_now()[1].data
    assert stepped == {"optimizer": training.optimizer, "title": "XOR 2–4–1, step by step"}
    assert (filmed, shown) == (training, {"title": "XOR 2–4–1, the training so far"})
    assert played == [training.model, training.inputs, training.targets]
    assert given.pop("title") == "XOR 2–4–1, to play with"
    assert given == {"loss": training.loss, "optimizer": training.optimizer}


def test_why_alone_is_of_the_weight_with_the_largest_gradient(capsys):
    viz.session(lambda a, b: a * 0.5 + where(a > 0.0, a * 0.25, b), [1.0, 2.0], script=["why"])
    assert "∂L/∂a = " in capsys.readouterr().out, "none came to b"
    viz.session(lambda a, b: a * 0.5 - b, [1.0, 2.0], script=["why"])
    assert "∂L/∂b = " in capsys.readouterr().out


def test_in_a_narrow_terminal_what_goes_on_hangs_below_its_words(monkeypatch):
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((48, 24)))
    lines = XorSession()._greeting().split("\n")
    assert lines[:2] == ["XOR 2–4–1: 17 weights and biases to learn, 4", "rows of data."]
    begun = lines.index("until solved     trains until every row is")
    assert lines[begun + 1] == " " * 17 + "within 0.1 of its target"


def test_a_terminal_completes_commands_and_weights_and_shows_the_keys(monkeypatch):
    toolkit = pytest.importorskip("prompt_toolkit")
    made = []

    class Reader:
        prompt = input

        def __init__(self, **given):
            made.append(given)

    class Terminal:
        encoding = "utf-8"

        def isatty(self):
            return True

    monkeypatch.setattr(toolkit, "PromptSession", Reader)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    session = XorSession()
    prompt = Prompt(session, session._variables, session._known_names, session._help)
    for keys in ("", "Enter step"):
        prompt.keys = keys
        prompt._reader()
    words = made[0]["completer"].words()
    assert {"step", "help", "w111", "b21"} <= set(words)
    assert [given["bottom_toolbar"] for given in made] == [None, "Enter step"]
    assert [given["reserve_space_for_menu"] for given in made] == [0, 0], "or lines scroll away"
    assert [given["complete_while_typing"] for given in made] == [False, False]


def test_a_service_without_standard_input_is_an_empty_script(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    assert viz.session().epoch == 0
    assert "quit leaves" in capsys.readouterr().out


def test_the_keys_stand_below_the_line_that_is_read(monkeypatch):
    prompt = Prompt(session := XorSession(), session._variables)
    seen = []

    def reader():
        seen.append(prompt.keys)
        return lambda mark: "quit"

    monkeypatch.setattr(prompt, "_reader", reader)
    prompt.talk("hello", "Enter step")
    assert seen == ["Enter step"]


def test_a_command_is_undone_beside_what_python_did_before_it(capsys):
    session = XorSession()
    prompt = Prompt(session, session._variables, session._known_names)
    for command in ("restart 3", "rate 0.5", "w111 = 0.5", "epoch"):
        prompt.run_script(["training.run(2)", command, "back 2"])
        said = " ".join(capsys.readouterr().out.split())
        assert said.endswith(f"back: at the beginning; forward comes next; undone: {command}, what Python did")
    session._is_solved = lambda trial: True
    session.seeds()
    assert capsys.readouterr().out.startswith("10 of 10 beginnings learned XOR")
