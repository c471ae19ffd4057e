"""What the README says is so: its examples, its transcript and its commands; and what the wheel holds."""

import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.training.seeds import epochs_until_solved

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for line in README.splitlines() if line.startswith("python3 -m venv")]


def test_the_examples_print_what_they_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert (failed, tried > 10) == (0, True)


def test_the_transcript_is_what_the_session_says():
    transcript = re.search(r"```text\n(.*?)```", README, re.DOTALL)[1]
    typed = "".join(f"{line[2:]}\n" for line in transcript.splitlines() if line.startswith("› "))
    said = subprocess.run(
        [sys.executable, "-m", "demos.xor"], cwd=ROOT, input=typed, capture_output=True, encoding="utf-8", timeout=60,
        env=os.environ | {"COLUMNS": "80", "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert said.stdout.endswith(transcript)


def test_the_count_of_epochs_is_measured():
    solved, _ = epochs_until_solved(range(100))
    assert f"in {solved.min()} to {solved.max():,} epochs" in README
    assert solved.max() <= 5000


def test_the_whole_engine_is_as_short_as_it_says_and_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert not [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()]
    engine = [link for link in links if link.startswith("autograd/")]
    assert engine == ["autograd/value.py", "autograd/backward.py"]
    lines = sum(len((ROOT / link).read_text(encoding="utf-8").splitlines()) for link in engine)
    assert lines <= int(re.search(r"the whole engine, in (\d+) lines", README)[1])
    tree = re.search(r"## Where things are\n\n```text\n(.*?)```", README, re.DOTALL)[1]
    for package, text in re.findall(r"^(\w+)/ (.*(?:\n .*)*)", tree, re.MULTILINE):
        entries = {path.name.partition(".")[0] for path in (ROOT / package).iterdir() if path.is_dir()} - {
            "__pycache__",
            "support",
        }
        if package in ("autograd", "nn", "viz"):
            assert not {e for e in entries if not re.search(rf"\b{e}\b", text)}


def test_what_it_names_is_there():
    named = re.findall(r"\b(autograd|nn|viz)\.(\w+)", README)
    assert {"diagnose", "steps", "playground"} <= {name for _, name in named}
    for package, name in named:
        assert name in import_module(package).__all__
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {name for name in extras if f"`{name}`" in README} == extras.keys() - {"session", "test", "docs"}


def test_it_is_short_and_its_table_of_speed_has_the_rows_that_the_command_prints():
    assert len(README.splitlines()) <= 150
    source = (ROOT / "tests/benchmarks/ratios.py").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.*) \| [\d,]+ \|$", README, re.MULTILINE)
    assert len(rows) == 6
    assert not [row for row in rows if row not in source and not row.startswith("`compile`, ")]
    assert "-m tests.benchmarks.ratios" in README


def test_there_are_two_commands_of_one_line_and_continuous_integration_runs_the_second():
    session, tests = COMMANDS
    assert session.endswith("bin/chainrule xor")
    assert tests.endswith("-m tests")
    assert "grep -- '-m tests$' README.md" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_extras_that_the_commands_install_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for command in COMMANDS:
        assert re.search(r"\[(\w+)\]", command)[1] in extras
    assert {"fast", "jax", "plots", "data", "save", "session", "test"} <= extras.keys()


def test_the_wheel_holds_the_three_packages_and_nothing_else(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("autograd", "nn", "viz", "demos", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "golden"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
    made = subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    assert b"would be ignored" not in made.stdout + made.stderr  # a folder taken for a module
    (wheel,) = tmp_path.glob("chainrule-*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn", "viz")
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and (path.suffix in (".py", ".js") or path.name == "py.typed" or "viz/page" in path.as_posix())
    }
    assert held == wanted
    assert {"autograd/py.typed", "nn/py.typed", "viz/py.typed"} <= held


def test_the_shorter_demos_run(tmp_path):
    for name, words in (("first_expression", "a -25.0, b 16.0, c 8.0"), ("moons", "100 of 100 points right")):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        command = [sys.executable, "-W", "error", "-m", f"demos.{name}"]
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
        assert ended.stderr == ""
        assert words in ended.stdout
    assert {"first_expression.svg", "moons.svg"} == {path.name for path in tmp_path.iterdir()}
