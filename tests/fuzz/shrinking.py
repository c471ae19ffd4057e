"""The smallest graph that still differs, and the file of a test made of it."""

import autograd as ag
from autograd import Value
from autograd.recording.graph import operands
from autograd.rules.operation import TABLE

INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**"}


class Lines:
    """A graph as lines, one an operation, so that any of them can be left out: `v[k] = op(v[i], v[j])`."""

    def __init__(self, root):
        place, self.lines, self.nodes = {}, [], ag.topological_order(root)
        for node in self.nodes:
            place[id(node)] = len(self.lines)
            known = not node.is_leaf and node.op.name in TABLE
            given = [[place[id(v)] for v in x] if x.is_group else place[id(x)] for x in operands(node)] if known else []
            self.lines.append((node.op.name if known else None, given, node._data))

    def built(self):
        """Return the root and its leaves, anew."""
        leaves = [Value(number) for name, _, number in self.lines if name is None]
        return self.run(leaves), leaves

    def run(self, leaves):
        """Return the root, computed from these leaves."""
        values, left = [], iter(leaves)
        for name, given, _ in self.lines:
            if name is None:
                values.append(next(left))
            else:
                values.append(
                    TABLE[name](*[[values[j] for j in i] if isinstance(i, list) else values[i] for i in given])
                )
        return values[-1]

    def without(self, k, j=None):
        """Return these lines with a leaf of its number in the place of line k, or what it was computed from."""
        other = Lines.__new__(Lines)
        if j is None:
            changed = [*self.lines[:k], (None, [], self.lines[k][2]), *self.lines[k + 1 :]]
        else:
            swap = {k: j}
            changed = [(n, [[swap.get(i, i) for i in g] if isinstance(g, list) else swap.get(g, g) for g in given], x)
                       for n, given, x in self.lines]  # fmt: skip
            changed = changed if k < len(changed) - 1 else changed[: j + 1]
        other.lines = _used(changed)
        return other

    def shorter(self, k, m):
        """Return these lines with member m dropped from the groups of line k."""
        other = Lines.__new__(Lines)
        name, given, x = self.lines[k]
        given = [[*g[:m], *g[m + 1 :]] if isinstance(g, list) else g for g in given]
        other.lines = _used([*self.lines[:k], (name, given, x), *self.lines[k + 1 :]])
        return other

    def text(self):
        """Return the lines as Python's."""
        lines = []
        for k, (name, given, number) in enumerate(self.lines):
            told = ["[" + ", ".join(f"v{j}" for j in i) + "]" if isinstance(i, list) else f"v{i}" for i in given]
            if name is None:
                special = "math.nan" if number != number else repr(number).replace("inf", "math.inf")
                lines.append(f"v{k} = Value({special})")
            elif name in INFIX:
                lines.append(f"v{k} = {told[0]} {INFIX[name]} {told[1]}")
            else:
                lines.append(f"v{k} = ag.{name}({', '.join(told)})")
        return lines


def _used(lines):
    """Return the lines that the last one is computed from, numbered anew."""
    used = {len(lines) - 1}
    for k in range(len(lines) - 1, -1, -1):
        if k in used:
            used |= {j for g in lines[k][1] for j in (g if isinstance(g, list) else [g])}
    place = {k: n for n, k in enumerate(sorted(used))}
    return [(name, [[place[j] for j in g] if isinstance(g, list) else place[g] for g in given], x)
            for name, given, x in (lines[k] for k in sorted(used))]  # fmt: skip


def shrunk(root, differs, most=2000):
    """Return the fewest lines found for which `differs(root, leaves)` still holds, at most all of the root's."""
    best = Lines(root)
    for _ in range(most):
        smaller = next((lines for lines in _smaller(best) if _holds(differs, lines)), None)
        if smaller is None:
            break
        best = smaller
    return best


def _smaller(best):
    """Yield lines that are fewer, or have shorter groups: the last ones are left out first."""
    for k in range(len(best.lines) - 1, -1, -1):
        name, given, _ = best.lines[k]
        if name is None:
            continue
        instead = [i for g in given for i in (g if isinstance(g, list) else [g])]
        for j in (*instead, *[None] * (k < len(best.lines) - 1)):
            smaller = best.without(k, j)
            if len(smaller.lines) < len(best.lines):
                yield smaller
        sizes = [len(g) for g in given if isinstance(g, list)]
        for m in range(min(sizes, default=0) if min(sizes, default=0) > 1 else 0):
            yield best.shorter(k, m)


def _holds(differs, lines):
    try:
        return differs(*lines.built())
    except (ArithmeticError, ValueError, TypeError, RuntimeError):
        return False


def as_test(lines, against, seed, message):
    """Return the text of a test file: it fails as long as the program differs."""
    leaves = [f"v{k}" for k, (name, _, _) in enumerate(lines.lines) if name is None]
    body = "\n".join(f"    {line}" for line in lines.text())
    return f'''"""Found by `python -m tests.fuzz --against {against} --start {seed} --programs 1`: {message[:90]}"""

import math  # noqa: F401

import autograd as ag
from autograd import Value
from tests.fuzz.against import graph_differs


def test_it_is_the_same():
{body}
    root = v{len(lines.lines) - 1} + 0.0 * ag.total([{", ".join(leaves)}])
    assert not graph_differs(root, [{", ".join(leaves)}], {against!r})
'''
