"""Other engines beside the truth: graphs in our operations, run by a peer in an environment of its own.

What a peer has no operation for is a number to it: the graph is cut there, and the truth is of what is left.
"""

import atexit
import json
import math
import random
import subprocess
from functools import cache
from pathlib import Path

import autograd as ag
from autograd import Value
from autograd.recording.graph import operands
from autograd.rules.operation import TABLE
from tests.fuzz.against import EQUAL, NOT_FINITE, ON_AN_EDGE, Differs
from tests.fuzz.random_programs import Drawn, random_graph
from tests.fuzz.realistic import SPECIAL, Draw
from tests.fuzz.shrinking import Lines

PEERS = ("torch", "autograd", "jax.grad", "micrograd")
CONSTANT = {"leaky_relu": 1, "elu": 1, "power": 1}  # the place of an input that some peers take as a plain number


class Peer:
    """A process that differentiates graphs: `knows` is what operations it has."""

    def __init__(self, name, python):
        script = str(Path(__file__).with_name("peer_process.py"))
        self.process = subprocess.Popen(
            [python, "-I", "-W", "ignore", script, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        atexit.register(self.process.kill)
        self.knows = set(json.loads(self.process.stdout.readline() or "null") or _missing(name, python))

    def __call__(self, lines):
        """Return the peer's value and gradients, or the words of what it raised."""
        self.process.stdin.write(json.dumps(lines.lines) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def cut(self, lines):
        """Return the lines with leaves in the places of what the peer does not know."""
        for k in range(len(lines.lines) - 1, -1, -1):
            if k < len(lines.lines) and lines.lines[k][0] not in (None, *self.knows):
                lines = lines.without(k)
        return lines


def _missing(name, python):
    raise SystemExit(f"{python} has no {name}: give its own with --python, as /tmp/peer/bin/python")


peer = cache(Peer)


def graph(seed):
    """Return the root that a seed draws: of any operations, of layers, as users write, or one far from 1."""
    r = random.Random(seed)
    if seed % 4 == 3:
        op = r.choice(list(TABLE.values()))
        given = [[far(r) for _ in range(3)] if k < op.groups else far(r) for k in range(op.arity)]
        return op(*given) * far(r)
    if seed % 4 == 0:
        return random_graph(r)[0]
    if seed % 4 == 1:
        drawn = Drawn(seed)
        return drawn.function([[Value(a) for a in row] for row in drawn.x], drawn.index)
    draw = Draw(seed)
    rows = draw.rows(r.randint(2, draw.steps + 1))
    if r.random() < 0.5:
        r.choice(rows)[r.randrange(draw.width)] = r.choice(SPECIAL)
    return draw.function([[Value(a) for a in row] for row in rows])


def far(r):
    """Return a Value of any size, small ones and those near 1 the most often."""
    size = 10.0 ** r.choice([r.uniform(-2.0, 2.0), r.uniform(-20.0, 20.0), r.uniform(-300.0, 300.0)])
    return Value(r.choice([1.0, -1.0]) * r.choice([size, size, 1.0 + size, 1.0 - size]))


def beside(seed, name, python):
    """Compare a peer with the truth on the graph of a seed; returns what it came to, or raises Differs."""
    other = peer(name, python)
    try:
        lines = other.cut(Lines(graph(seed)))
    except ArithmeticError:  # beyond all floats
        return NOT_FINITE
    if len(lines.lines) < 2:
        return "nothing that the peer knows"
    root, leaves = lines.built()
    return judged(root, leaves, other)


def judged(root, leaves, other):
    """Return what a peer's numbers came to beside those of the truth, known to the last digit."""
    order = ag.topological_order(root)
    leaves = [n for n in order if n.is_leaf]
    told = ag.certify(root, leaves)
    if not math.isfinite(told.value.number):
        return NOT_FINITE
    if told.branches or any(map(at_a_kink, order)):
        return ON_AN_EDGE
    lines = Lines(root)
    said = other(lines)
    if isinstance(said, str):
        raise Differs(f"raised {said}", root, leaves)
    taken = {given[CONSTANT[name]] for name, given, _ in lines.lines if name in CONSTANT}
    compared = [True, *(k not in taken for k, (name, _, _) in enumerate(lines.lines) if name is None)]
    found = zip([said[0], *said[1]], (told.value, *told.gradients), compared, strict=True)
    known = [(x, one.true) for x, one, is_compared in found if is_compared and one.true is not None]
    known = [(x, true) for x, true in known if math.isfinite(true)]
    scale = max(1.0, *(abs(true) for _, true in known))
    alone = sum(not node.is_leaf for node in order) <= 2  # one operation has no sums in which digits are lost
    for x, true in known:
        if not abs(x - true) <= 1e-9 * (abs(true) + 1e-290 if alone else scale):
            raise Differs(f"{x!r}, in truth {true!r}", root, leaves)
    return EQUAL


def at_a_kink(node):
    """Whether a node stands where engines may choose a derivative: at a kink, or at a tie."""
    if node.is_leaf:
        return False
    given = [x if x.is_group else x.data for x in operands(node)]
    if node.op.name == "largest":
        return sum(x.data == node.data for x in given[0]) > 1
    kink = getattr(node.op, "kink", None)
    return kink is not None and not any(getattr(x, "is_group", False) for x in given) and kink(*given) == 0.0


def differs(root, leaves, name, python):
    """Whether a peer's numbers are wrong: what a graph is shrunk by."""
    try:
        judged(root, leaves, peer(name, python))
    except Differs:
        return True
    return False
