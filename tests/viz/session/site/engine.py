"""What Pyodide runs under Node: pytest; a test that asks for what the page's Python lacks is skipped, saying what.

The repository lies at /repo, pytest and what else is pure at /packages, the arguments for pytest in /arguments.
"""

import ast
import asyncio
import doctest
import gc
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

REPO = Path("/repo")
LACKING = [  # where a test asks for it, what it is
    (threading.Thread, "start", "threads"),
    (subprocess.Popen, "__init__", "processes"),
    (os, "fork", "processes"),
    (os, "kill", "signals"),
    (os, "umask", "modes of files"),
    (os, "mkfifo", "named pipes"),
    (signal, "setitimer", "signals"),
    (asyncio, "run", "loops that wait"),
]


@cache
def lacking(path):
    """Return what a file of tests imports, itself or by what tests share, and is not here."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            place = REPO.joinpath(*name.split("."))
            if name.startswith("tests."):
                file = place.with_suffix(".py")
                found |= lacking(file if file.exists() else place / "__init__.py")
            elif importlib.util.find_spec(name.partition(".")[0]) is None:
                found.add(name.partition(".")[0])
    return found


def without(what):
    """Return what is called in the place of something that is not here."""

    def skip(*given, **_):
        for coroutine in filter(asyncio.iscoroutine, given):
            coroutine.close()
        pytest.skip(f"there are no {what} in a browser")

    return skip


def unless_lacking(report):
    """Return a report of an example of a docstring that lets what skips a test out."""

    def reported(runner, out, test, example, error):
        if isinstance(error[1], ImportError | pytest.skip.Exception):
            raise error[1]
        return report(runner, out, test, example, error)

    return reported


class Here:
    """Leaves out what cannot run here: files that import what is not there, tests that ask for it later."""

    is_begun = False

    def pytest_ignore_collect(self, collection_path):
        return True if collection_path.suffix == ".py" and lacking(collection_path) else None

    def pytest_collection_modifyitems(self, items):
        for item in items:
            if "often_switched" in item.fixturenames:  # of conftest.py, which loads what is not here
                item.add_marker(pytest.mark.skip("there are no threads in a browser"))

    def pytest_make_collect_report(self, collector):
        from _pytest import reports, runner

        report = runner.pytest_make_collect_report(collector)
        if report.failed and "ModuleNotFoundError: No module named" in str(report.longrepr):  # of what it imports, too
            why = str(report.longrepr).splitlines()[-1]
            return reports.CollectReport(collector.nodeid, "skipped", (str(collector.path), 0, why), [])
        return report

    def pytest_runtest_logreport(self, report):
        self.is_begun = report.skipped or (self.is_begun and report.when != "setup")

    def pytest_runtest_logfinish(self):
        if self.is_begun:
            gc.collect()  # what a skipped test had begun ends before the next

    def pytest_pyfunc_call(self, pyfuncitem):
        test = pyfuncitem.obj

        def tried(*given, **named):
            try:
                return test(*given, **named)
            except ImportError as error:
                return pytest.skip(str(error))

        pyfuncitem.obj = tried


if sys.platform == "emscripten":
    sys.path[:0] = ["/repo", "/packages"]
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(REPO)
    import pytest

    examples = doctest.DocTestRunner
    examples.report_unexpected_exception = unless_lacking(examples.report_unexpected_exception)
    for owner, name, what in LACKING:
        setattr(owner, name, without(what))
    plain = ["--noconftest", "--capture=sys", "--tb=short", "-rs", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    sys.exit(int(pytest.main([*plain, *Path("/arguments/arguments").read_text().split()], [Here()])))
