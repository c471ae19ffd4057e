"""What the XOR session says to a beginner, and how it reads the words that are typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from autograd.support.messages import cut

LIKE_TYPED: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789", "⁽⁾(),.")

GREETING = """\
XOR, learned by backpropagation: 2 inputs → 4 hidden units (tanh) → 1 output,
17 weights and biases to learn, four rows of data.
{rows}

Type  step        to do the next single operation, and again (↑ brings it back)
      epoch       to do a whole round: forward pass, backward pass, update
      until 0.1   to train until the loss is below 0.1
      help        to see the rest: back, why, curve, boundary, …
You cannot break anything: back undoes whatever you did.  quit leaves."""

HINT = """\
  How to read it: z⁽¹⁾₂[3] is the sum in layer 1, unit 2, for row 3, and
  a = tanh(z) what that unit says; w are weights, b biases, x inputs, L is the
  loss, ∂L/∂w its gradient; v₁, v₂, … are steps on the way to the loss."""

HELP = """\
go on    step [n]         the next operation of any phase; step 5: the next 5
         forward          the whole forward pass
         backward         the whole backward pass
         update           move every weight against its gradient
         epoch            all three
         run 1000         so many epochs
         until 0.1        until the loss is below 0.1
         until solved     until every row is within 0.1 of its target
go back  back             undo the last command, to the bit
         back 3           the last three; back 100 epochs: so many epochs
look     rows             what the network says of each row
         weights          each weight with its gradient
         why w111         where a gradient comes from, by the chain rule
         why              the same of what you saw last
         curve            the loss so far
         boundary         what the network says over the plane
         health           a diagnosis: dead units, gradients, plateau, rate
         svg              write pictures of the network and of the loss's graph
         page             open a page in the browser, at the step you are at
         film             open the training so far, to be played and scrubbed
         playground       open this network, to drag its weights and run it
change   rate 0.5         the learning rate
         set w111 0.3     one weight by hand
         restart 7        begin anew with the weights of seed 7
try      stuck            a run that gets stuck, and why: stuck dead, or rate
         seeds 10         how many of ten beginnings learn XOR, and how fast
leave    quit

w111 is w⁽¹⁾₁₁: in layer 1, in unit 1, the weight of input 1; b11 is its bias.
z11[2] is that unit's sum for row 2.
Anything else is Python; model, training, inputs and targets are there."""


def as_typed(name: str) -> str:
    """Return w⁽¹⁾₁₁, or w(1)11, as it is typed: w111."""
    return name.translate(LIKE_TYPED)


def place_of(name: str, names: Sequence[str]) -> int:
    """Return the place of the node that a person means by `w111`; raises ValueError with the nearest names."""
    plain = [as_typed(known) for known in names]
    if as_typed(name) not in plain:
        near = [x for x in plain if x[:1] == name[:1]] or [x for x in plain if x[0] in "wb"]
        raise ValueError(f"there is no {name!r} here; there are {', '.join(near[:12])}{', …' * (len(near) > 12)}")
    return plain.index(as_typed(name))


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
