"""The XOR session as a program: scripts, standard input, a terminal."""

import os
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograd.support.messages import documentation
from viz.command_line import COMMANDS, main
from viz.session.prompt import Prompt
from viz.session.xor import XorSession

ROOT = Path(__file__).parents[3]


# -------------------------------------------------------------------------------------------- as a program
def run(*arguments, text=""):
    command = [sys.executable, "-m", "demos.xor", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, encoding="utf-8", timeout=60)


def test_a_script_runs_from_a_file_and_from_standard_input(tmp_path):
    script = tmp_path / "script.txt"
    script.write_text("# two commands\nstep 2\nback\nquit\nrun 5\n", encoding="utf-8")
    from_file, from_input = run(str(script)), run(text=script.read_text(encoding="utf-8"))
    assert from_file.stdout == from_input.stdout
    assert (from_file.returncode, from_file.stderr) == (0, "")
    assert "› step 2\n  How to read it" in from_file.stdout
    assert "► forward 2/50  a⁽¹⁾₁[1] = tanh(z⁽¹⁾₁[1])" in from_file.stdout
    assert "run 5" not in from_file.stdout


LOADER = """\
import os, signal, sys

class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupted())
from viz.command_line import main
print(signal.getsignal(signal.SIGINT) is signal.SIG_DFL, flush=True)
sys.exit(main(["--version"]) or print(signal.getsignal(signal.SIGINT) is signal.default_int_handler))
"""


@pytest.mark.skipif(os.name != "posix", reason="a signal is sent")
@pytest.mark.parametrize(
    ("name", "at", "status", "said"),
    [
        ("chainrule", "viz.terminal", -2, ("", "")),
        ("chainrule", "nothing", 0, ("True\nchainrule 0.1.0\nTrue\n", "")),
        ("another", "nothing", 0, ("False\nchainrule 0.1.0\nTrue\n", "")),
    ],
)
def test_ctrl_c_while_the_program_loads_ends_it_without_a_word(tmp_path, name, at, status, said):
    (script := tmp_path / name).write_text(LOADER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script, at], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, (done.stdout, done.stderr)) == (status, said)


def test_the_console_script_says_its_version_and_takes_no_seed_below_0(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("chainrule ")
    with pytest.raises(SystemExit):
        main(["xor", "--seed", "-1"])
    assert "--seed: a seed is a whole number from 0, not -1" in capsys.readouterr().err


def test_the_console_script_runs_a_subcommand_and_names_what_there_is(capsys, tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"chainrule": "viz.command_line:main"}
    script = tmp_path / "script.txt"
    script.write_text("step\nback\n", encoding="utf-8")
    assert main(["xor", str(script)]) == 0
    said = capsys.readouterr().out
    assert "quit leaves" in said
    assert "► forward 1/50" in said
    script.write_bytes(b"\xff")
    with pytest.raises(SystemExit):
        main(["xor", str(script)])
    assert "there is no text in" in capsys.readouterr().err
    for nothing in ([], ["--help"]):
        assert main(nothing) == 0
        assert "chainrule xor" in capsys.readouterr().out
    assert main(["xro"]) == 2
    assert "there is no chainrule xro: did you mean xor?" in capsys.readouterr().err


class Found:
    """What an examination found, as `check` uses it."""

    def __init__(self, ok):
        self.ok = ok

    def __bool__(self):
        return self.ok

    def __str__(self):
        return "81 of 81"

    def as_dict(self):
        return {"points": 81}


def test_check_examines_a_class_and_tells_by_its_exit_status(monkeypatch, capsys):
    asked = []

    def examine(engine, *, seconds):
        if engine == "nothing":
            raise ValueError("nothing cannot be examined")
        asked.append((engine, seconds))
        return Found(engine == "right:Value")

    monkeypatch.setattr("viz.command_line.examine", examine)
    assert main(["check", "right:Value"]) == 0
    assert capsys.readouterr().out == "81 of 81\n"
    assert main(["check", "wrong:Value", "--json", "--seconds", "0.5"]) == 1
    assert capsys.readouterr().out == '{"points": 81}\n'
    assert asked == [("right:Value", 5.0), ("wrong:Value", 0.5)]
    assert main(["check", "nothing"]) == 2
    assert capsys.readouterr().err == "chainrule check: nothing cannot be examined\n"
    monkeypatch.setattr(Found, "as_dict", lambda self: {"points": float("nan")})
    with pytest.raises(ValueError, match="JSON compliant"):
        main(["check", "right:Value", "--json"])


@pytest.mark.parametrize("name", COMMANDS)
def test_each_subcommand_says_how_it_is_written_and_what_it_does(name, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"usage: chainrule {name} [-h]")
    assert " ".join(documentation(COMMANDS[name]).split()) in said
    assert said.endswith("2 if there is no class to examine.") == (name == "check")


def test_a_script_that_is_not_there_is_named():
    finished = run("no_such_script.txt")
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-1].endswith("there is no file 'no_such_script.txt' to read commands from")


def test_a_script_with_a_mistake_goes_on_and_says_so_in_its_exit_status():
    ended = run(text="rnu 5\nepoch\n")
    assert ended.returncode == 1
    assert "did you mean run?" in ended.stdout
    assert "epoch 1: the loss was 0.7007" in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize("terminal", ["dumb", "xterm"])
def test_a_person_can_talk_with_it_in_a_terminal(terminal):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    talk = subprocess.Popen(
        [sys.executable, "-m", "demos.xor"], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        env=os.environ | {"TERM": terminal, "PYTHONUTF8": "1", "PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "70"},
    )  # fmt: skip
    os.close(theirs)
    said, typed = "", iter(("", "stpe", "1/0", "model.parameter_count() + 4", "b", "q"))
    answers = ("quit leaves", "forward 1/50", "mean step?", "division by zero", "21", "back: at the beginning")
    with suppress(OSError):  # the terminal closes when the session ends
        for answer in answers:
            while answer not in said.rpartition("|")[2]:
                said += os.read(ours, 4096).decode(errors="replace")
            os.write(ours, next(typed).encode() + b"\r")
            said += "|"
        while piece := os.read(ours, 4096):
            said += piece.decode(errors="replace")
    os.close(ours)
    assert talk.wait(timeout=30) == 0
    assert said.count("|") == len(answers)
    assert "Traceback" not in said


def test_what_a_student_types_first_goes_on(capsys):
    """`next` alone is a function of Python's, and `n` a name."""
    prompt = Prompt(session := XorSession(), session._variables, session._known_names, session._help)
    assert prompt.run_script(["next", "next(iter([7]))"]) == 0
    said = capsys.readouterr().out
    assert "► forward 1/50" in said
    assert "built-in" not in said
    assert said.rstrip().endswith("7")


def test_a_closed_standard_input_is_an_empty_script():
    script = "import sys; sys.stdin.close(); import viz; print(viz.session().epoch)"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr, said.stdout.splitlines()[-1]) == (0, "", "0")


def test_where_no_line_can_be_waited_for_somebody_else_talks(monkeypatch, capsys):
    taken = []
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(Prompt, "talker", lambda *given: taken.append(given))
    assert main(["xor"]) == 0
    ((prompt, greeting),) = taken
    assert "quit leaves" in greeting
    capsys.readouterr()
    assert [prompt.feed(line) for line in ("", "for k in range(2):", "    print(k)", "")] == [False, True, True, False]
    said = capsys.readouterr().out
    assert "► forward 1/50" in said
    assert said.endswith("0\n1\n")
    with pytest.raises(SystemExit):
        prompt.feed("quit")
