"""Do the tests notice?  `python -m tests.mutation --package nn --slips 60 --seed 1` plants small slips, one at a time.

A slip is what a tired person writes: a sign turned, a limit moved by one, another index, a statement dropped, two
arguments swapped, a default changed.  For each, the tests that run the function in question are run in a copy of the
tree; it is noticed if one fails.  First, once, all tests of the package are run on a copy whose functions note that
they are called (`--reach FILE` keeps what was found).  What goes unnoticed is listed: a test is missing, or the slip
changes nothing, which a person has to judge.  No part of the suite.
"""

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("autograd", "nn", "viz", "demos", "tests", ".github", "pyproject.toml", "README.md", "LICENSE")
GENERATED = ("autograd/recording/methods.py", "autograd/fused/activations.py")
MOST_SECONDS = 60.0  # that the tests of one slip may take, by what they took before
OPPOSITE = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
}  # fmt: skip
LIMIT = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


# ----------------------------------------------------------------------------------------- slips
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
    for field, child in ast.iter_fields(node):
        if field in ("annotation", "returns", "exc", "msg") or isinstance(node, ast.JoinedStr):
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":  # of a zip of as many by construction
            continue
        for x in child if isinstance(child, list) else [child]:
            if isinstance(x, ast.AST):
                yield from _below(x)


def _at(node):
    if isinstance(node, ast.BinOp) and type(node.op) in OPPOSITE and not _is_text(node):
        yield "sign", node, ast.BinOp(node.left, OPPOSITE[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield "sign", node, node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
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
        if ast.dump(first) != ast.dump(second):
            yield "swapped", node, ast.Call(node.func, [second, first, *others], node.keywords)


def _is_call(node):
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom)


def _sets_attribute(node):
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute)


def _is_text(node):
    return any(isinstance(x, ast.JoinedStr) or (isinstance(x, ast.Constant) and isinstance(x.value, str))
               for x in ast.walk(node))  # fmt: skip


def planted(source, node, other):
    """Return a source with other code in the place of a node."""
    lines = source.encode().splitlines(keepends=True)
    before = b"".join(lines[: node.lineno - 1]) + lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :] + b"".join(lines[node.end_lineno :])
    text = ast.unparse(ast.fix_missing_locations(other))
    text = f"({text})" if isinstance(other, ast.expr) and not isinstance(other, ast.Constant | ast.Call) else text
    return (before + text.encode() + after).decode()


def drawn(package, count, seed):
    """Return so many slips of a package, each kind alike: file, kind, line, function's line, before, after, source."""
    kinds = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in GENERATED:
            source = path.read_text(encoding="utf-8")
            for kind, node, other, function in slips(source):
                kinds.setdefault(kind, []).append((name, kind, node, other, function, source))
    r, found, seen = random.Random(seed), [], set()
    while len(found) < count:
        name, kind, node, other, function, source = r.choice(kinds[r.choice(sorted(kinds))])
        place = (name, node.lineno, node.col_offset, kind)
        changed = planted(source, node, other)
        if place not in seen and _compiles(changed):
            seen.add(place)
            before = ast.get_source_segment(source, node)
            found.append((name, kind, node.lineno, function, before, ast.unparse(other), changed))
    return found


def _compiles(source):
    try:
        compile(source, "", "exec")
    except SyntaxError:
        return False
    return True


# ----------------------------------------------------------------------------------------- reach
NOTE = "import builtins as _b\nif not hasattr(_b, '_called'): _b._called = set()\n"


def noting(source, name):
    """Return a source whose functions note that they are called, by file and line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            note = ast.parse(f"__import__('builtins')._called.add({f'{name}:{node.lineno}'!r})").body
            body = node.body
            first = 1 if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else 0
            node.body = [*body[:first], *note, *body[first:]]
    return ast.unparse(ast.fix_missing_locations(tree))


class Notes:
    """The plugin of pytest that keeps, for each test, which functions it called and how long it took."""

    def __init__(self):
        self.calls, self.seconds = {}, {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        import builtins

        builtins._called.clear()
        start = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - start
        self.calls[item.nodeid] = sorted(builtins._called)

    def pytest_sessionfinish(self):
        tests = {test: [self.seconds[test], self.calls[test]] for test in self.calls}
        Path(os.environ["REACH"]).write_text(json.dumps(tests), encoding="utf-8")


def pytest_configure(config):
    config.pluginmanager.register(Notes())


def copied(to):
    for room in ROOMS:
        if (ROOT / room).is_dir():
            shutil.copytree(ROOT / room, to / room, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / room, to / room)


def run(folder, *arguments, seconds=None, **more):
    """Run pytest in a copy of the tree; returns its exit code, None where it took too long."""
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CHAINRULE_CACHE": "off",
        **more,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *arguments]
    try:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        return None


def reach(package, folders):
    """Return {test: [seconds, the functions that it calls]} of the tests in these folders."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copied(folder)
        for path in (folder / package).rglob("*.py"):
            name = path.relative_to(folder).as_posix()
            if name not in GENERATED:
                path.write_text(noting(path.read_text(encoding="utf-8"), name), encoding="utf-8")
        start = folder / "tests" / "conftest.py"
        start.write_text(NOTE + start.read_text(encoding="utf-8"), encoding="utf-8")
        found = folder / "reach.json"
        run(folder, "-p", "tests.mutation", *folders, REACH=str(found))
        return json.loads(found.read_text(encoding="utf-8"))


def relevant(tests, name, function):
    """Return the tests that call a function, the quickest first, as many as take no longer than they may."""
    chosen, spent = [], 0.0
    for seconds, test in sorted(
        (seconds, test) for test, (seconds, calls) in tests.items() if f"{name}:{function}" in calls
    ):
        spent += seconds
        if chosen and spent > MOST_SECONDS:
            break
        chosen.append(test)
    return chosen


# ---------------------------------------------------------------------------------------- the run
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--package", default="nn", choices=("autograd", "nn", "viz"))
    parser.add_argument("--slips", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reach", type=Path, help="a file to keep what each test calls in, or to read it from")
    parser.add_argument(
        "--tests", nargs="*", help="the folders of tests; those of the package's name if none are given"
    )
    given = parser.parse_args()
    if given.reach is not None and given.reach.exists():
        tests = json.loads(given.reach.read_text(encoding="utf-8"))
    else:
        tests = reach(given.package, given.tests or [f"tests/{given.package}", "tests/house/test_house.py"])
        if given.reach is not None:
            given.reach.write_text(json.dumps(tests), encoding="utf-8")
    counts = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copied(folder)
        for name, kind, line, function, before, after, changed in drawn(given.package, given.slips, given.seed):
            original = (folder / name).read_text(encoding="utf-8")
            (folder / name).write_text(changed, encoding="utf-8")
            chosen = relevant(tests, name, function)
            limit = 30.0 + 5.0 * sum(tests[test][0] for test in chosen)
            ended = run(folder, "-x", *chosen, seconds=limit) if chosen else 0
            noticed = ended != 0
            if ended is None:
                print(f"noticed by the time it took alone: {name}:{line}  {before!r} → {after!r}", flush=True)
            (folder / name).write_text(original, encoding="utf-8")
            counts[kind, noticed] += 1
            if not noticed:
                why = "" if chosen else " (no test calls the function)"
                print(f"unnoticed {kind}: {name}:{line}  {before!r} → {after!r}{why}", flush=True)
    seen = sum(n for (_, noticed), n in counts.items() if noticed)
    kinds = sorted({kind for kind, _ in counts})
    by_kind = ", ".join(f"{k} {counts[k, True]} of {counts[k, True] + counts[k, False]}" for k in kinds)
    share = f"{seen} of {given.slips} slips noticed ({100 * seen / given.slips:.0f} %)"
    print(f"{given.package}, seed {given.seed}: {share}: {by_kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
