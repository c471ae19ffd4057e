"""The console script `chainrule`: one line a subcommand."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Final

from autograd.support.messages import documentation, shown
from viz.console.commands import book, check, site, worksheet, xor
from viz.support.encoding import prepare
from viz.support.loading import loaded

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
