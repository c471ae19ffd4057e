"""The colors of every picture: each with its counterpart on a dark page, and all of them in one place.

Text keeps a contrast of 4.5 to 1 on its paper.  Hue says direction (green forward, red backward) or sign (blue plus,
orange minus), and never says it alone.
"""

from __future__ import annotations

from typing import Final

PAPER: Final = "#fefefe"
INK: Final = "#1f2328"
QUIET: Final = "#5f6670"
FAINT: Final = "#c9ced6"
CARD: Final = "#ffffff"
HEAD: Final = "#f0f3f7"
FORWARD: Final = "#137333"
FORWARD_CARD: Final = "#eaf6ec"
BACKWARD: Final = "#b3261e"
BACKWARD_CARD: Final = "#fdeeec"
POSITIVE: Final = "#1858a8"
NEGATIVE: Final = "#a34700"
ALARM: Final = "#8b0057"
ALARM_CARD: Final = "#fbe6f3"
MARKER: Final = "#ffe9a3"  # the one highlighter: under what the words speak of, and nothing else

# On fields of color, which stay light on a dark page: line, minus, plus, and the rim of a mark.
FIELD: Final = ("#15181c", "#7d3600", "#0f3f7d", "#fdfdfd")
FIELD_SIGNS: Final = ("#f4b98a", "#fff6ec", "#fcfcfd", "#ecf3ff", "#8ab4e8")

DARK: Final = {
    PAPER: "#14171c",
    INK: "#e7eaee",
    QUIET: "#a3abb6",
    FAINT: "#4a515c",
    CARD: "#1c2026",
    HEAD: "#272c34",
    FORWARD: "#5bd67d",
    FORWARD_CARD: "#16301d",
    BACKWARD: "#ff8a80",
    BACKWARD_CARD: "#3a1d1b",
    POSITIVE: "#8ab8ff",
    NEGATIVE: "#ffb070",
    ALARM: "#ff8fd0",
    ALARM_CARD: "#43122f",
    MARKER: "#463a08",
}


def dark_rules(scope: str, *, inline: bool = False) -> str:
    """Return the style rules that turn the light colors inside `scope` into their dark counterparts.

    `inline` is for renderers that write colors into style attributes.
    """
    written, last = ('style*="{0}: {1}"', "!important") if inline else ('{0}="{1}" i', "")
    return "".join(
        f"{scope} [{written.format(attribute, light)}]{{{attribute}:{dark}{last}}}"
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )
