"""Mutants of the rules: each constant, sign, operand and comparison changed, one at a time, and who notices.

`python -m tests.autograd.rules.mutants` makes them all and writes the list, `mutants.txt`, with what kills each:

    algebra   the proof that what it states is the derivative of its output fails (`proofs.py`)
    forward   its output is not that of the function of its name (`test_operations.py`, from outside)
    edges     it is not what the row says of itself at kinks and ends (`at_edges`)
    points    its output is not, at ties, zeros, infinities and nan, what Python's own means give
    nothing   it is the same number and the same derivative everywhere, as algebra proves: no mutant at all
"""

import itertools
import math
import operator
import sys
from pathlib import Path

import sympy

from autograd.rules.formulas import evaluate, fold
from autograd.rules.operation import TABLE
from autograd.rules.symbols import SYMBOLS, Symbol, formulas, parameters
from tests.autograd.rules.proofs import branches, inputs_of, is_zero, unproved
from tests.support.exact import samples

LIST = Path(__file__).with_name("mutants.txt")
INF, NAN = math.inf, math.nan
FACTOR = 1.0 + 1e-12
SIBLINGS = {
    "add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply", "exp": "expm1", "expm1": "exp",
    "log": "log1p", "log1p": "log", "sin": "cos", "cos": "sin", "tan": "sin", "sinh": "cosh", "cosh": "sinh",
    "erf": "erfc", "erfc": "erf", "maximum": "minimum", "minimum": "maximum", "sigmoid": "tanh", "tanh": "sigmoid",
    "less": "greater", "greater": "less", "less_equal": "greater_equal", "greater_equal": "less_equal",
    "sqrt": "abs", "asin": "acos", "acos": "asin", "atan": "tanh",
}  # fmt: skip
STRICTER = {"less": "less_equal", "less_equal": "less", "greater": "greater_equal", "greater_equal": "greater"}
SWAPPED = ("subtract", "divide", "power", "xlogy")


def number(x):
    return Symbol("number", (x,))


def changes(x, names, groups):
    """Yield (what was done, the changed symbol) for one symbol, its operands left as they are."""
    if x.number is not None:
        c = x.number
        for what, changed in ((f"{c} + 1", c + 1.0), (f"−{c}", -c), (f"{c} · (1 + 1e-12)", c * FACTOR)):
            if changed != c and changed == changed:
                yield f"{c} → {what}", number(changed)
    elif x.function == "name":
        for other in groups if x.inputs[0] in groups else names:
            if other != x.inputs[0]:
                yield f"{x.inputs[0]} → {other}", Symbol("name", (other,))
        if x.inputs[0] not in groups:
            yield f"{x.inputs[0]} → −{x.inputs[0]}", Symbol("negative", (x,))
    else:
        if x.function in SIBLINGS:
            yield f"{x.function} → {SIBLINGS[x.function]}", Symbol(SIBLINGS[x.function], x.inputs)
        if x.function in STRICTER:
            yield f"{x.function} → {STRICTER[x.function]}", Symbol(STRICTER[x.function], x.inputs)
        if x.function in SWAPPED:
            yield f"{x.function}'s operands swapped", Symbol(x.function, x.inputs[::-1])
        if x.function in ("negative", "abs", "detach"):
            yield f"no {x.function}", x.inputs[0]
        if x.function == "where":
            condition, yes, no = x.inputs
            yield "where's branches swapped", Symbol("where", (condition, no, yes))
            yield "where's first branch always", yes
            yield "where's second branch always", no


def mutated(x, names, groups):
    """Yield (what was done, the changed symbol) for the function of a symbol, and for each name and number it is of."""
    yield from changes(x, names, groups)
    for i, operand in enumerate(x.operands):
        if not operand.operands:
            for what, changed in changes(operand, names, groups):
                yield f"in {x.function}, {what}", Symbol(x.function, (*x.inputs[:i], changed, *x.inputs[i + 1 :]))


def distinct(formulas):
    """Return the different functions of symbols in formulas, the innermost first: each is one step of the rule."""
    known = {}
    for formula in formulas:
        fold(formula, lambda x, _: x, known)
    return [x for x in known if x.operands]


def mutants(op):
    """Yield (description, output, derivatives) for each mutant of a row: one step changed, wherever it is used."""
    output, derivatives = formulas(op.name, SYMBOLS)
    names = [name for i, name in enumerate(parameters(op)) if i >= op.groups]
    groups = [name for i, name in enumerate(parameters(op)) if i < op.groups]
    for x in distinct((output, *derivatives)):
        for what, changed in mutated(x, names, groups):
            new, *slopes = (formula.replace({x: changed}) for formula in (output, *derivatives))
            yield what, new, tuple(slopes)
    for i, d in enumerate(derivatives):
        mutations = list(changes(d, names, groups)) if not d.operands else []
        if d.number != 0.0 and d.function != "first" and d.inputs[0] not in groups:
            mutations += [("−1 · it", Symbol("negative", (d,))),
                          ("(1 + 1e-12) · it", Symbol("multiply", (number(FACTOR), d)))]  # fmt: skip
        for what, changed in mutations:
            yield f"∂/∂{parameters(op)[i]}: {what}", output, (*derivatives[:i], changed, *derivatives[i + 1 :])


POINTS = (-INF, -1000.0, -40.0, -1.0, -0.0, 0.0, 0.5, 1.0, 40.0, 1000.0, INF, NAN)
BY_PYTHON = {  # what is the very same number, by Python's own means
    "greater": operator.gt, "greater_equal": operator.ge, "less": operator.lt, "less_equal": operator.le,
    "equal": operator.eq, "isnan": lambda x: x != x, "where": lambda condition, x, y: x if condition else y,
    "abs": math.fabs, "relu": lambda x: x if x != x else max(x, 0.0), "detach": lambda x: x,
    "maximum": lambda x, y: NAN if x != x or y != y else max(x, y),
    "minimum": lambda x, y: NAN if x != x or y != y else min(x, y),
    "hypot": lambda x, y: NAN if x != x or y != y else math.hypot(x, y),
    "leaky_relu": lambda x, slope: x if x > 0.0 else x * slope,
    "elu": lambda x, alpha: x if x > 0.0 else alpha * math.expm1(x),
    "sign": lambda x: math.copysign(1.0, x) if x == x and x != 0.0 else x,
    "hardtanh": lambda x: x if x != x else min(max(x, -1.0), 1.0),
    "clip": lambda x, low, high: NAN if x != x or low != low or high != high else min(max(x, low), high),
}  # fmt: skip
AT_POINTS = {name: function for name, function in BY_PYTHON.items() if name in TABLE}

MORE_EDGES = {  # beside those that the row states: (output, derivatives)
    "atan2": {(-INF, 1.0): (-math.pi / 2.0, (0.0, 0.0))},
}


def points(op):
    return itertools.product(POINTS[:: 2 if op.arity > 2 else 1], repeat=op.arity) if not op.groups else ()


def killer(op, output, derivatives):
    """Return what notices a mutant, None if nothing does."""
    own, slopes = formulas(op.name, SYMBOLS)
    if any(unproved(op, output, derivatives)):
        return "algebra"
    if op.groups:
        return None

    def at(formula, point):
        return evaluate(formula, dict(zip(parameters(op), point, strict=True)))

    if any(differs(at(output, point), op.evaluate(*point)[0], 1e-13) for point in samples(op)):
        return "forward"
    for point, truth in {**op.at_edges, **MORE_EDGES.get(op.name, {})}.items():
        stated = zip((output, *derivatives), (truth[0], *truth[1]), strict=True)
        if any(differs(at(formula, point), true, 0.0) for formula, true in stated):
            return "edges"
    if op.name in AT_POINTS and any(differs(at(output, p), float(AT_POINTS[op.name](*p)), 1e-14) for p in points(op)):
        return "points"
    same = all(
        not differs(at(formula, point), at(true, point), 1e-9)
        for point in points(op)
        for formula, true in zip((output, *derivatives), (own, *slopes), strict=True)
    )
    return "nothing" if same and is_the_same(op, (output, *derivatives), (own, *slopes)) else None


def differs(x, y, tolerance):
    return abs(x - y) > tolerance * abs(y) if x == x and y == y and abs(y) < float("inf") else repr(x) != repr(y)


def is_the_same(op, these, those):
    """Whether formulas are the same numbers on all branches."""
    known = inputs_of(op)

    def run(branch):
        return [(branch.read(a, known), branch.read(b, known)) for a, b in zip(these, those, strict=True)]

    def same(a, b):
        return all(map(same, a, b)) if isinstance(a, list) else is_zero(sympy.sympify(a - b))

    return all(same(a, b) for _, pairs in branches(run) for a, b in pairs)


def listed(op):
    """Return the lines of a row in the list."""
    return [f"{op.name:14} {killer(op, *formulas)!s:8} {what}" for what, *formulas in mutants(op)]


def main():
    lines = [line for op in TABLE.values() for line in listed(op)]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")
    counts = {}
    for line in lines:
        counts[line.split()[1]] = counts.get(line.split()[1], 0) + 1
    print(f"{len(lines)} mutants of {len(TABLE)} rows: {counts}")
    return int("None" in counts)


if __name__ == "__main__":
    sys.exit(main())
