"""The JavaScript, CSS and HTML of pages as they stand in their files: type-checked by TypeScript, linted by Biome.

The live pages are checked as strictly as there is; the older stepping page may leave parameters and emptiness untyped.
"""

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support.web import npx
from viz.pages.film import film
from viz.pages.playground.playground import SCRIPTS, STYLES
from viz.pages.steps import steps as stepping

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "viz" / "pages"
TYPESCRIPT, BIOME = "typescript@5.9.3", "@biomejs/biome@2.6.8"
CHECKS = ["--noEmit", "--allowJs", "--checkJs", "--target", "es2023", "--lib", "es2023,dom,dom.iterable"]
TIDY = ["--strict", "--noUnusedLocals", "--noUnusedParameters", "--noImplicitReturns", "--noFallthroughCasesInSwitch"]
LOOSE = ["--strictNullChecks", "false", "--noImplicitAny", "false"]


def tool(package, *command):
    """Return a tool's exit code and what it says; the test skips where npm cannot fetch it."""
    start = [*npx(), "--yes", "--package", package, command[0]]
    missing = absent(tuple(start))
    if missing:
        pytest.skip(f"needs {package} from npm, which could not be had: {missing}")
    done = subprocess.run([*start, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    return done.returncode, done.stdout + done.stderr


@cache
def absent(start):
    """Return why a tool does not start, or nothing."""
    ready = subprocess.run([*start, "--version"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    return ready.stderr.strip()[-200:] if ready.returncode else ""


@pytest.mark.parametrize(
    ("scripts", "options"),
    [(SCRIPTS, []), (film.SCRIPTS, []), (stepping.SCRIPTS, LOOSE), (("../support/picture.js",), []), ((), [])],
    ids=["playground", "film", "stepping", "picture", "backend"],
)
def test_types(scripts, options, tmp_path):
    given = tmp_path / "programs.d.ts"
    given.write_text("declare const PROGRAMS: any;\n")
    files = [str(PAGES / name) for name in scripts] or [
        str(ROOT / "autograd" / "compile" / "backends" / "javascript" / "maths.js")
    ]
    unused = [] if scripts else ["--noUnusedLocals", "false"]
    code, said = tool(TYPESCRIPT, "tsc", *CHECKS, *TIDY, *options, *unused, str(given), *files)
    assert code == 0, said


def test_lint():
    code, said = tool(BIOME, "biome", "lint", "--error-on-warnings", "--max-diagnostics=100")
    assert code == 0, said


def test_format():
    code, said = tool(BIOME, "biome", "format", "--max-diagnostics=100")
    assert code == 0, said
    for path in PAGES.rglob("*.css"):
        assert max(map(len, path.read_text().splitlines())) <= 120, path


def test_every_file_of_a_page_is_used_and_checked():
    used = {*SCRIPTS, *film.SCRIPTS, *stepping.SCRIPTS}
    used |= {
        *STYLES,
        *film.STYLES,
        *stepping.STYLES,
        "steps/steps.html",
        "playground/playground.html",
        "film/film.html",
    }
    assert used == {str(path.relative_to(PAGES)) for path in PAGES.rglob("*.*s*") if path.suffix in (".js", ".css")} | {
        str(path.relative_to(PAGES)) for path in PAGES.rglob("*.html")
    }
    assert "viz/pages/**" in json.loads((ROOT / ".biome.json").read_text())["files"]["includes"]
