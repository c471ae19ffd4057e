"""What a session says to a beginner, and how it reads the words that are typed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Final

from autograd.support.messages import cut

DIGITS: Final = "₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789"
LIKE_TYPED: Final = str.maketrans(*DIGITS, "⁽⁾()")
WITH_BRACKETS: Final = str.maketrans(DIGITS[0] + "⁽⁾", DIGITS[1] + "()")

GREETING = """\
{about}
{rows}

Enter, or step   does the next single operation
epoch            a whole round: forward pass, backward pass, update
until solved     trains until every row is within 0.1 of its target
help             the rest: back, why, nudge, curve, …
You cannot break anything: back undoes whatever you did.  quit leaves."""

SHORT_HINT = """\
  How to read it: v₁, v₂, … are steps on the way to {L}, and ∂{L}/∂v₁ is the gradient of one: \
how much {L} grows for each bit that it grows."""

HINT = """\
  How to read it: z⁽¹⁾₂[3] is the sum in layer 1, unit 2, for row 3, and a = tanh(z) what that unit says; \
w are weights, b biases, x inputs, L is the loss, ∂L/∂w its gradient; v₁, v₂, … are steps on the way to the loss."""

HELP = """\
go on    step 5           Enter is step; step 5: the next five operations
         forward          the forward pass; then backward; then update
         epoch            all three; run 100: so many epochs
         until 0.1        train to a loss of 0.1; until solved: all rows right
go back  back 3           the last three commands; back 9 epochs; back to 12
look     {w:<16} one weight, sum or answer: its number and gradient
         why {w:<12} where that comes from; why: of what you saw last
         nudge {w:<10} what a small push does to the loss, and was to do
         weights rows     all of them with their gradients; the rows
         curve health     the loss so far; what ails this training, if it does
         boundary svg     the plane of answers; pictures of network and graph
         page, film, playground: this step, the training, the network as pages
change   {w} = 0.3       a weight, as set {w} 0.3; rate 0.5: learning rate
{tries}leave    quit             or Ctrl-D; save a.txt: what you typed; load a.txt"""

NOTES = """\
Letters: b back, w why, e epoch, u until solved, s step, ? help, q quit.
{names}
Anything else is Python; model, training, inputs and targets are there."""

BY_LAYERS = """\
w211: layer 2, unit 1, the weight of input 1, counted from 1; b11: in layer 1 the bias of unit 1; z11[2]: \
that unit's sum for row 2.  show is for such names."""

BY_PATHS = "{w} is {path}, counted from 1; weights lists them all.  show is for such names."


def as_typed(name: str) -> str:
    """Return w⁽¹⁾₁₁, or w(1)11, as it is typed: w111; and hidden.w₁₁ as hidden.w11."""
    return name.translate(LIKE_TYPED)


def place_of(name: str, names: Sequence[str]) -> int:
    """Return the place of the node that a person means by `w111`; raises ValueError with the nearest names."""
    plain = [as_typed(known) for known in names]
    meant = [i for i, known in enumerate(plain) if known == as_typed(name)]
    if len(meant) > 1:  # w⁽¹⁾₁₁,₁ and w⁽¹¹⁾₁,₁ are typed alike
        whole = [names[i].translate(WITH_BRACKETS) for i in meant]
        if whole.count(name.translate(WITH_BRACKETS)) != 1:
            raise ValueError(f"{cut(name)!r} may be {' or '.join(whole)}: type it with the brackets")
        meant = [meant[whole.index(name.translate(WITH_BRACKETS))]]
    if not meant:
        near = get_close_matches(name, plain, 6, 0.5) or [x for x in plain if x[:1] == name[:1]]
        near = near or [x for x in plain if x[:1] in "wb"] or plain
        few = f"{', '.join(near[:12])}{', …' * (len(near) > 12)}"
        raise ValueError(f"there is no {cut(name)!r} here; there are {few}")
    return meant[0]


def short_help(told: Sequence[str]) -> list[str]:
    """Return the lines of help without what they explain, for a terminal that has not the room."""
    lines: list[str] = []
    for line in told:
        if line[0] != " ":
            lines.append(f"{line[:8]:<8}")
        lines[-1] += (" · " if lines[-1][8:] else " ") + re.split(" {2,}|: ", line[9:])[0]
    return [*lines, "help step, and so of each, says more."]


MOST = 1_000_000  # of anything: more would take a session hours


def number_from(word: Any, command: str) -> float:
    """Return the finite number that was typed; raises ValueError saying what the command takes."""
    with suppress(ValueError):
        if math.isfinite(x := float(str(word).replace("−", "-"))):
            return x
    raise ValueError(f"{command} takes a finite number, not {cut(str(word))!r}")


def count_from(word: Any, command: str, least: int = 1) -> int:
    """Return the whole number that was typed; raises ValueError saying what the command takes."""
    with suppress(ValueError):
        if least <= int(str(word)) <= MOST:
            return int(str(word))
    raise ValueError(f"{command} takes a whole number from {least} to {MOST:,}, not {cut(str(word))!r}")
