"""A conversation, answer by answer: each command's whole answer, with the numbers that the training has."""

import os
from importlib import import_module

import pytest

import viz
from autograd import Value
from autograd.explain.encoding import plain
from autograd.explain.number_format import show_number
from viz.session.help_and_numbers import as_typed, short_help
from viz.session.prompt import Prompt, _begins_anew, progress, usage, wrapped
from viz.session.xor import XorSession, xor_training


@pytest.fixture
def talk(capsys):
    """Return a function that types a line to an XOR session and returns the lines of the answer."""
    session = XorSession()
    prompt = Prompt(session, session._variables, session._known_names, session._help)

    def said(line):
        capsys.readouterr()
        prompt.run_script([line])
        return capsys.readouterr().out.strip("\n").split("\n")[1:]

    said.session, said.prompt = session, prompt
    return said


def test_an_epoch_part_by_part(talk):
    model, training = talk.session._model, talk.session._training
    w = model.layers[0].neurons[0].weights[0]
    before, rows = show_number(w.data), talk("rows")
    assert rows[0].split() == ["x₁", "x₂", "wanted", "says"]
    assert [line.split()[:4] for line in rows[1:]] == [
        ["1", "0", "0", "0"],
        ["2", "0", "1", "1"],
        ["3", "1", "0", "1"],
        ["4", "1", "1", "0"],
    ]
    assert talk("show w111") == [f"w⁽¹⁾₁₁ = {before};  ∂L/∂w⁽¹⁾₁₁ = —  (of epoch 1, which comes next)"]
    forward = talk("forward")
    loss = show_number(training.loss_value.data)
    here = f"in epoch 1, with forward done; the loss is {loss}; backward comes next"
    assert forward == [f"► 50 operations; the loss is {loss}", *rows, here]
    told = talk("backward")
    assert told[0] == "◀ 139 operations; every weight has its gradient now"
    assert told[1].split() == ["parameter", "value", "gradient"]
    assert [line.split() for line in told[3:20]] == [
        [name, as_typed(name), show_number(p.data), show_number(p.grad)]
        for name, p in zip(talk.session._weight_names(), model.parameters(), strict=True)
    ]
    assert told[20] == "gradients of epoch 1, which is under way"
    slope = show_number(w.grad)
    assert talk("show w111") == [f"w⁽¹⁾₁₁ = {before};  ∂L/∂w⁽¹⁾₁₁ = {slope}  (of epoch 1, which is under way)"]
    moved = talk("update")
    rule = "◆ w⁽¹⁾₁₁ ← w⁽¹⁾₁₁ − η · ∂L/∂w⁽¹⁾₁₁"
    assert moved[0] == f"{rule} = {before} − (0.1)({slope}) = {show_number(w.data)}"
    assert moved[-1] == "after epoch 1; forward comes next"
    assert len(moved) == 18
    shown = " ".join(talk("w111"))
    now = show_number(w.data)
    where = "(of epoch 1, before its update moved the weights)"
    assert shown == f"w⁽¹⁾₁₁ = {now};  ∂L/∂w⁽¹⁾₁₁ = {slope}  {where}"
    assert talk("weights")[-1] == "gradients of epoch 1, before its update moved the weights"
    assert talk("epoch")[0] == f"epoch 2: the loss was {show_number(training.history[1])} before the update"


def test_steps_are_counted_and_hinted_at_once(talk):
    first = talk("step 2")
    assert first[0].startswith("  How to read it: z⁽¹⁾₂[3] is the sum in layer 1, unit 2, for row 3")
    assert [line[:14] for line in first[3:] if line[0] == "►"] == ["► forward 1/50", "► forward 2/50"]
    assert talk("step")[0].startswith("► forward 3/50")
    assert talk("back")[0] == "back: at the beginning; forward is under way; undone: step"
    assert talk("step 48")[-1] == "  in epoch 1, with forward done; the loss is 0.7007; backward comes next"


def test_runs_say_how_far_they_came(talk):
    training = talk.session._training
    ends = [training.pass_now()[1].data]
    told = talk("run 3")
    ends.append(training.history[-1])
    first, last = map(show_number, ends)
    assert told[0] == f"3 epochs: the loss went from {first} to {last}"
    assert told[1:6] == talk("rows")
    assert told[6:] == [f"Shape of the curve: flat; no drop yet, and the loss stands at {last}."]
    assert talk("until 0.1 5")[0] == "the loss is not below 0.1 after 5 more epochs"
    assert talk("until 0.7")[0] == "the loss is below 0.7 now"
    assert len(talk("run 1")) == 7
    assert talk("back to 2") == ["back: after epoch 2; forward comes next"]
    assert talk("back 1 epoch") == ["back: after epoch 1; forward comes next"]
    assert talk("back to 0") == ["back: at the beginning; forward comes next"]
    assert len(talk("run 1")) == 6, "one loss has no shape"
    assert not any(line.startswith("Why") for line in talk("run 98"))
    assert not any(line.startswith("Why") for line in talk("run 99"))
    assert any(line.startswith("Why: plateau.") or "on its way" in line for line in talk("run 100"))


def test_what_is_undone_is_named_up_to_four(talk):
    for k in range(6):
        talk(f"rate 0.{k + 1}")
    undone = "rate 0.6, rate 0.5, rate 0.4, rate 0.3, …"
    assert " ".join(talk("back 5")) == f"back: at the beginning; forward comes next; undone: {undone}"
    assert talk("rate") == ["the learning rate is 0.1"]
    for k in range(4):
        talk(f"rate 0.{k + 2}")
    assert " ".join(talk("back 4")).endswith("undone: rate 0.5, rate 0.4, rate 0.3, rate 0.2")
    assert talk("back 2") == ["only 1 command can be undone"]
    assert talk("back 5 bananas") == ["back 3, back 3 epochs or back to 12, not back 5 bananas"]


def test_a_change_says_what_becomes_of_the_loss(talk):
    talk("b21 = 9")
    low = talk("set b21 0.5")[0]
    assert low.startswith("b⁽²⁾₁ is 0.5 now; it was 9; the loss falls from ")
    assert talk("set b21 0.5")[0].startswith("b⁽²⁾₁ is 0.5 now; it was 0.5; the loss stays ")
    assert talk("b21 += 1")[0].startswith("b⁽²⁾₁ is 1.5 now; it was 0.5; the loss rises from ")
    assert talk("back 2")[-1].endswith("undone: b21 = 1.5, b21 = 0.5")
    assert talk("rate 0.5") == ["the learning rate is 0.5"]


def test_a_push_is_measured_beside_what_was_foretold(talk):
    w = talk.session._model.layers[0].neurons[0].weights[0]
    told = talk("nudge w111")
    assert told[0] == f"w⁽¹⁾₁₁ pushed by 0.01, from {show_number(w.data)} to {show_number(w.data + 0.01)}:"
    slope = 0.002535879
    assert told[1] == f"  foretold  gradient × push = ({show_number(slope)})(0.01) = {show_number(slope * 0.01)}"
    assert told[2].startswith("  measured  L: 0.7006529 → 0.7006781, a change of 2.525e-5")
    assert told[3].startswith("They agree but for 0.4%, the bend of the curve; a push of 6.0e-6 agrees.")
    assert talk("nudge w111 0") == ["nudge takes a push that is not 0"]


def test_a_new_beginning_and_how_many_learn(talk, monkeypatch):
    assert talk("restart")[0] == "a new beginning, with seed 1"
    assert talk("restart")[0] == "a new beginning, with seed 2"
    assert talk("restart 0")[0] == "a new beginning, with seed 0"
    assert talk("restart -1") == ["restart takes a whole number from 0 to 1,000,000, not '-1'"]
    stops = {}  # each trial is solved after 2 epochs more than the one before
    talk.session._is_solved = lambda trial: trial.epoch == stops.setdefault(trial, 2 * len(stops) + 2)
    learned = "3 of 3 beginnings learned XOR within 5000 epochs: the fastest in 2, the slowest in 6"
    assert " ".join(talk("seeds 3")) == learned
    weights = [[p.data for p in xor_training(seed).model.parameters()] for seed in range(3)]
    assert [len(t.history) for t in stops] == [2, 4, 6]
    for trial, before in zip(stops, weights, strict=True):
        trial.undo(3 * trial.step_count)
        assert [p.data for p in trial.model.parameters()] == before
    talk.session._is_solved = lambda trial: False
    monkeypatch.setattr(import_module("viz.session.xor"), "LIMIT", 3)
    assert talk("seeds 2") == ["0 of 2 beginnings learned XOR within 3 epochs"]
    assert " ".join(talk("stuck")).startswith("a new beginning: all weights begin at 0, so that every unit says")
    assert {p.data for p in talk.session._model.parameters()} == {0.0}
    talk("stuck dead")
    assert {n.bias.data for n in talk.session._model.layers[0].neurons} == {-3.0}
    talk("stuck rate")
    assert (talk.session._training.learning_rate, talk.session._seed) == (30.0, 1)
    assert talk("svg all") == ["svg network, svg loss or svg alone, not svg all"]


def test_help_has_an_example_and_a_line_for_each_kind(talk):
    told = talk("help")
    assert told[5] == "look     w211             one weight, sum or answer: its number and gradient"
    assert talk("help step")[0] == "step [n]"
    assert talk("help run")[0] == "run epochs"
    assert short_help(["go on    step 5    Enter", "         run: x", "look     w2  one"])[:2] == [
        "go on    step 5 · run",
        "look     w2",
    ]


# ------------------------------------------------------------------------------------------- the terminal
class Screen:
    """A stream that is a terminal, or is not."""

    def __init__(self, is_one=True, encoding="utf-8"):
        self.is_one, self.encoding, self.written, self.flushed = is_one, encoding, "", 0

    def isatty(self):
        return self.is_one

    def write(self, text):
        self.written += text

    def flush(self):
        self.flushed = len(self.written)


def test_a_bar_is_as_full_as_the_work_and_is_wiped(monkeypatch):
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    progress(1, 3, "loss 0.5")
    assert screen.written == f"\r{'█' * 10}{'░' * 20} 1 of 3  loss 0.5\x1b[K"
    assert screen.flushed == len(screen.written)
    screen.written = ""
    progress(99, 100, "")
    assert screen.written.startswith(f"\r{'█' * 29}░ 99 of 100")
    screen.written = ""
    progress(3, 3, "")
    assert screen.written == "\r\x1b[K"
    monkeypatch.setattr("sys.stderr", file := Screen(is_one=False))
    progress(1, 3, "")
    assert file.written == ""


def test_each_command_that_takes_long_draws_its_bar(talk, monkeypatch):
    drawn = []
    for place in ("commands_step_back", "xor"):
        monkeypatch.setattr(import_module(f"viz.session.{place}"), "progress", lambda *shown: drawn.append(shown))
    talk("run 45")
    assert [(done, of) for done, of, _ in drawn] == [(20, 45), (40, 45), (45, 45)]
    assert drawn[-1][2] == f"loss {show_number(talk.session._training.history[-1])}"
    drawn.clear()
    talk("until 0.0001 25")
    assert [(done, of) for done, of, _ in drawn] == [(20, 25), (25, 25), (25, 25)]
    drawn.clear()
    talk.session._is_solved = lambda trial: True
    talk("seeds 1")
    assert drawn == [(1, 1, "seed 0")]


@pytest.mark.parametrize(("wide", "most"), [(40, 40), (100, 100), (140, 100)])
def test_lines_are_as_wide_as_the_terminal_or_a_book(monkeypatch, wide, most):
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((wide, 24)))
    lines = wrapped("  " + "four " * 100, hang=" ").split("\n")
    assert most - 5 < max(map(len, lines)) <= most
    assert all(line.startswith("   four") for line in lines[1:])
    assert wrapped("a-b " * 20).count("-\n") == 0


def test_a_new_line_begins_where_the_old_one_is_whole():
    loop = ["for i in range(3): print(i)"]
    assert _begins_anew(loop, "epoch")
    assert not _begins_anew(loop, "    print(1)"), "it goes on, indented"
    assert not _begins_anew(loop, "")
    assert not _begins_anew(["if x: 1"], "else: 2")
    assert not _begins_anew(["x = ("], "epoch"), "a bracket is open"


def test_how_a_command_is_written():
    assert usage("run", lambda epochs, limit=3: None) == "run epochs [limit]"


def test_what_reads_a_line(talk, monkeypatch):
    readline = pytest.importorskip("readline")
    reads = talk.prompt._reader()
    assert reads is input, "there is no terminal here"
    completed = readline.get_completer()
    assert [completed("st", k) for k in range(3)] == ["step", "stuck", None]
    assert [completed("w11", k) for k in range(3)] == ["w111", "w112", None]
    monkeypatch.setattr("sys.stdin", Screen())
    monkeypatch.setattr("sys.stdout", Screen(encoding="latin-1"))
    assert talk.prompt._reader() is input, "a terminal that has not all signs"
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout", Screen())
    assert talk.prompt._reader() is input


def test_what_stood_below_the_prompt_is_wiped_in_a_terminal_alone(talk, monkeypatch):
    lines = iter(["", "rate", "if True:", "  print('inside')", ""])

    def read(mark):
        marks.append(mark)
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    marks = []
    monkeypatch.setattr(talk.prompt, "_reader", lambda: read)
    monkeypatch.setattr("sys.stdout", screen := Screen())
    monkeypatch.setenv("TERM", "xterm")
    talk.prompt.talk("hello")
    assert screen.written.count("\x1b[J") == 5
    assert marks == ["› ", "› ", "› ", "… ", "… ", "› "]
    assert "► forward 1/50" in screen.written, "an empty line is a step"
    assert "inside" in screen.written
    monkeypatch.setenv("TERM", "dumb")
    lines, screen.written = iter(["rate"]), ""
    talk.prompt.talk("hello")
    assert screen.written == "hello\nthe learning rate is 0.1\n\n", "Ctrl-D leaves the cursor in a line of its own"


def test_a_function_has_its_numbers_for_rows(capsys):
    viz.session(lambda a, b: (a - 1.0) * (a - 1.0) + b * b, [3.0, -0.5], script=["rows", "epoch"])
    said = capsys.readouterr().out
    assert "  a = 3, b = −0.5;  L = 4.25\n" in said
    assert "  a = 2.6, b = −0.4;  L = 2.72\n" in said
    viz.session(lambda *x: x[0] * x[1], [3.0, -0.5], script=["rows"])
    assert "x₁ = 3, x₂ = −0.5;  L = −1.5" in capsys.readouterr().out
    with pytest.raises(TypeError, match="is to be called with 1 numbers"):
        viz.session(lambda a, b: a * b, [Value(1.0)], script=[])


def test_what_was_done_in_python_is_undone_as_a_command(talk):
    talk("training.run(2)")
    assert talk("back") == ["back: at the beginning; forward comes next; undone: what Python did"]
    talk("training.forward()")
    assert talk("back 1")[0].startswith("back: at the beginning; forward comes next")
    for line in ("training.run(2)", "epoch", "training.run(3)"):
        talk(line)
    assert talk("back") == ["back: after epoch 3; forward comes next; undone: what Python did"]
    assert talk("back 2")[0].endswith("undone: epoch, what Python did")
    assert talk.session._training.step_count == 0


def test_the_keys_below_are_those_that_are_no_weights_name():
    from viz.session.functions import FunctionSession

    plain = XorSession()._keys()
    assert "b back" in plain
    ours = FunctionSession(lambda b, w: b * w, [1.0, 2.0], None, loss=None, optimizer=None, title=None)._keys()
    assert ("b back" in ours, "w why" in ours) == (False, False)
    assert len(ours.split(" · ")) == len(plain.split(" · "))
    assert [key for key in plain.split(" · ") if key[0] not in "bw"] == [
        key for key, was in zip(ours.split(" · "), plain.split(" · "), strict=True) if was[0] not in "bw"
    ]


@pytest.mark.parametrize("line", ["epoch", "run 2", "until 0.7", "forward"])
def test_a_phase_that_was_begun_is_finished_first(talk, line):
    whole = XorSession()
    talk("step 3")
    talk(line)
    assert talk.session._cursor is None
    made = talk.session._training.step_count
    if made:
        whole._training.run(made)
        assert [p.data for p in talk.session._model.parameters()] == [p.data for p in whole._model.parameters()]
    assert "forward is under way" in " ".join(talk("back"))
    assert talk.session._cursor == 3


def test_a_curve_of_one_loss_has_no_shape(talk):
    talk("run 1")
    assert not any(line.startswith("Shape") for line in talk("curve"))
    talk("run 1")
    assert talk("curve")[-1].startswith("Shape of the curve: ")


def test_a_braille_cell_is_told_by_where_its_dots_are():
    assert [plain(chr(0x2800 + dots)) for dots in (0, 0b01, 0b10000000, 0b10000001)] == [" ", "'", ".", ":"]
