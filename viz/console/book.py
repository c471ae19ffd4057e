"""`chainrule book`: the book on backpropagation."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


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
