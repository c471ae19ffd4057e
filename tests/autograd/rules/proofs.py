"""What is proved of each row of the table, and how: `python -m tests.autograd.rules.proofs` prints it.

By algebra (SymPy): on every branch of a rule the derivative of its output, less the derivative that it states, is 0.
So is that less the derivative as it is differentiated again: then every higher order is right by the chain rule, since
it is made of rows that are proved.  A branch is a set of numbers on which all comparisons have one outcome.

By balls (python-flint): over a subdivision of every box, kinks and ends included, the stated derivative on a whole
piece encloses the difference quotient over that piece, as it must by the mean value theorem.
"""

import itertools
import sys
from functools import cache

import sympy

from autograd.explain.digits.balls import COMPARISONS, arb, context, row_of
from autograd.rules.operation import TABLE
from autograd.rules.symbols import FUNCTIONS, SYMBOLS, formulas, parameters

MEMBERS = 3  # of a group
DECISIONS = {"detach"}  # whose derivative is none: it is 0, as is asked for
CLOSED = [
    sympy.pi, sympy.log(2), sympy.log(10), 1 / sympy.log(2), 1 / sympy.log(10), sympy.sqrt(sympy.Rational(1, 2)),
    2 / sympy.sqrt(sympy.pi), sympy.sqrt(2 / sympy.pi), 2 * sympy.sqrt(2 / sympy.pi), 1 / sympy.sqrt(2 * sympy.pi),
]  # fmt: skip
ELEMENTARY = {
    **{name: getattr(sympy, name) for name in (
        "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh",
        "atanh", "atan2", "erf", "erfc",
    )},
    "expm1": lambda x: sympy.exp(x) - 1,
    "log1p": lambda x: sympy.log(1 + x),
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "power": lambda x, n: x**n,
    "detach": lambda x: x,
    "total": lambda values: sum(values),
    "dot": lambda weights, inputs, bias: bias + sum(w * x for w, x in zip(weights, inputs, strict=True)),
}  # fmt: skip


@cache
def meant(x):
    """Return the number that a rule means by a constant: a closed form, a decimal number of few digits, or itself."""
    for form in CLOSED:
        if abs(float(form) - abs(x)) <= 4e-16 * abs(x):
            return form if x > 0 else -form
    if x in (float("inf"), float("-inf")):
        return sympy.oo if x > 0 else -sympy.oo
    return sympy.Rational(repr(x)) if len(repr(x)) < 12 else sympy.Rational(x)


class Branch:
    """One way through the comparisons of a formula: which of two differing numbers is the greater."""

    def __init__(self, signs):
        self.signs = dict(signs)
        self.asked = list(self.signs)

    def sign(self, x):
        """Return whether an expression is positive on this branch; where its sign is open, it is taken to be."""
        x = sympy.expand(x)
        if x.is_positive or x.is_negative:
            return bool(x.is_positive)
        key, turned = (x, False) if sympy.default_sort_key(x) <= sympy.default_sort_key(-x) else (-x, True)
        if key not in self.signs:
            self.signs[key] = True
            self.asked.append(key)
        return self.signs[key] is not turned

    def holds(self, condition, known):
        if condition.function == "isnan":
            return False
        if condition.function in COMPARISONS:
            left, right = (self.read(x, known) for x in condition.inputs)
            if left == right:
                return condition.function.endswith("equal")
            if condition.function == "equal":
                return False  # but for single numbers
            greater = self.sign(left - right)
            return greater if condition.function.startswith("greater") else not greater
        if condition.function == "where":
            return self.holds(condition.inputs[1 if self.holds(condition.inputs[0], known) else 2], known)
        x = self.read(condition, known)
        return x != 0 if x.is_number else self.sign(x)

    def read(self, x, known):
        """Return a formula as an expression of SymPy's."""
        if x.function == "name":
            return known[x.inputs[0]]
        if x.number is not None:
            return meant(x.number)
        if x.function == "where":
            return self.read(x.inputs[1 if self.holds(x.inputs[0], known) else 2], known)
        if x.function in COMPARISONS or x.function == "isnan":
            return sympy.Integer(self.holds(x, known))
        operands = [self.read(y, known) for y in x.inputs]
        if x.function == "abs":
            return operands[0] if self.sign(operands[0]) else -operands[0]
        if x.function == "largest":
            return operands[0][self.largest(operands[0])]
        if x.function == "first":
            first = self.largest(operands[0])
            return [sympy.Integer(i == first) for i in range(len(operands[0]))]
        if x.function in ELEMENTARY:
            return ELEMENTARY[x.function](*operands)
        inner = TABLE[x.function]
        return self.read(formulas(inner.name)[0], dict(zip(parameters(inner), operands, strict=True)))

    def largest(self, values):
        best = 0
        for i in range(1, len(values)):
            if self.sign(values[i] - values[best]):
                best = i
        return best


def branches(run):
    """Yield what `run(branch)` gives on each branch, with the branch."""
    left = [()]
    while left:
        signs = left.pop()
        branch = Branch(signs)
        yield branch, run(branch)
        known = [(key, branch.signs[key]) for key in branch.asked]
        left += [(*known[:i], (known[i][0], False)) for i in range(len(signs), len(known))]


def is_zero(x):
    """Whether SymPy proves that an expression is 0; what 50 digits show not to be is not tried."""
    if x == 0 or sympy.expand(x) == 0:
        return True
    somewhere = {v: sympy.Rational(7 + 3 * k, 11 + 5 * k) for k, v in enumerate(sorted(x.free_symbols, key=str))}
    if abs(sympy.N(x.subs(somewhere), 50)) > 1e-40:
        return False
    return any(
        how(x) == 0
        for how in (
            sympy.cancel,
            sympy.simplify,
            lambda x: sympy.cancel(x.rewrite(sympy.exp).rewrite(sympy.erf)),
            lambda x: sympy.simplify(sympy.expand(x.rewrite(sympy.exp), power_exp=True)),
            lambda x: sympy.simplify(sympy.radsimp(x)),
        )
    )


def inputs_of(op):
    """Return the inputs of a row as symbols, by name; lists for groups."""
    names = parameters(op)
    known = {}
    for i, name in enumerate(names):
        if i < op.groups:
            known[name] = [sympy.Symbol(f"{name}{k}", real=True) for k in range(MEMBERS)]
        else:
            known[name] = sympy.Symbol(str(name), real=True)
    return known


def unproved(op, output, derivatives):
    """Yield for each branch what is not proved there of formulas of a row, as one text, "" for nothing."""
    known = inputs_of(op)

    def run(branch):
        return branch.read(output, known), [branch.read(d, known) for d in derivatives]

    for branch, (y, stated) in branches(run):
        known_signs = [(x, s) for x, s in branch.signs.items()] + [(-x, not s) for x, s in branch.signs.items()]
        positive = {x: sympy.Symbol(x.name, positive=True) * (1 if s else -1) for x, s in known_signs if x.is_Symbol}
        found = ""
        for name, d in zip(known, stated, strict=True):
            variables = known[name] if isinstance(known[name], list) else [known[name]]
            for variable, claimed in zip(variables, d if isinstance(d, list) else [d] * len(variables), strict=True):
                slope = 0 if op.name in DECISIONS else sympy.diff(y, variable)
                rest = (slope - claimed).subs(positive)
                if not found and not is_zero(rest):
                    found = f"{op.name}: ∂/∂{variable} on {branch.signs}: {rest} is not 0"
        yield found


def proof(op):
    """Return (how many branches there are, what is not proved on them) for a row, read as numbers and as functions."""
    as_numbers, as_functions = (list(unproved(op, *formulas(op.name, maths))) for maths in (SYMBOLS, FUNCTIONS))
    return len(as_numbers), [text for text in (*as_numbers, *as_functions) if text]


# ----------------------------------------------------------------------------------------- balls
PIECES = 24


def not_enclosed(op, pieces=PIECES):
    """Return (how many pieces there are, those whose stated derivative does not enclose the difference quotient)."""
    wrong, count = [], 0
    if op.name in DECISIONS:
        return count, wrong
    with context(128):
        row = row_of(op)
        for box in boxes(op):
            for k in range(op.arity):
                members = range(MEMBERS if k < op.groups else 1)
                low, high = box[k]
                for piece, j in itertools.product(range(pieces), members):
                    a = low + (high - low) * piece / pieces
                    b = low + (high - low) * (piece + 1) / pieces
                    if b <= a:
                        continue
                    count += 1
                    ends = [given(op, box, k, j, arb(x)) for x in (a, b)]
                    whole = given(op, box, k, j, arb(a).union(arb(b)))
                    quotient = (row.output(ends[1]) - row.output(ends[0])) / (arb(b) - arb(a))
                    known, reads = row.derivatives(whole, row.output(whole))
                    d = reads[k](known)
                    d = d[j] if isinstance(d, list) else d
                    if quotient.is_finite() and d.is_finite() and not d.overlaps(quotient):
                        wrong.append(f"{op.name}: ∂/∂{parameters(op)[k]} over [{a}, {b}]: {d} holds no {quotient}")
    return count, wrong


def boxes(op):
    """Return the boxes on which a row is smooth, and for a row with a kink the box around them all."""
    found = list(op.smooth_on)
    if op.kink is not None and not op.stops_at_zero and not op.groups:
        found.append(tuple((min(x[0] for x in sides), max(x[1] for x in sides)) for sides in zip(*found, strict=True)))
    return found


def given(op, box, k, j, x):
    """Return balls from the middle of a box, with `x` in the place of input k, or of its member j."""
    numbers = []
    for i, (low, high) in enumerate(box):
        middle = low + 0.37 * (high - low)
        if i < op.groups:
            values = [arb(middle * (1.0 - 0.2 * m)) for m in range(MEMBERS)]
            if i == k:
                values[j] = x
            numbers.append(values)
        else:
            numbers.append(x if i == k else arb(middle))
    return numbers


def outside_of_hull(op):
    """Return the kinks at which the derivative that the row chooses is none between those beside it."""
    wrong = []
    with context(128):
        for point, (_, slopes) in op.at_edges.items():
            if op.kink is None or op.kink(*point) != 0.0 or op.groups:
                continue
            near = [arb(x).union(arb(x + 1e-20)).union(arb(x - 1e-20)) for x in point]
            known, reads = row_of(op).derivatives(near, row_of(op).output(near))
            for read, slope in zip(reads, slopes, strict=True):
                if not read(known).overlaps(arb(slope)):
                    wrong.append(f"{op.name}{point}: {slope} is not in {read(known)}")
    return wrong


def main():
    for op in TABLE.values():
        count, missing = proof(op)
        pieces, wrong = not_enclosed(op)
        how = (
            "a decision, 0"
            if op.name in DECISIONS
            else f"by algebra on {count:2} branches, by balls on {pieces} pieces"
        )
        print(f"{op.name:15} {how}", flush=True)
        for line in (*missing, *wrong):
            print(f"    NOT PROVED {line}")
    return int(any(proof(op)[1] or not_enclosed(op)[1] for op in TABLE.values()))


if __name__ == "__main__":
    sys.exit(main())
