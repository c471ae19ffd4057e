"""The screen of a step, whole: every number, bar, sign and word stands where it is to stand."""

import os

import pytest

import nn
from autograd import dot
from autograd.explain.events import Send
from viz.session import board as screens
from viz.session.board import board
from viz.session.commands_step_back import Session
from viz.session.functions import FunctionSession
from viz.session.xor import XorSession


@pytest.fixture(scope="module")
def six_rows():
    model = nn.Sequential(nn.Layer(2, 6, "tanh", seed=1), nn.Layer(6, 1, None, seed=2))
    for k, p in enumerate(model.parameters()):
        p.data = 0.25 * ((7 * k) % 9 - 4)
    inputs, targets = [[float(i), 1.0 - i] for i in range(6)], [0.5 * i for i in range(6)]
    optimizer = nn.SGD(model.parameters(), learning_rate=0.125, momentum=0.5)
    training = nn.TrainingSession(model, inputs, targets, loss=nn.mean_squared_error, optimizer=optimizer)
    return Session(training, "six rows")


SCREENS = {
    12: """\
 six rows · epoch 1 · L —        ► forward 13/92  ◀ backward 273  ◆ update 25
     x₁  x₂  wanted    says  │   row 1, 6 units  ► value     ◀ gradient
▸ 1   0   1       0  −1.030  │ ▸ a⁽¹⁾₁[1]        ►  0.7616   ◀ —
  2   1   0     0.5       —  │   a⁽¹⁾₂[1]        ►  0.2449   ◀ —
  3   2  −1       1       —  │   a⁽¹⁾₃[1]        ► −0.4621   ◀ —
  4   3  −2     1.5       —  │   a⁽¹⁾₄[1]        ►  0.7616   ◀ —

► forward 13 of 92   z⁽²⁾₁[1] = w⁽²⁾₁₁·a⁽¹⁾₁[1] + w⁽²⁾₁₂·a⁽¹⁾₂[1] + w⁽²⁾₁₃·a⁽¹⁾…

      w⁽²⁾₁₁ × a⁽¹⁾₁[1]  + −0.7616                   ░░░░░░░░░░░░░░░░░│
      w⁽²⁾₁₂ × a⁽¹⁾₂[1]  +  0.1837                   ████             │
      w⁽²⁾₁₃ × a⁽¹⁾₃[1]  + −0.1155                     ░░             │
      w⁽²⁾₁₄ × a⁽¹⁾₄[1]  + −0.1904                ░░░░░               │
      w⁽²⁾₁₅ × a⁽¹⁾₅[1]  + −0.1837            ░░░░                    │
      w⁽²⁾₁₆ × a⁽¹⁾₆[1]  + −0.4621  ░░░░░░░░░░                        │
      b⁽²⁾₁              +  0.5     ███████████                       │
      in all             ► −1.03               ░░░░░░░░░░░░░░░░░░░░░░░│

  z⁽²⁾₁[1] is the sum in layer 2, unit 1, for row 1.
""",
    73: """\
 six rows · epoch 1 · L —        ► forward 74/92  ◀ backward 273  ◆ update 25
     x₁  x₂  wanted   says  │   row 5, 13 units  ► value     ◀ gradient
  3   2  −1       1  2.311  │   v₈               ► 1.444     ◀ —
  4   3  −2     1.5  2.701  │ ▸ v₉               ► 0.8814    ◀ —
▸ 5   4  −3       2  2.881  │   v₁₀              ► —         ◀ —
  6   5  −4     2.5      —  │   v₁₁              ► —         ◀ —

► forward 74 of 92   v₉ = z⁽²⁾₁[5] − 2

      ┌─ ► value ───┐   ┌─ ► value ───┐   ┏━ ► value ━━━┓
      │    2.881    │ − │      2      │ = ┃   0.8814    ┃
      └─ z⁽²⁾₁[5] ──┘   └─ 2 ─────────┘   ┗━ v₉ ━━━━━━━━┛






  v₉ is a step on the way to the loss, for row 5.
""",
    106: """\
 six rows · epoch 1 · L —         ► forward ✓  ◀ backward 15/273  ◆ update 25
     x₁  x₂  wanted   says  │   row 6, 6 units  ► value     ◀ gradient
  3   2  −1       1  2.311  │   a⁽¹⁾₃[6]        ►  0.964    ◀ —
  4   3  −2     1.5  2.701  │ ▸ a⁽¹⁾₄[6]        ► −1        ◀ —
  5   4  −3       2  2.881  │   a⁽¹⁾₅[6]        ►  0.9919   ◀ —
▸ 6   5  −4     2.5  2.955  │   a⁽¹⁾₆[6]        ►  0.964    ◀ —

◀ backward 15 of 273   ∂L/∂w⁽²⁾₁₄ gets its part from row 6

      ┌╌ ◀ upstream ╌╌╌┐   ╭─ × local ───╮   ┏━ ◁ sent on ━━━┓
      ╎     0.1517     ╎ × │     −1      │ = ┃    −0.1517    ┃
      └╌ ∂L/∂z⁽²⁾₁[6] ╌┘   ╰─ a⁽¹⁾₄[6] ──╯   ┗━ part 1 of 6 ━┛

      row 6   ◁ −0.1517  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│   6 in all
      row 5   ◁  …                                         │
      row 4   ◁  …                                         │
      row 3   ◁  …                                         │
      so far  ◀ −0.1517  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│
  If z⁽²⁾₁[6] grew, L would grow (0.1517 for each unit); w⁽²⁾₁₄ moves it by −1
  times its own move.
""",
    149: """\
 six rows · epoch 1 · L —         ► forward ✓  ◀ backward 58/273  ◆ update 25
     x₁  x₂  wanted   says  │   row 5, 6 units  ► value     ◀ gradient
  3   2  −1       1  2.311  │ ▸ a⁽¹⁾₁[5]        ► −1        ◀ −0.2938
  4   3  −2     1.5  2.701  │   a⁽¹⁾₂[5]        ►  0.978    ◀  —
▸ 5   4  −3       2  2.881  │   a⁽¹⁾₃[5]        ►  0.9051   ◀  —
  6   5  −4     2.5  2.955  │   a⁽¹⁾₄[5]        ► −1        ◀  —

◀ backward 58 of 273   ∂L/∂a⁽¹⁾₁[5] comes from z⁽²⁾₁[5] alone

      ┌╌ ◀ upstream ╌╌╌┐   ╭─ × local ───╮   ┏━ ◁ sent on ━━━━━━━━━━┓
      ╎     0.2938     ╎ × │     −1      │ = ┃       −0.2938        ┃
      └╌ ∂L/∂z⁽²⁾₁[5] ╌┘   ╰─ w⁽²⁾₁₁ ────╯   ┗━ the whole gradient ━┛






  If z⁽²⁾₁[5] grew, L would grow (0.2938 for each unit); a⁽¹⁾₁[5] moves it by
  −1 times its own move.
""",
    365: """\
 six rows · epoch 1 · L —            ► forward ✓  ◀ backward ✓  ◆ update 1/25
     x₁  x₂  wanted    says  │   all rows, 12 units  ► value     ◀ gradient
  1   0   1       0  −1.030  │ ▸ w⁽¹⁾₁₁              ► −0.9772   ◀ −0.1821
  2   1   0     0.5   1.294  │   w⁽¹⁾₁₂              ►  0.75     ◀  0.1564
  3   2  −1       1   2.311  │   w⁽¹⁾₂₁              ► −0.25     ◀  0.4523
  4   3  −2     1.5   2.701  │   w⁽¹⁾₂₂              ► −0.75     ◀ −0.4384

◆ update 1 of 25   w⁽¹⁾₁₁ moves against its gradient

      ┌─ ► now ─────┐   ╭─ moved ────────────╮   ╔═ ◆ next ════╗
      │     −1      │ + │      0.02277       │ = ║   −0.9772   ║
      └─ w⁽¹⁾₁₁ ────┘   ╰─ by the optimizer ─╯   ╚═ w⁽¹⁾₁₁ ════╝






  L shrinks as w⁽¹⁾₁₁ grows, so w⁽¹⁾₁₁ goes up, by 0.02277.
""",
    389: """\
 six rows · epoch 1 · L —               ► forward ✓  ◀ backward ✓  ◆ update ✓
     x₁  x₂  wanted    says  │   all rows  ► value     ◀ gradient
  1   0   1       0  −1.030  │ ▸ b⁽²⁾₁     ► 0.3495    ◀ 1.204
  2   1   0     0.5   1.294  │
  3   2  −1       1   2.311  │
  4   3  −2     1.5   2.701  │

◆ update 25 of 25   b⁽²⁾₁ moves against its gradient

      ┌─ ► now ─────┐   ╭─ moved ────────────╮   ╔═ ◆ next ════╗
      │     0.5     │ + │      −0.1505       │ = ║   0.3495    ║
      └─ b⁽²⁾₁ ─────┘   ╰─ by the optimizer ─╯   ╚═ b⁽²⁾₁ ═════╝






  L grows as b⁽²⁾₁ grows, so b⁽²⁾₁ goes down, by 0.1505.
""",
}


@pytest.mark.parametrize("event", SCREENS)
def test_a_screen_whole(six_rows, event):
    lines = board(six_rows, event)
    assert len(lines) == 21
    assert [line.rstrip() for line in lines] == [*SCREENS[event].split("\n"), *[""] * 21][:21]


@pytest.mark.parametrize(("inputs", "told"), [(7, ""), (8, "   9 in all"), (12, "   13 in all")])
def test_of_a_long_sum_eight_parts_are_bars(inputs, told):
    model = nn.Neuron(inputs, None, seed=0)
    training = nn.TrainingSession(model, [[1.0] * inputs], [0.0], loss=nn.mean_squared_error)
    parts = [line for line in board(Session(training, "one row"), 0)[8:] if "  + " in line]
    assert len(parts) == 8
    assert parts[0].endswith(told)
    assert ("in all" in parts[0]) == bool(told)


@pytest.mark.parametrize(
    ("wide", "high", "codes", "is_one"),
    [(80, 24, True, True), (79, 24, True, False), (80, 23, True, False), (200, 60, False, False)],
)
def test_a_board_is_drawn_where_a_terminal_has_the_room(monkeypatch, wide, high, codes, is_one):
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((wide, high)))
    monkeypatch.setattr(screens, "takes_codes", lambda: codes)
    assert screens.is_screen() is is_one


DESCENT = """\
◆ update 1 of 17   w⁽¹⁾₁₁ moves against its gradient

      ┌─ ► now ─────┐   ┌╌ 0.1 × ◀ ╌╌╌╌┐   ╔═ ◆ next ════╗
      │   0.6888    │ − ╎   0.002536   ╎ = ║   0.6886    ║
      └─ w⁽¹⁾₁₁ ────┘   └╌ ∂L/∂w⁽¹⁾₁₁ ╌┘   ╚═ w⁽¹⁾₁₁ ════╝"""
PARTS = """\
      z⁽²⁾₄[3]  ◁ −0.09018                        ░░░░░░░░░░░░░│
      z⁽²⁾₃[3]  ◁ −0.1487    ░░░░░░░░░░░░░░░░░░░░░             │
      z⁽²⁾₂[3]  ◁ −0.001333                                    │
      z⁽²⁾₁[3]  ◁  0.01878   ███                               │
      in all    ◀ −0.2214       ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│"""


def test_a_step_of_plain_descent_is_its_rate_times_the_gradient():
    session = XorSession()
    session.forward()
    session.backward()
    screen = "\n".join(board(session, 50 + 139))
    assert DESCENT in screen
    assert "L grows as w⁽¹⁾₁₁ grows, so w⁽¹⁾₁₁ goes down, by 0.0002536." in screen


def test_parts_that_come_from_one_row_are_told_apart_by_their_nodes():
    model = nn.MLP(3, [4, 4, 1], activation="tanh", seed=1)
    inputs, targets = [[0.1, 0.2, 0.3], [0.5, 0.1, 0.9], [0.3, 0.3, 0.3]], [0.0, 1.0, 0.5]
    session = Session(nn.TrainingSession(model, inputs, targets, loss=nn.mean_squared_error), "deep")
    recording = session._story().recording
    sends = [(i, event) for i, event in enumerate(recording.events) if isinstance(event, Send)]
    i = next(i for i, event in sends if event.arrival == 4 and recording.words.names[event.parent] == "a⁽¹⁾₁[3]")
    assert PARTS in "\n".join(board(session, i))


def test_names_and_titles_that_are_long_leave_room_for_the_rest(capsys):
    def squares(a_rather_long_name_of_a_weight, b):
        return dot([a_rather_long_name_of_a_weight, b], [b, a_rather_long_name_of_a_weight])

    given = {"loss": None, "optimizer": None, "title": "a title that is so long that nothing stands beside it"}
    session = FunctionSession(squares, [1.0, 2.0], None, **given)
    lines = board(session, 0)
    assert lines[0].startswith(" epoch 1  ")
    assert len(lines[0]) == 78
    assert "      b × a_rather_long_name_o  + 2  │" in "\n".join(lines)
    session.step()
    assert "How to read it: v₁, v₂, … are steps on the way to L" in " ".join(capsys.readouterr().out.split())
