"""The slips that a source can be given, planted, and drawn.

A slip is what a tired person writes: a sign turned, a limit moved by one, another index, a statement dropped, two
arguments swapped, a default changed.
"""

import ast
import random
import re
from typing import NamedTuple

# What changes nothing is no slip: the arguments of these swapped, a clock compared with < or with ≤; of two sequences
# that are gone through together, each pair multiplied, the one before the other.
COMMUTE = (
    "max", "min", "is_same", "equal", "maths.equal", "np.equal", "np.not_equal", "np.maximum", "np.minimum", "np.add",
    "np.multiply",
)  # fmt: skip
CLOCKS = re.compile(r"(perf_counter|monotonic)\(\)")
PRODUCTS = re.compile(r"(\w+) \* (\w+) for \(?(\1, \2|\2, \1)\)? in zip\(.*\)")
GENERATED = ("autograd/recording/methods.py",)
OPPOSITE = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
}  # fmt: skip
LIMIT = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def slips(source):
    """Yield (kind, node, what stands in its place, the first line of the function it is in) for a file's source."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for child in [*function.body, function.args]:
                yield from ((*slip, function.lineno) for slip in _below(child))


def _below(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return  # has its own turn
    yield from _at(node)
    products = isinstance(node, ast.GeneratorExp | ast.ListComp) and PRODUCTS.fullmatch(ast.unparse(node)[1:-1])
    for field, child in ast.iter_fields(node):
        if field in ("annotation", "returns", "exc", "msg") or isinstance(node, ast.JoinedStr):
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":  # of a zip of as many by construction
            continue
        for x in child if isinstance(child, list) else [child]:
            if isinstance(x, ast.AST):
                found = _below(x)
                yield from (slip for slip in found if not (products and slip[0] == "swapped" and slip[1] is x.iter))


def _at(node):
    if isinstance(node, ast.BinOp) and type(node.op) in OPPOSITE and not _is_text(node):
        yield "sign", node, ast.BinOp(node.left, OPPOSITE[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield "sign", node, node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and not CLOCKS.search(ast.unparse(node)):
        yield "limit", node, ast.Compare(node.left, [LIMIT[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield "limit", node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", node, ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        x = node.value
        yield "constant", node, ast.Constant(x + 1 if isinstance(x, int) else 2.0 * x if x else 1.0)
    elif isinstance(node, ast.AugAssign) or _is_call(node) or _sets_attribute(node):
        yield "dropped", node, ast.Pass()
    elif isinstance(node, ast.Call) and len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args):
        first, second, *others = node.args
        if ast.dump(first) != ast.dump(second) and ast.unparse(node.func) not in COMMUTE:
            yield "swapped", node, ast.Call(node.func, [second, first, *others], node.keywords)


def _is_call(node):
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom)


def _sets_attribute(node):
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute)


def _is_text(node):
    return any(isinstance(x, ast.JoinedStr) or (isinstance(x, ast.Constant) and isinstance(x.value, str))
               for x in ast.walk(node))  # fmt: skip


def planted(source, node, other):
    """Return a source with other code in the place of a node, each line where it was."""
    lines = source.encode().splitlines(keepends=True)
    before = b"".join(lines[: node.lineno - 1]) + lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :] + b"".join(lines[node.end_lineno :])
    text = ast.unparse(ast.fix_missing_locations(other))
    lost = "\n" * (node.end_lineno - node.lineno)
    text = f"({text}{lost})" if isinstance(other, ast.expr) and not isinstance(other, ast.Constant) else text + lost
    return (before + text.encode() + after).decode()


def sources(folder, part):
    """Yield (name, source) of the files that people write: of a package, of a folder of one, or one file."""
    for path in sorted((folder / part).rglob("*.py")) or [folder / part]:
        name = path.relative_to(folder).as_posix()
        if name not in GENERATED:
            yield name, path.read_text(encoding="utf-8")


class Slip(NamedTuple):
    """One slip: where it is, what stood there and what stands there now, and the file's source with it."""

    name: str
    kind: str
    line: int
    function: int
    before: str
    after: str
    source: str
    text: str  # the line as it was

    def __str__(self):
        return f"{self.kind}: {self.name}:{self.line}  {self.before!r} → {self.after!r}"


def drawn(folder, part, count, seed):
    """Yield so many slips of a part, each kind alike, or all there are."""
    kinds, seen, r = {}, set(), random.Random(seed)
    for name, source in sources(folder, part):
        for slip in slips(source):
            kinds.setdefault(slip[0], []).append((name, source, *slip))
    while count > 0 and any(kinds.values()):
        kind = r.choice(sorted(kind for kind in kinds if kinds[kind]))
        name, source, _, node, other, function = kinds[kind].pop(r.randrange(len(kinds[kind])))
        changed = planted(source, node, other)
        if (place := (name, node.lineno, node.col_offset, kind)) not in seen and _compiles(changed):
            seen.add(place)
            count -= 1
            before = " ".join(ast.get_source_segment(source, node).split())
            line = source.splitlines()[node.lineno - 1].strip()
            yield Slip(name, kind, node.lineno, function, before, ast.unparse(other), changed, line)


def _compiles(source):
    try:
        compile(source, "", "exec")
    except SyntaxError:
        return False
    return True
