"""What tests of the browser edition share: its parts, fetched by npm once a process, and its folder, built once."""

import shutil
import subprocess
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from viz.pages.site import build, pyodide_from_npm

ROOT = Path(__file__).parents[3]
RUN = Path(pyodide_from_npm.__file__).with_name("run.mjs")
ENGINE = ROOT / "tests" / "viz" / "session" / "site" / "engine.py"
PURE = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py", "graphviz", "mpmath")


held = cache(pyodide_from_npm.from_npm)


@cache
def answers():
    """Return why the parts cannot be had here, or nothing."""
    try:
        held(pyodide_from_npm.PYODIDE)
        held(pyodide_from_npm.GRAPHVIZ)
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def edition():
    """The folder of the browser edition; the test skips where npm does not answer."""
    if why := answers():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as here:
        here.setattr(build, "from_npm", held)
        yield build.site(f"{folder}/site").parent


def pytest_in_pyodide(*arguments):
    """Run pytest in Pyodide under Node with these arguments; return what ended."""
    if why := answers():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyodide", "packages", "arguments"):
            Path(folder, name).mkdir()
        for name, content in held(pyodide_from_npm.PYODIDE).items():
            Path(folder, "pyodide", name).write_bytes(content)
        for module in PURE:
            place = Path(import_module(module).__file__)
            if place.name == "__init__.py":
                unwanted = shutil.ignore_patterns("__pycache__")
                shutil.copytree(place.parent, Path(folder, "packages", module), ignore=unwanted)
            else:
                shutil.copy(place, Path(folder, "packages"))
        Path(folder, "arguments", "arguments").write_text("\n".join(arguments))
        command = [pyodide_from_npm.program("node"), str(RUN), f"{folder}/pyodide", str(ENGINE), f"/repo={ROOT}"]
        command += [f"/{name}={folder}/{name}" for name in ("packages", "arguments")]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
