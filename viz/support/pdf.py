"""A picture of Graphviz's as PDF, by fpdf2, in a font that has every sign of ours."""

from __future__ import annotations

import io
import logging
import re
from datetime import UTC, datetime
from typing import Final, cast

from autograd.support.messages import missing_extra

FAMILY: Final = "dejavusans"  # fpdf2 knows families in small letters
_UNSEEN: Final = re.compile(r"<title>.*?</title>|<style>.*?</style>|</?a(?: [^>]*)?>|<!--.*?-->", re.DOTALL)


def pdf_of(svg: str) -> bytes:
    """Return an SVG of Graphviz's as a PDF of one page, the same bytes on every run.

    Raises ModuleNotFoundError naming the extra if fpdf2 or matplotlib, whose font it is, is not there.
    """
    try:
        from fpdf import FPDF
        from fpdf.svg import SVGObject
        from matplotlib.font_manager import FontProperties, findfont
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(missing_extra("a .pdf of a graph is written by fpdf2", "plots")) from missing
    plain = re.sub(r'font-family="[^"]*"', f'font-family="{FAMILY}"', _UNSEEN.sub("", svg))
    picture = SVGObject(plain[plain.index("<svg") :])
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = FPDF(unit="pt", format=cast("tuple[float, float]", (picture.width, picture.height)))
    page.creation_date = datetime(2000, 1, 1, tzinfo=UTC)
    for style, weight in (("", "normal"), ("B", "bold")):
        page.add_font(FAMILY, style, findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    page.set_margin(0)
    page.set_auto_page_break(False)
    page.add_page()
    picture.draw_to_page(page)
    written = io.BytesIO()
    page.output(written)
    return written.getvalue()
