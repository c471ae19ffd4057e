"""What contributors are told is so: worked examples run in a copy of the packages, and commands are those there are."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.__main__ import CHECKS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?:At the end of `([^`]+)`[^\n]*:\n\n)?```(?:python|html|css|js)\n(.*?)```", TEXT, re.DOTALL)


def test_each_example_runs_in_a_copy_of_the_packages(tmp_path):
    pytest.importorskip("matplotlib")
    for package in ("autograd", "nn", "viz"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, code in EXAMPLES:
        if path:
            (tmp_path / path).parent.mkdir(exist_ok=True)
            with (tmp_path / path).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{code}" if file.tell() else code)
    program = "\n".join(code for path, code in EXAMPLES if not path)
    for command in (["-m", "autograd.rules.generate"], ["-c", program]):
        ended = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, encoding="utf-8")
        assert ended.returncode == 0, ended.stderr


def test_there_is_an_example_for_each_kind_of_thing():
    titles = re.findall(r"^## An? (.*)", TEXT, re.MULTILINE)
    assert titles == ["operation", "optimizer", "layer", "backend", "picture", "page"]
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[3:]:
        assert "assert " in section


def test_what_is_named_is_there():
    for name in re.findall(r"`((?:autograd|nn|viz|tests)/[\w/.]*)`", TEXT):
        assert (ROOT / name).exists() or name in {path for path, _ in EXAMPLES}, name
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"\.\[(\w+)\]", TEXT)) == {"test", "docs"} <= extras.keys()


def test_what_runs_before_a_commit_is_what_the_one_command_runs():
    entries = re.findall(r"entry: python -m (.*)", (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert entries == [" ".join(check) for check in CHECKS]
