"""What tests of the browser edition share: its parts, fetched by npm once a process, and its folder, built once."""

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from viz.pages.site import parts
from viz.pages.site.build import site

RUN = Path(parts.__file__).with_name("run.mjs")


@cache
def answers():
    """Return why the parts cannot be had here, or nothing."""
    try:
        parts.from_npm(parts.PYODIDE)
        parts.from_npm(parts.GRAPHVIZ)
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def edition():
    """The folder of the browser edition; the test skips where npm does not answer."""
    if why := answers():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as folder:
        yield site(f"{folder}/site").parent


def in_pyodide(program, *folders, timeout=600):
    """Run a program of Python in Pyodide under Node, with `/place=folder`s; return what ended."""
    if why := answers():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in parts.from_npm(parts.PYODIDE).items():
            Path(folder, name).write_bytes(content)
        Path(folder, "program.py").write_text(program, encoding="utf-8")
        command = [parts.program("node"), str(RUN), folder, f"{folder}/program.py", *folders]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=timeout, check=False)


def packages(folder, *modules):
    """Leave copies of pure modules of this environment in a folder, and return it."""
    import shutil
    from importlib import import_module

    for module in modules:
        place = Path(import_module(module).__file__)
        if place.name == "__init__.py":
            shutil.copytree(place.parent, Path(folder, module), ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, folder)
    sys.stdout.flush()
    return folder
