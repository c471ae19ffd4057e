"""The rooms of nn depend one way: each imports only those before it in this list."""

import ast
from pathlib import Path

import nn

ROOT = Path(nn.__file__).parent
ROOMS = ["support", "layers", "losses", "optim", "datasets", "history", "saving", "training", "inspect", "estimators"]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nn."):
            yield node.module.split(".")[1]


def test_each_room_imports_only_those_before_it():
    for i, room in enumerate(ROOMS):
        files = list((ROOT / room).rglob("*.py")) or [ROOT / f"{room}.py"]
        later = {(path.name, other) for path in files for other in imported(path) if other in ROOMS[i + 1 :]}
        assert not later, f"nn/{room} imports from {later}"


def test_every_room_is_in_the_list():
    assert {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()} - {"__pycache__"} == {
        *ROOMS,
        "__init__",
    }
