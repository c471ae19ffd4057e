"""Small data to learn from: each function returns rows of inputs and their targets, the same for the same seed."""

from __future__ import annotations

import math
import random
from importlib import import_module
from typing import Any

from autograd.support.messages import missing_extra
from nn.support.validate import checked_count, listed

Rows = list[list[float]]


def xor() -> tuple[Rows, list[float]]:
    """Return the four rows of exclusive or: the target is 1 where the two inputs differ."""
    return [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def moons(count: int = 100, *, noise: float = 0.1, seed: int = 0) -> tuple[Rows, list[int]]:
    """Return points on two half circles that reach into one another, shuffled, and which of them (0 or 1)."""
    half = checked_count("count", count, least=2) // 2
    upper = [[math.cos(t), math.sin(t)] for t in _evenly(half, math.pi)]
    lower = [[1.0 - math.cos(t), 0.5 - math.sin(t)] for t in _evenly(count - half, math.pi)]
    return _scattered([upper, lower], noise, seed)


def circles(count: int = 100, *, noise: float = 0.05, seed: int = 0) -> tuple[Rows, list[int]]:
    """Return points on a circle of radius 1 (class 0) and one of radius 1/2 inside it (class 1), shuffled."""
    half = checked_count("count", count, least=2) // 2
    rings = [(1.0, half), (0.5, count - half)]
    turns = [[[r * math.cos(t), r * math.sin(t)] for t in _evenly(n + 1, math.tau)[:-1]] for r, n in rings]
    return _scattered(turns, noise, seed)


def spirals(
    count: int = 150, *, classes: int = 3, turns: float = 0.75, noise: float = 0.02, seed: int = 0
) -> tuple[Rows, list[int]]:
    """Return points on `classes` arms that wind out from the origin to radius 1, shuffled, and which arm."""
    arms = checked_count("classes", classes, least=2)
    checked_count("count", count, least=arms)
    points = []
    for arm in range(arms):
        n = count // arms + (arm < count % arms)
        radii = [(i + 1) / n for i in range(n)]
        angles = [math.tau * (turns * r + arm / arms) for r in radii]
        points.append([[r * math.cos(t), r * math.sin(t)] for r, t in zip(radii, angles, strict=True)])
    return _scattered(points, noise, seed)


def sine(count: int = 100, *, frequency: float = 3.0, noise: float = 0.0, seed: int = 0) -> tuple[Rows, list[float]]:
    """Return x evenly on [−1, 1] as rows of one, and sin(frequency · x) with normal noise."""
    generator = random.Random(f"sine {seed}")
    xs = [2.0 * t - 1.0 for t in _evenly(checked_count("count", count, least=2), 1.0)]
    return [[x] for x in xs], [math.sin(frequency * x) + generator.gauss(0.0, noise) for x in xs]


def digits() -> tuple[Rows, list[int]]:
    """Return scikit-learn's 1,797 handwritten digits: 64 gray values from 0 to 1 a row, and which digit.

    Raises ImportError naming the extra where scikit-learn is missing.
    """
    try:
        loader: Any = import_module("sklearn.datasets")
    except ImportError:
        raise ImportError(missing_extra("the digits come with scikit-learn", "data")) from None
    bunch = loader.load_digits()
    return (bunch.data / 16.0).tolist(), bunch.target.tolist()


def names() -> list[str]:
    """Return some two hundred first names, lower case, for models of characters."""
    return _NAMES.split()


def text() -> str:
    """Return a short plain English text about learning by small steps, written for this library."""
    return _TEXT


def split(
    inputs: Any, targets: Any, *, share: float = 0.2, seed: int = 0
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Return inputs and targets to train on, then those held out: that share of the rows, drawn by the seed.

    Raises ValueError unless at least one row falls on either side.
    """
    inputs, targets = listed(inputs, "inputs"), listed(targets, "targets")
    if len(inputs) != len(targets):
        raise ValueError(f"each row needs a target, but there are {len(inputs)} rows and {len(targets)} targets")
    held = round(share * len(inputs))
    if not 0 < held < len(inputs):
        raise ValueError(f"split(share={share}): {held} of {len(inputs)} rows would be held out; each side needs a row")
    order = list(range(len(inputs)))
    random.Random(f"split {seed}").shuffle(order)
    train, out = order[held:], order[:held]
    return [inputs[i] for i in train], [targets[i] for i in train], [inputs[i] for i in out], [targets[i] for i in out]


def _evenly(count: int, end: float) -> list[float]:
    return [end * i / (count - 1) if count > 1 else 0.0 for i in range(count)]


def _scattered(classes: list[Rows], noise: float, seed: int) -> tuple[Rows, list[int]]:
    """Return the points of all classes moved by normal noise and shuffled, and their classes."""
    if not 0.0 <= noise < math.inf:
        raise ValueError(f"noise is the standard deviation of the scatter, 0 or more, not {noise}")
    generator = random.Random(f"points {seed}")
    clean = [(point, i) for i, points in enumerate(classes) for point in points]
    pairs = [([x + generator.gauss(0.0, noise) for x in point], i) for point, i in clean]
    generator.shuffle(pairs)
    return [point for point, _ in pairs], [i for _, i in pairs]


_NAMES = """
ada adele agnes aidan alan alba albert alice alma alva amelia amir amos andrea anna anton ari arlo asa astrid aurora
ava axel basil beatrix bela bella ben bertha bianca boris bruno calla carl carmen cecilia celia chloe clara claude
clio colin cora cyrus dahlia daisy dalia damon daniel daphne david delia della diana dora doris edgar edith edna elena
eli elias elina elisa ella elmer elsa emil emma enid enzo eric erna esther ethan etta eva evelyn ezra felix fiona flora
florian frank freda frieda gemma george gerda gina grace greta gwen hanna harald harriet hazel hector helen helga henry
hilda hugo ida ignaz ilse ina ines inga ingrid iona irene iris irma isaac isla ivan ivo ivy jacob jana jasper jean joan
joel johan jonas jora judith julia juno kai karin karl katia kira klara lara lars laura lea leah lena leo leona lev lia
lida lila lily lina linus lisa livia lola lorena louis lucia lucy luis luna lydia mabel magda maia marco maria marie
marta mathilde maud max maya mia mila milan mina mira miriam moira mona nadia naomi nell nina noah noel nora odette
olga olive olivia omar opal oscar otis otto owen paul paula pearl petra phoebe pia rafael ralf ramona rhea rita robin
rosa rosalie ruby rufus ruth sara selma silas silvia simon sofia stella sven talia tessa theo thora tilda tina tobias
una ursula vera victor viola vivian walter wanda wilma xenia yara yasmin yves zara zelda zoe
"""

_TEXT = """\
a valley lies in fog. a walker stands on a slope and cannot see the floor. the walker feels the ground with one foot,
finds the way that falls the most, and takes a small step. then the walker stands still and feels the ground again.
step by step the ground grows flat, and where it is flat the walk is over. the walker has not seen the valley, and
yet has found its floor.

a network learns in the same way. its weights are the place where it stands, its error is the height of the ground,
and the gradient is the slope under its foot. a large step is quick, but it may leap over the floor and land higher
on the other side. a small step is safe, but the night is long. so the step is chosen with care: small at first, then
larger, and small again near the end.

how does the network feel the ground? it asks each weight what the error would do if the weight were a little larger.
to ask them one by one would take as many walks as there are weights. there is a better way. the error is asked what
made it, and what made that, and so on, back to the first. at each door the answer is a number, and along each path
the numbers are multiplied. where two paths meet again, they are added. this is the chain rule, and nothing more is
needed. one walk forward to see where we are, one walk back to learn who is to blame, and every weight knows its share.

the walker who goes back must know the way out. so the network keeps what it saw on the way forward: each sum, each
answer, each door. without these the walk back would have no ground to stand on. memory is the price, and it is paid
with each step. some pay less: they keep only a few doors, and walk again from there when they need the rest.

not each slope is kind. some doors let nothing back: the number there is zero, and all behind it sleeps. some doors
let back a quarter at the most, and after ten of them there is but a whisper. some make it louder each time, until
it is a storm. so the doors are chosen with care too, and the weights begin neither too large nor too small.
"""
