"""The claims of the tutorial: without arguments they are listed, with the name of one (or `all`) it is run.

`book` writes the book that tells them, and opens it.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from autograd.support.messages import documentation
from demos.tutorial.contents import PARTS
from demos.tutorial.showing import show
from viz.command_line import book, in_peace


def listing() -> str:
    """Return every demo with its claim, and every part of the tutorial with what to run and call."""
    claims = [f"  {demo:24} {documentation(import_module(f'demos.tutorial.{demo}'))}" for demo in demos()]
    parts = [f"  {part.number:4} {part.title:43} {', '.join((*part.demos, *part.names))}" for part in PARTS]
    return "\n".join(
        [
            "Read them as a book with `python -m demos.tutorial book`.",
            "Run one with `python -m demos.tutorial <name>`, or all of them with `all`:",
            *claims,
            "",
            "The tutorial's sections and questions, each with the demos that show it and what to call:",
            *parts,
        ]
    )


def demos() -> list[str]:
    """Return the demos in the tutorial's order, each once."""
    return list(dict.fromkeys(demo for part in PARTS for demo in part.demos))


def main() -> int:
    """List the demos, or run those asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demos.tutorial", description=documentation(sys.modules[__name__]))
    parser.add_argument(
        "demo", nargs="?", choices=[*demos(), "all", "book"], metavar="demo", help="one of those listed"
    )
    parser.add_argument("--pictures", default=".", type=Path, metavar="FOLDER", help="where to write pictures")
    asked = parser.parse_args()
    if asked.demo is None:
        print(listing())
        return 0
    if asked.demo == "book":
        return book([], "python -m demos.tutorial book")
    for name in demos() if asked.demo == "all" else [asked.demo]:
        demo = import_module(f"demos.tutorial.{name}")
        show(demo.measure, demo.tell, demo.picture, asked.pictures / f"{name}.png")
        print()
    return 0


if __name__ == "__main__":
    sys.exit(in_peace(main))
