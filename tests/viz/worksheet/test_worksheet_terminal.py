"""Worksheets in the terminal and by the command: right, wrong, shown, left; what is written and said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import viz
from autograd import Value
from autograd.explain.mistakes_by_hand import MISTAKES
from autograd.explain.number_format import show_number
from viz.command_line import main
from viz.worksheet.xor import xor_worksheet

ROOT = Path(__file__).parents[3]


def typed(sheet):
    """Return the lines that someone types who knows everything."""
    lines = [show_number(blank.answer) for blank in sheet.blanks]
    before = sum(key[0] == "value" for key in sheet.sheet.blanks)
    return [*lines[:before], " ".join(str(k + 1) for k in sheet.order.one), *lines[before:]]


def test_right_answers_get_full_marks():
    sheet = xor_worksheet(4, 3)
    marks = sheet.ask(typed(sheet))
    assert (marks.right, marks.first, marks.of) == (len(sheet.blanks) + 1,) * 3
    assert str(marks) == f"{marks.of} of {marks.of} right, {marks.of} at the first try"


def test_mistakes_are_named_counted_and_can_be_mended(capsys):
    w, x = Value(2.0, "w"), Value(3.0, "x")
    sheet = viz.worksheet(w * x + w, level=4)
    lines = ["−6", "six", "6", "?", "1", "2 1", "?", *["?"] * 20]
    marks = sheet.ask(lines)
    said = capsys.readouterr().out
    assert (marks.right, marks.first, marks.mistakes["sign"]) == (2, 0, 1)
    assert MISTAKES["sign"].split(":")[0] in said
    assert "Type a number, for example −0.62" in said
    assert "Type the 2 numbers in their order, as in 1 2." in said
    assert "2 of 10 right, 0 at the first try; look again at: sign (1)" in said


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "1/3"])
def test_what_is_no_number_is_not_taken_for_a_wrong_one(capsys, text):
    viz.worksheet(Value(2.0, "w") * Value(3.0, "x"), level=4).ask([text])
    said = capsys.readouterr().out
    assert "Type a number, for example −0.62" in said
    assert "Not yet" not in said


def test_who_leaves_gets_the_marks_so_far(capsys):
    sheet = xor_worksheet(4, 4)
    assert sheet.ask([*typed(sheet)[:3], "quit", "1"]).right == 3
    assert "3 of" in capsys.readouterr().out


def run(*words, text="", folder=ROOT):
    command = [sys.executable, "-c", "from viz.command_line import main; raise SystemExit(main())", "worksheet"]
    return subprocess.run(
        [*command, *words], cwd=folder, input=text, capture_output=True, encoding="utf-8", timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_the_command_asks_from_standard_input():
    sheet = xor_worksheet(7, 1)
    done = run("xor", "--seed", "7", "--ask", text="\n".join(typed(sheet)))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(sheet.blanks) + 1} of {len(sheet.blanks) + 1} right" in done.stdout
    assert run("xor", "--ask").stdout.endswith(f"0 of {len(sheet.blanks) + 1} right, 0 at the first try\n")


def test_the_command_writes_the_sheet_and_the_answers_and_says_how_to_print(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["worksheet", "xor", "--level", "2"]) == 0
    said = capsys.readouterr().out
    assert "wrote xor-worksheet.html: " in said
    assert "marks itself" in said
    assert "to print, press Ctrl+P" in said
    sheet = xor_worksheet(0, 2)
    assert (tmp_path / "xor-worksheet.html").read_text(encoding="utf-8") == sheet.page.html
    assert main(["worksheet", "xor", "--print", "--out", "p.html", "--answers", "a.html", "--seed", "2"]) == 0
    assert "its answers on the last page" in capsys.readouterr().out
    other = xor_worksheet(2)
    assert (tmp_path / "p.html").read_text(encoding="utf-8") == other.paper.html
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == other.answers.html


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["xor", "--seed", "-1"], "--seed: a seed is a whole number from 0, not -1"),
        (["xor", "--level", "9"], "invalid choice: 9"),
        (["xor", "--out", "sheet.pdf"], "a page is saved as .html"),
        (["xor", "--out", "no/such/folder.html"], "there is no folder"),
        (["xor", "--answers", "./xor-worksheet.html"], "is where the worksheet itself goes"),
        (["xor", "--out", "t.html", "--answers", "."], "--answers: a page is saved as .html, a file, not as '.'"),
        (["xor", "--answers", "answers.txt"], "--answers: a page is saved as .html"),
        (["xor", "--out", ""], "--out: the path of a file is needed"),
        (["xor", "--seed", "one"], "--seed: a seed is a whole number from 0, not one"),
        (["xor", "--ask", "--out", "sheet.html"], "--ask writes no file"),
        (["xor", "--ask", "--answers", "sheet.html"], "--ask writes no file"),
        (["xor", "--ask", "--print"], "--ask writes no file"),
        ([], "the following arguments are required: subject"),
    ],
)
def test_what_the_command_cannot_do_it_says(words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["worksheet", *words])
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
