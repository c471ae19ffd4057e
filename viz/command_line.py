"""The program `chainrule`: each subcommand reads its words, does its work and returns its exit status."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import viz
from autograd import examine
from autograd.explain.encoding import prepare
from autograd.support.files import check_folder
from autograd.support.messages import documentation, shown
from viz.pages import document
from viz.session.session import start
from viz.session.xor import XorSession
from viz.support.loading import loaded
from viz.worksheet.xor import xor_worksheet


def xor(words: Sequence[str], called: str) -> int:
    """Step through the training of XOR: each operation, why, and back again."""
    options = _options(xor, called)
    options.add_argument("script", nargs="?", help="a file of commands; without it, standard input or a prompt")
    options.add_argument("--seed", type=_seed, default=0, help="the seed of the first weights")
    given = options.parse_args(words)
    lines = None
    if given.script is not None:
        try:
            lines = Path(given.script).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            there = "there is no file" if isinstance(error, FileNotFoundError) else "there is no text in"
            options.error(f"{there} {given.script!r} to read commands from")
    session = XorSession(given.seed)
    if lines is not None:
        print(session._greeting())
    return int(bool(start(session, lines)))


def book(words: Sequence[str], called: str) -> int:
    """Read why backpropagation works: one page, offline, in which every figure computes."""
    options = _options(book, called)
    options.add_argument("out", nargs="?", type=_page, help="where to write it; it is opened only without OUT")
    given = options.parse_args(words)
    try:
        place = viz.book().save(given.out or "backpropagation.html")
    except OSError as error:
        options.error(str(error))
    print(f"wrote {place}: open it in a browser, it needs no network")
    if given.out is None and (browser := document.window_browser()) is not None:
        browser.open(place.resolve().as_uri())
    return 0


def worksheet(words: Sequence[str], called: str) -> int:
    """Write a worksheet: a pass by hand, on a page that marks itself, on paper, or asked here."""
    options = _options(worksheet, called)
    options.add_argument("subject", choices=["xor"], help="what is computed: a step of a network that learns XOR")
    options.add_argument("--level", type=int, default=1, choices=[1, 2, 3, 4], help="1: few blanks; 4: all left out")
    options.add_argument("--seed", type=_seed, default=0, help="another seed is another sheet")
    options.add_argument("--out", type=_page, help="where to write it; by default xor-worksheet.html here")
    options.add_argument("--print", dest="paper", action="store_true", help="for paper, with the answers at its end")
    options.add_argument("--answers", metavar="OUT", type=_page, help="write the answers, too, to a page of their own")
    options.add_argument("--ask", action="store_true", help="ask in this terminal instead")
    given = options.parse_args(words)
    if given.ask and (given.out or given.paper or given.answers):
        options.error("--ask writes no file: leave out --out, --print and --answers, or --ask")
    out = given.out or f"{given.subject}-worksheet.html"
    if given.answers is not None and os.path.realpath(given.answers) == os.path.realpath(out):
        options.error(f"--answers {given.answers!r} is where the worksheet itself goes: give the answers another name")
    sheet = xor_worksheet(given.seed, given.level)
    if given.ask:
        sheet.ask()
        return 0
    page, what = (
        (sheet.paper, "to print, its answers on the last page") if given.paper else (sheet.page, "marks itself")
    )
    try:
        print(f"wrote {page.save(out)}: {len(sheet.blanks)} blanks, {what}")
        if given.answers is not None:
            print(f"wrote {sheet.answers.save(given.answers)}: the answers, and what wrong numbers come from")
    except OSError as error:
        options.error(str(error))
    print("Open it in a browser; to print, press Ctrl+P there: it fits A4 and Letter.")
    return 0


def check(words: Sequence[str], called: str) -> int:
    """Examine an engine of one's own: a mark, and for each fault what a teacher would say."""
    epilog = "Exit status: 0 if all is right, 1 if something is wrong, 2 if there is no class to examine."
    options = _options(check, called, epilog=epilog)
    options.add_argument("engine", help="where the class stands: student.py:Value, or package.module:Value")
    options.add_argument("--json", action="store_true", help="for graders: all of it as one JSON object")
    options.add_argument("--seconds", type=float, default=5.0, help="the time that each case has (5)")
    given = options.parse_args(words)
    try:
        found = examine(given.engine, seconds=given.seconds)
    except ValueError as error:
        print(f"{called}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found.as_dict(), allow_nan=False) if given.json else found)
    return 0 if found else 1


def site(words: Sequence[str], called: str) -> int:
    """Build a folder, or one file, with the XOR session and Python in it, for a browser."""
    options = _options(site, called)
    options.add_argument("out", help="the folder to leave it in, or with --single the .html file")
    options.add_argument("--single", action="store_true", help="make one file, which opens from the disk")
    options.add_argument("--pyodide", metavar="FOLDER", help="a folder that holds Pyodide; without it, npm fetches it")
    given = options.parse_args(words)
    from viz.pages.site.build import site as build  # which a browser has no use for

    try:
        page = build(given.out, pyodide=given.pyodide, single=given.single)
    except (RuntimeError, ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    served = f"python -m http.server -d {page.parent}, then open http://localhost:8000"
    print(f"wrote {page}: {f'open {page}' if given.single else served}")
    return 0


COMMANDS: Final[dict[str, Callable[[Sequence[str], str], int]]] = {
    command.__name__: command for command in (xor, book, worksheet, check, site)
}


def main(words: Sequence[str] | None = None) -> int | str:
    """Run a subcommand; return its exit status, 2 with what there is if there is none of that name."""
    name, *rest = (sys.argv[1:] if words is None else words) or ["--help"]
    if name in COMMANDS:
        return in_peace(lambda: COMMANDS[name](rest, f"chainrule {name}"))
    listed = [f"  chainrule {known:<10} {documentation(command)}" for known, command in COMMANDS.items()]
    if name in ("-h", "--help"):
        return in_peace(lambda: print("\n".join(["chainrule: gradients that show every step", *listed])) or 0)
    if name == "--version":
        return in_peace(lambda: print(f"chainrule {version('chainrule')}") or 0)
    near = difflib.get_close_matches(name, COMMANDS, 1)
    print(f"there is no chainrule {shown(name)}{f': did you mean {near[0]}?' if near else ''}", file=sys.stderr)
    print("\n".join(["there is", *listed]), file=sys.stderr)
    return 2


def in_peace(run: Callable[[], int]) -> int | str:
    """Return what a program returns, and nothing worse than a sentence at Ctrl-C, a full disk, or a closed pipe."""
    prepare()
    code = 0
    try:
        loaded()
        code = run()
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nstopped by Ctrl-C", file=sys.stderr)
        return 130  # what a shell says of it
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that what is left is not written when Python ends
        return code if isinstance(error, BrokenPipeError) else f"nothing more can be written: {error.strerror}"
    return code


def _options(command: Callable[..., int], called: str, **more: Any) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=called, description=documentation(command), **more)


def _seed(word: str) -> int:
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0, not {shown(word)}")
    return int(word)


def _page(place: str) -> str:
    """Return where a page is to go; what no page can be saved as is refused before there is any."""
    try:
        check_folder(place)
    except FileNotFoundError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if os.path.isdir(place) or Path(place).suffix.lower() not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"a page is saved as .html, a file, not as {shown(place)!r}")
    return place
