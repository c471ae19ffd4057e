"""`chainrule xor`: the training of XOR, stepped through."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


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
