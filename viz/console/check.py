"""`chainrule check`: a student's engine examined."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

__all__ = ["check"]


def check(words: Sequence[str], called: str = "chainrule check") -> int:
    """Examine an engine of one's own: a mark, and for each fault what a teacher would say."""
    options = argparse.ArgumentParser(
        prog=called,
        description="Examine an engine with micrograd's surface.",
        epilog="Exit status: 0 if all is right, 1 if something is wrong, 2 if there is no class to examine.",
    )
    options.add_argument("engine", help="where the class stands: student.py:Value, or package.module:Value")
    options.add_argument("--json", action="store_true", help="for graders: all of it as one JSON object")
    options.add_argument("--seconds", type=float, default=5.0, help="the time that each case has (5)")
    given = options.parse_args(words)
    from autograd import examine

    try:
        found = examine(given.engine, seconds=given.seconds)
    except ValueError as error:
        print(f"{called}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found.as_dict(), allow_nan=False) if given.json else found)
    return 0 if found else 1
