"""What recorded runs are compared with: the truth of the recorded graph, and compiled programs at odd moments."""

import math
import random
import warnings
from collections import Counter

import autograd as ag
from autograd import Value
from autograd.recording.graph import operands
from autograd.rules.operation import TABLE
from tests.autograd.explain.planted import slacks
from tests.fuzz.random_programs import (
    Drawn,
    assert_compiles,
    assert_function_compiles,
    assert_same,
    is_on_an_edge,
    moved_graph,
    moved_network,
    random_graph,
    recorded,
)
from tests.fuzz.realistic import SPECIAL, Draw
from tests.fuzz.sizes import SIZES, at_sizes

COMPILED = ("numpy", "native", "jax")
OTHERS = ("recorded", "exact", "sizes")
EQUAL, NOT_FINITE, ON_AN_EDGE = "equal", "without a finite loss", "on the edge of a branch"
BY_FLOATS = "off by the range or the rounding of floats alone"
BY_ROUNDING = "as far from the truth as the recorded run"
OUTCOMES = (EQUAL, NOT_FINITE, ON_AN_EDGE, BY_FLOATS)


class Differs(AssertionError):
    """Two runs gave different numbers; `root` is the recorded graph, if it is one that can be shrunk."""

    def __init__(self, message, root=None, parameters=()):
        super().__init__(message)
        self.root, self.parameters = root, list(parameters)


def compare(seed, against):
    """Draw the program of that seed and compare; returns what it came to, or raises Differs."""
    warnings.simplefilter("ignore")
    if against == "exact":
        above = [pair for pair in slacks(seed) if pair[0] > pair[1] + 1e-9]
        if above:
            raise Differs(f"certify says {above[0][0]} digits, and {above[0][1]} are right")
        return EQUAL
    if against == "sizes":
        found = at_sizes(seed, ("numpy", "native")[seed % 2], is_rounding)
        return f"{EQUAL}, {found} of {len(SIZES)} sizes by one program"
    kind = seed % 3
    if kind == 2:
        return moments(Draw(seed), against)
    if against == "recorded":
        if kind == 0:
            return true(*random_graph(random.Random(seed))[::2])
        drawn = Drawn(seed)
        return true(drawn.function([[Value(a) for a in row] for row in drawn.x], drawn.index), drawn.parameters)
    return _random_program(seed, kind, against)


def _random_program(seed, kind, against):
    try:
        if kind == 1:
            assert_function_compiles(Drawn(seed), against)
        else:
            root, inputs, parameters = random_graph(random.Random(seed))
            try:
                assert_compiles(root, inputs, parameters, against)
            except AssertionError as error:
                raise Differs(str(error), root, parameters) from error
    except FloatingPointError:
        return NOT_FINITE
    except AssertionError:
        if is_on_an_edge(moved_network if kind == 1 else moved_graph, seed):
            return ON_AN_EDGE
        raise
    return EQUAL


def true(root, parameters):
    """Compare a recorded run with its truth on balls, whose rules are proved (`tests/autograd/rules/proofs.py`)."""
    told, wrong = _from_the_truth(root, parameters)
    if not math.isfinite(root.data):
        return NOT_FINITE
    if not wrong:
        return EQUAL
    if told.branches:
        return ON_AN_EDGE
    if is_right_by_itself(root, told.gradients, parameters):
        return BY_FLOATS
    raise Differs(f"recorded {wrong[0].number!r}, in truth {wrong[0].true!r}", root, parameters)


def _from_the_truth(root, parameters):
    """Return the certificate of a graph, and what in it is further from the truth than rounding explains."""
    told = ag.certify(root, _used(root, parameters))
    results = [x for x in (told.value, *told.gradients) if x.true is not None]
    scale = max([1.0, *[abs(x.true) for x in results if math.isfinite(x.true)]])
    return told, [x for x in results if x.number != x.true and not abs(x.number - x.true) <= 1e-9 * scale]


def _used(root, parameters):
    """Return those of the parameters that are in a graph."""
    nodes = {id(node) for node in ag.topological_order(root)}
    return [p for p in parameters if id(p) in nodes]


def is_right_by_itself(root, gradients, parameters):
    """Whether every operation is right on the floats that it was given, and the chain rule on its local derivatives.

    Then only the range and the rounding of floats lead away from the truth: exp(-800) is 0, (1e300 + 1) - 1e300 too.
    """
    order = ag.topological_order(root)
    if not all(_is_right_alone(node) for node in order if not node.is_leaf):
        return False
    total, magnitude = chain_rule(order)
    return all(
        abs(told.number - total[id(p)]) <= 1e-9 * magnitude[id(p)] or not math.isfinite(magnitude[id(p)])
        for told, p in zip(gradients, _used(root, parameters), strict=True)
    )


def _alone(node):
    """Return an operation run anew, and the leaves of its operands' numbers by the operands' ids."""
    alone = {id(parent): Value(parent.data) for parent in node.parents}
    groups = [[alone[id(v)] for v in x] if x.is_group else alone[id(x)] for x in operands(node)]
    return TABLE.get(node.op.name, node.op)(*groups), alone


def _is_right_alone(node):
    output, alone = _alone(node)
    told, wrong = _from_the_truth(output, list(alone.values()))
    same = output.data == node.data or (math.isnan(output.data) and math.isnan(node.data))
    return same and (not wrong or not math.isfinite(output.data) or bool(told.branches))


def chain_rule(order):
    """Return the gradient of each node by its id, and what it is added from: the sum of its paths' magnitudes."""
    total, magnitude = Counter({id(order[-1]): 1.0}), Counter({id(order[-1]): 1.0})
    for node in reversed(order):
        if node.is_leaf or id(node) not in total:
            continue
        output, alone = _alone(node)
        output.backward()
        for parent, leaf in ((parent, leaf) for parent, leaf in alone.items() if leaf.has_grad):
            total[parent] += total[id(node)] * leaf.grad
            magnitude[parent] += magnitude[id(node)] * abs(leaf.grad)
    return total, magnitude


def is_rounding(root, parameters, found, expected):
    """Whether the recorded run itself is as far from the truth: where numbers overflow or cancel, order and FMA decide.

    A product of finite numbers may be beyond all floats, or be added before it is rounded, as FMA does.  A gradient
    that is the difference of large parts has no more digits than they leave it.
    """
    order = ag.topological_order(root)
    if not math.isfinite(expected[0]):
        return any(map(_overflows, order))
    used, (_, magnitude) = _used(root, parameters), chain_rule(order)
    known = dict(zip(map(id, used), ag.certify(root, used).gradients, strict=True))
    for p, x, y in zip(parameters, found[1], expected[1], strict=True):
        true = known[id(p)].true if id(p) in known else 0.0
        if abs(x - y) <= max(1e-10, 1e-12 * magnitude[id(p)]):
            continue
        if not (true is not None and abs(x - true) <= 100.0 * abs(y - true) + 1e-10 * abs(true)):
            return False
    return True


def _overflows(node):
    """Whether sums or products of finite numbers lie beyond all floats."""
    arithmetic = getattr(node.op, "name", "") in ("add", "subtract", "multiply", "dot", "total")
    return arithmetic and not math.isfinite(node.data) and all(math.isfinite(x.data) for x in node.parents)


def certificate_names_branches(root):
    """Whether rounding decides which branch of a recorded graph is taken."""
    return bool(ag.certify(root).branches)


def graph_differs(root, leaves, against):
    """Whether what is compiled from a recorded graph gives other numbers than it, or the graph than the truth."""
    try:
        if against == "recorded":
            true(root, leaves)
        else:
            expected = recorded(root, leaves)
            found = ag.compile_graph(root, [], leaves, against).value_and_gradient()
            if math.isfinite(expected[0]) or math.isfinite(found[0]):
                assert_same(found, expected, "", 1e-10)
    except AssertionError:
        return not certificate_names_branches(root)
    return False


def moments(draw, against):
    """Compare a realistic program at odd moments: other weights, another shape, special numbers in rows and weights."""
    r = draw.random
    step = None if against == "recorded" else ag.compile(draw.function, draw.parameters, backend=against)
    outcome = EQUAL
    for moment in range(4):
        rows = draw.rows(r.randint(2, draw.steps + 1))
        if moment == 1 and draw.parameters:
            for p in draw.parameters:
                p.data += r.uniform(-0.2, 0.2)
        if moment == 2:
            r.choice(rows)[r.randrange(draw.width)] = r.choice(SPECIAL)
        if moment == 3:
            r.choice(draw.parameters).data = r.choice(SPECIAL)
        root = draw.function([[Value(a) for a in row] for row in rows])
        if step is None:
            outcome = max(outcome, true(root, draw.parameters), key=OUTCOMES.index)
            continue
        expected = recorded(root, draw.parameters)
        found = step.value_and_gradient(rows)
        if not math.isfinite(expected[0]):
            if math.isfinite(found[0]) and not is_rounding(root, draw.parameters, found, expected):
                raise Differs(
                    f"{draw.kind}, moment {moment}: {found[0]!r}, and recorded {expected[0]!r}", root, draw.parameters
                )
            outcome = NOT_FINITE
            continue
        try:
            assert_same(found, expected, f"{draw.kind}, moment {moment}", 1e-10)
        except AssertionError as error:
            if certificate_names_branches(root):
                return ON_AN_EDGE
            if is_rounding(root, draw.parameters, found, expected):
                return BY_ROUNDING
            raise Differs(" ".join(str(error).split()), root, draw.parameters) from error
    return outcome
