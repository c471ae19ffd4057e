"""What runs in the page's own Python, run in this one: the interpreter, and the archives of compiled modules."""

import importlib.util
import json
import marshal
import sys
import webbrowser
import zipfile

import pytest

import viz
from viz.command_line import main
from viz.pages.live.ready import READY
from viz.pages.site import build, bytecode, interpreter
from viz.session.prompt import MARK, Prompt

SVG = "<svg xmlns='http://www.w3.org/2000/svg'><text>drawn</text></svg>"


@pytest.fixture
def page(monkeypatch, tmp_path, capsys):
    """An interpreter that has begun, and all that it hands over to be seen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "ipykernel", None)  # where a kernel hands lines over, none is waited for
    monkeypatch.setattr(Prompt, "talker", None)
    monkeypatch.setattr(webbrowser, "get", webbrowser.get)
    monkeypatch.setenv("COLUMNS", "80")
    shown = []
    it = interpreter.Interpreter(lambda *given: shown.append(given), lambda dot, engine: SVG)
    assert it.begin() == MARK
    assert "XOR 2–4–1: 17 weights and biases to learn" in capsys.readouterr().out
    yield it, shown
    viz.set_renderer(None)


def test_lines_are_done_one_by_one_until_one_leaves(page, capsys):
    it, shown = page
    assert it.feed("step", 80) == MARK
    assert "► forward 1/" in capsys.readouterr().out
    assert it.feed("for i in range(2):", 80) == "… "
    assert it.feed("    print('seen', i)", 80) == "… "
    assert it.feed("", 80) == MARK
    assert capsys.readouterr().out == "seen 0\nseen 1\n"
    it.feed("why", 40)
    assert max(map(len, capsys.readouterr().out.split("\n"))) <= 40
    assert it.feed("quit", 80) == ""
    assert shown == []


def test_a_program_shows_what_its_last_line_is(page, capsys):
    it, shown = page
    assert it.run("from autograd import Value\na = Value(2.0, 'a')\na * 3.0", 80) == MARK
    assert capsys.readouterr().out == "Value(6.0)\n"
    ((kind, name, content, address),) = shown
    assert (kind, name, "drawn" in content, address) == ("picture", "graph of L, 3 nodes", True, "")
    it.run("x = 5", 80)
    it.run("None", 80)
    it.run("", 80)
    assert capsys.readouterr().out == ""
    it.run("x + 1", 80)
    assert capsys.readouterr().out == "6\n"
    it.run("import viz\nviz.draw(a * 2.0)", 80)
    it.run("viz.film([1.0, 0.5])", 80)
    assert [(kind, name, address) for kind, name, _, address in shown[1:]] == [
        ("picture", "graph of L, 3 nodes", ""), ("page", "A training", ""),
    ]  # fmt: skip
    assert it.feed("x", 80) == MARK, "the session knows what the program has named"
    assert capsys.readouterr().out == "5\n"
    it.run("print(len(inputs), w211)", 60)
    assert capsys.readouterr().out.startswith("4 ")


def test_what_a_program_raises_is_told_from_its_own_line_on(page, capsys):
    it, _ = page
    assert it.run("def wrong():\n    return 1 / 0\nx = 1\nwrong()", 80) == MARK
    told = capsys.readouterr().out.split("\n")
    assert told[0] == "Traceback (most recent call last):"
    assert [line.strip() for line in told if line.startswith("  File")] == [
        'File "your code", line 4, in <module>', 'File "your code", line 2, in wrong',
    ]  # fmt: skip
    assert "    return 1 / 0" in told
    assert told[-2] == "ZeroDivisionError: division by zero"
    it.run("x = (", 80)
    assert "SyntaxError" in capsys.readouterr().out
    it.run("raise SystemExit", 80)
    assert "SystemExit" in capsys.readouterr().out


def test_pictures_and_pages_that_are_written_or_opened_are_seen(page, capsys, tmp_path):
    it, shown = page
    it.run("from pathlib import Path\nPath('a.svg').write_text('<svg/>')\nPath('a.txt').write_text('no')\nNone", 80)
    assert shown == [("picture", "a.svg", "<svg/>", "")]
    it.feed("x = 1", 80)
    assert len(shown) == 1, "it was seen already"
    it.run("Path('b.html').write_text('<p>')\nNone", 80)
    assert shown[1:] == [("page", "b.html", "<p>", "")]
    (tmp_path / "c.html").write_text("<i>", encoding="utf-8")
    webbrowser.get().open((tmp_path / "c.html").as_uri() + "#step=3")
    assert shown[2] == ("page", (tmp_path / "c.html").as_uri() + "#step=3", "<i>", "step=3")


def test_another_session_takes_the_place_of_the_one_before_and_keeps_its_names(page, capsys):
    it, _ = page
    it.run("mine = 7", 80)
    first = it.prompt
    it.run("import viz\nt = viz.session(lambda a: a * a, [3.0])", 80)
    assert "1 weights and biases to learn" in capsys.readouterr().out
    assert it.prompt is not first
    it.feed("mine", 80)
    assert capsys.readouterr().out == "7\n"
    it.feed("print(model)", 80)
    assert "Expression" in capsys.readouterr().out


def test_programs_made_beforehand_are_found(monkeypatch, tmp_path):
    monkeypatch.setattr(Prompt, "talker", None)
    monkeypatch.setattr(webbrowser, "get", webbrowser.get)
    held = tmp_path / "pages" / "site" / "ready.json"
    held.parent.mkdir(parents=True)
    held.write_text(json.dumps({"key": {"data": {"a": 1}, "script": "s", "order": ["p"]}}), encoding="utf-8")
    monkeypatch.setattr(interpreter.resources, "files", lambda package: {"viz": tmp_path}[package])
    interpreter.Interpreter(print, lambda dot, engine: SVG)
    viz.set_renderer(None)
    found = READY.pop("key")
    assert (found.data, found.script, found.order) == ({"a": 1}, "s", ["p"])


def test_modules_are_packed_as_they_are_imported(tmp_path):
    library = tmp_path / "library"
    (library / "b" / "inner").mkdir(parents=True)
    (library / "b" / "inner" / "m.py").write_text('"""Told."""\nX = 41 + 1\n', encoding="utf-8")
    (library / "a.txt").write_text("text", encoding="utf-8")
    given = list(bytecode.files(library))
    assert [name for name, _ in given] == ["a.txt", "b/inner/m.py"]
    bytecode.pack(given, tmp_path / "one.zip", 0)
    bytecode.pack(bytecode.files(library), tmp_path / "two.zip", 0)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert dict(bytecode.members(tmp_path / "one.zip"))["a.txt"] == b"text"
    bytecode.pack([("m.py", given[1][1])], tmp_path / "bare.zip", 2)
    for archive, name, words in (("one.zip", "b/inner/m.pyc", "Told."), ("bare.zip", "m.pyc", None)):
        with zipfile.ZipFile(tmp_path / archive) as held:
            entry, code = held.getinfo(name), held.read(name)
        assert (entry.date_time[0], entry.compress_type) == (1980, zipfile.ZIP_DEFLATED)
        assert code[:8] == importlib.util.MAGIC_NUMBER + b"\x01\0\0\0", "read without a look at the source"
        scope = {}
        exec(marshal.loads(code[16:]), scope)
        assert (scope["X"], scope.get("__doc__")) == (42, words)
    empty = tmp_path / "folders.zip"
    with zipfile.ZipFile(empty, "w") as held:
        held.writestr("folder/", "")
        held.writestr("folder/a", "x")
    assert list(bytecode.members(empty)) == [("folder/a", b"x")]


def test_the_command_says_where_the_edition_is_and_how_to_serve_it(monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setattr(build, "site", lambda *given, **more: asked.append((given, more)) or tmp_path / "index.html")
    assert main(["site", "out"]) == 0
    assert f"python -m http.server -d {tmp_path}, then open http://localhost:8000" in capsys.readouterr().out
    assert main(["site", "one.html", "--single", "--pyodide", "here"]) == 0
    assert f"open {tmp_path / 'index.html'}" in capsys.readouterr().out
    assert asked == [
        (("out",), {"pyodide": None, "single": False}), (("one.html",), {"pyodide": "here", "single": True}),
    ]  # fmt: skip
