"""`chainrule site`: the browser edition."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from autograd.support.messages import documentation


def site(words: Sequence[str], called: str = "chainrule site") -> int:
    """Build a folder, or one file, with the XOR session and Python in it, for a browser."""
    options = argparse.ArgumentParser(prog=called, description=documentation(site))
    options.add_argument("out", help="the folder to leave it in, or with --single the .html file")
    options.add_argument("--single", action="store_true", help="make one file, which opens from the disk")
    options.add_argument("--pyodide", metavar="FOLDER", help="a folder that holds Pyodide; without it, npm fetches it")
    given = options.parse_args(words)
    from viz.pages.site.build import site as build

    try:
        page = build(given.out, pyodide=given.pyodide, single=given.single)
    except (RuntimeError, ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    place = (
        f"open {page}" if given.single else f"python -m http.server -d {page.parent}, then open http://localhost:8000"
    )
    print(f"wrote {page}: {place}")
    return 0
