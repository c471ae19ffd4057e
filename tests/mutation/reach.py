"""Which functions each test calls: all tests are run once on a copy whose functions note that they are called.

As a plugin of pytest it keeps, for each test that passes, how long it took and what it called, also in processes that
it started, and under "" what is called while the tests are imported.
"""

import ast
import builtins
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import takewhile
from pathlib import Path

import pytest

from tests.mutation.slips import sources

ROOT = Path(__file__).parents[2]
ROOMS = ("autograd", "nn", "viz", "demos", "tests", ".github", "pyproject.toml", "README.md", "LICENSE")
MOST_SECONDS = 40.0  # that the tests of one slip may take, by what they took before
START = '''"""What every process begins with: a set of what is called, kept in a file at its end."""
import atexit, builtins, os
builtins._called = set()
@atexit.register
def keep():
    with open(os.path.join(os.environ["CALLS"], f"{os.getpid()}.txt"), "w", encoding="utf-8") as file:
        file.write("\\n".join(builtins._called))
'''


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


def pytest_configure(config):
    if "REACH" in os.environ:
        config.pluginmanager.register(_Notes())


class _Notes:
    def __init__(self):
        self.tests, self.failed = {}, set()

    def pytest_collection_finish(self):
        self.tests[""] = [0.0, sorted(builtins._called)]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        builtins._called.clear()
        start = sum(os.times()[:4])  # of this process and those that it waited for, however busy the machine
        yield
        seconds = sum(os.times()[:4]) - start
        for file in Path(os.environ["CALLS"]).glob("*.txt"):
            builtins._called.update(file.read_text(encoding="utf-8").split("\n"))
            file.unlink()
        self.tests[item.nodeid] = [seconds, sorted(builtins._called)]

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self):
        passed = {test: found for test, found in self.tests.items() if test not in self.failed}
        Path(os.environ["REACH"]).write_text(json.dumps(passed), encoding="utf-8")


def copied(to):
    """Copy all that the tests need into an empty folder."""
    for room in ROOMS:
        if (ROOT / room).is_dir():
            shutil.copytree(ROOT / room, to / room, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / room, to / room)


def run(folder, *arguments, output=subprocess.DEVNULL, seconds=None, **more):
    """Run pytest in a copy of the tree; returns its exit code, None where it took too long."""
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "CHAINRULE_CACHE": "off"}
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *arguments]
    try:
        ended = subprocess.run(
            command, cwd=folder, env=environment | more, stdin=subprocess.DEVNULL, stdout=output, timeout=seconds,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return ended.returncode


def files_of(folders):
    """Yield the files of tests in these folders, which may be files themselves."""
    for place in folders:
        for path in sorted((ROOT / place).rglob("test_*.py")) or [ROOT / place]:
            yield path.relative_to(ROOT).as_posix()


def reach(package, folders):
    """Return {test: [seconds, the functions that it calls]} of the tests in these folders that pass."""
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryDirectory() as calls:
        folder = Path(temporary)
        copied(folder)
        for name, source in sources(folder, package):
            (folder / name).write_text(noting(source, name), encoding="utf-8")
        (folder / "sitecustomize.py").write_text(START, encoding="utf-8")
        found = folder / "reach.json"
        run(folder, "-p", "tests.mutation.reach", *folders, REACH=str(found), CALLS=calls)
        return json.loads(found.read_text(encoding="utf-8"))


def at_import(tests, slip):
    """Return whether a slip's function is called while the tests are imported."""
    return f"{slip.name}:{slip.function}" in tests[""][1]


def relevant(tests, slip):
    """Return the tests that call a slip's function, as many as take no longer than they may.

    Those of the folder that mirrors its own come first, of these the quickest.  For what is called at import all tests
    are such, those first that call it themselves.
    """
    place = f"{slip.name}:{slip.function}"
    early = at_import(tests, slip)
    order = sorted(
        (place not in calls, -_together(slip.name, test), seconds, test)
        for test, (seconds, calls) in tests.items()
        if test and (early or place in calls)
    )
    chosen, spent = [], 0.0
    for _, _, seconds, test in order:
        spent += seconds
        if chosen and spent > MOST_SECONDS:
            break
        chosen.append(test)
    return chosen


def _together(name, test):
    """Return how many folders lead to both a file and a test of it."""
    pairs = zip(name.split("/")[:-1], test.removeprefix("tests/").split("/")[:-1], strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
