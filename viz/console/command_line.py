"""The console script `chainrule`: one line a subcommand."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from autograd.support.messages import documentation, shown
from viz.support.encoding import prepare


def xor(words: Sequence[str], called: str = "chainrule xor") -> int:
    """Step through the training of XOR: each operation, why, and back again."""
    options = argparse.ArgumentParser(prog=called, description="Step through the training of XOR.")
    options.add_argument("script", nargs="?", help="a file of commands; without it, standard input or a prompt")
    options.add_argument("--seed", type=int, default=0, help="the seed of the first weights")
    given = options.parse_args(words)
    lines = None
    if given.script is not None:
        try:
            lines = Path(given.script).read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, UnicodeError) as error:
            there = "there is no file" if isinstance(error, FileNotFoundError) else "there is no text in"
            options.error(f"{there} {given.script!r} to read commands from")
    from viz.session.session import start
    from viz.session.xor import XorSession

    if given.seed < 0:
        options.error(f"--seed takes a whole number from 0, not {given.seed}")
    session = XorSession(given.seed)
    if lines is not None:
        print(session._greeting())
    return int(bool(start(session, lines)))


def book(words: Sequence[str], called: str = "chainrule book") -> int:
    """Read why backpropagation works: one page, offline, in which every figure computes."""
    options = argparse.ArgumentParser(prog=called, description="Write the book on backpropagation, and open it.")
    options.add_argument("out", nargs="?", metavar="OUT", help="where to write it; it is opened only without OUT")
    given = options.parse_args(words)
    import viz
    from viz.pages import document

    try:
        place = viz.book().save(given.out or "backpropagation.html")
    except (OSError, ValueError) as error:
        options.error(str(error))
    print(f"wrote {place}: open it in a browser, it needs no network")
    if given.out is None and (browser := document.window_browser()) is not None:
        browser.open(place.resolve().as_uri())
    return 0


COMMANDS: Final[dict[str, Callable[[Sequence[str]], int]]] = {"xor": xor, "book": book}


def main(words: Sequence[str] | None = None) -> int | str:
    """Run a subcommand; return its exit status, 2 with what there is if there is none of that name."""
    name, *rest = (sys.argv[1:] if words is None else words) or ["--help"]
    if name in COMMANDS:
        return in_peace(lambda: COMMANDS[name](rest))
    listed = [f"  chainrule {known:<6} {documentation(command)}" for known, command in COMMANDS.items()]
    if name in ("-h", "--help"):
        return in_peace(lambda: print("\n".join(["chainrule: gradients that show every step", *listed])) or 0)
    if name == "--version":
        return in_peace(lambda: print(f"chainrule {version('chainrule')}") or 0)
    near = difflib.get_close_matches(name, COMMANDS, 1)
    print(f"there is no chainrule {shown(name)}{f': did you mean {near[0]}?' if near else ''}", file=sys.stderr)
    print("\n".join(["there is", *listed]), file=sys.stderr)
    return 2


def in_peace(run: Callable[[], int]) -> int | str:
    """Return what a program returns, and nothing worse than a sentence where nobody reads on, or the disk is full."""
    prepare()
    try:
        code = run()
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that what is left is not written when Python ends
        return 0 if isinstance(error, BrokenPipeError) else f"nothing more can be written: {error.strerror}"
    return code
