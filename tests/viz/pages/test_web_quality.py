"""The JavaScript, CSS and HTML of pages as they stand in their files: type-checked by TypeScript, linted by Biome.

The live pages are checked as strictly as there is; the older stepping page may leave parameters and emptiness untyped.
"""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support.web import npx
from tests.support.web.book import FIGURES
from viz.pages.bundle import bundled

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "viz" / "pages"
ALONE = ("steps", "film", "playground", "book", "worksheet", "site")
FIGURES_OF_THE_BOOK = [f"book/chapters/{figure.name}" for figure in FIGURES.values()]
ENTRIES = [*(f"{page}/{page}" for page in ALONE), *FIGURES_OF_THE_BOOK, "site/worker"]  # what a page begins with
TYPESCRIPT, BIOME = "typescript@5.9.3", "@biomejs/biome@2.6.8"
CHECKS = ["--noEmit", "--allowJs", "--checkJs", "--target", "es2023", "--lib", "es2023,dom,dom.iterable"]
CHECKS += ["--module", "es2022", "--moduleResolution", "bundler"]
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
    [
        (sorted(f"viz/pages/{name}.js" for name in ENTRIES if name != "steps/steps"), []),
        (["viz/pages/steps/steps.js"], LOOSE),
        (["viz/support/picture.js"], []),
        (["autograd/compile/backends/javascript/maths.js"], ["--noUnusedLocals", "false"]),
    ],
)
def test_types(scripts, options, tmp_path):
    given = tmp_path / "programs.d.ts"
    given.write_text("declare const PROGRAMS: any, MODULES: any;\n")
    code, said = tool(
        TYPESCRIPT, "tsc", *CHECKS, *TIDY, *options, str(given), *(str(ROOT / script) for script in scripts)
    )
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
    found = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.*s*") if path.suffix in (".js", ".css")}
    scripts = {name for entry in ENTRIES for name in re.findall(r'^MODULES\["(.+?)"\]', bundled(f"{entry}.js"), re.M)}
    sheets = {"shared/tokens.css", "live/live.css", *(f"{page}/{page}.css" for page in ALONE)}
    assert found == scripts | sheets
    assert "viz/pages/**" in json.loads((ROOT / ".biome.json").read_text())["files"]["includes"]


def test_modules_that_do_not_fit_together_are_refused(monkeypatch):
    files = {"a.js": 'import { x } from "./b.js";\n', "b.js": "export const y = 1;\n"}
    monkeypatch.setattr("viz.pages.bundle.file_of", files.__getitem__)
    with pytest.raises(ValueError, match=r"a\.js imports x, which b\.js does not export"):
        bundled("a.js")
    files["b.js"] = 'import { z } from "./a.js";\nexport const x = 1;\n'
    with pytest.raises(ValueError, match=r"in a circle: a\.js → b\.js → a\.js"):
        bundled("a.js")
