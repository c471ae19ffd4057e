"""`chainrule worksheet`: a pass by hand, for a class."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence


def worksheet(words: Sequence[str], called: str = "chainrule worksheet") -> int:
    """Write a worksheet: a pass by hand, on a page that marks itself, on paper, or asked here."""
    options = argparse.ArgumentParser(
        prog=called, description="Write a worksheet: a worked example, then the same with blanks, in four levels."
    )
    options.add_argument("subject", choices=["xor"], help="what is computed: a step of a network that learns XOR")
    options.add_argument("--level", type=int, default=1, choices=[1, 2, 3, 4], help="1: few blanks; 4: all left out")
    options.add_argument("--seed", type=int, default=0, help="another seed is another sheet")
    options.add_argument("--out", help="where to write it; by default xor-worksheet.html here")
    options.add_argument("--print", dest="paper", action="store_true", help="for paper, with the answers at its end")
    options.add_argument("--answers", metavar="OUT", help="write the answers, too, to a page of their own")
    options.add_argument("--ask", action="store_true", help="ask in this terminal instead")
    given = options.parse_args(words)
    if given.seed < 0:
        options.error(f"--seed takes a whole number from 0, not {given.seed}")
    if given.ask and (given.out or given.paper or given.answers):
        options.error("--ask writes no file: leave out --out, --print and --answers, or --ask")
    out = given.out or f"{given.subject}-worksheet.html"
    if given.answers is not None and os.path.realpath(given.answers) == os.path.realpath(out):
        options.error(f"--answers {given.answers!r} is where the worksheet itself goes: give the answers another name")
    from viz.worksheet.xor import xor_worksheet

    sheet = xor_worksheet(given.seed, given.level)
    if given.ask:
        sheet.ask()
        return 0
    page, what = (
        (sheet.paper, "to print, its answers on the last page") if given.paper else (sheet.page, "marks itself")
    )
    try:
        name = page.save(out)
        print(f"wrote {name}: {len(sheet.blanks)} blanks, {what}")
        if given.answers is not None:
            print(f"wrote {sheet.answers.save(given.answers)}: the answers, and what wrong numbers come from")
    except (OSError, ValueError) as error:
        options.error(str(error))
    print("Open it in a browser; to print, press Ctrl+P there: it fits A4 and Letter.")
    return 0
