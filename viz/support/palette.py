"""The colors of every picture: each with its counterpart on a dark page, and all of them in one place.

Text keeps a contrast of 4.5 to 1 on every surface, and frames one of 3 to 1.  Hue says direction (green forward, red
backward, violet update) or sign (blue plus, orange minus), and never says it alone.
"""

from __future__ import annotations

from typing import Final

# surfaces
PAPER: Final = "#fefefe"
CARD: Final = "#ffffff"
HEAD: Final = "#f0f3f7"
MARKER: Final = "#ffe9a3"  # under exactly what is spoken of, and nowhere else
FORWARD_CARD: Final = "#e3f4f0"
BACKWARD_CARD: Final = "#fdecee"
UPDATE_CARD: Final = "#f2ecfb"
ALARM_CARD: Final = "#fbe6f3"

# text
INK: Final = "#1f2328"
QUIET: Final = "#565d67"
FORWARD: Final = "#00695c"
BACKWARD: Final = "#b0203a"
UPDATE: Final = "#6a3ea1"
POSITIVE: Final = "#1858a8"
NEGATIVE: Final = "#9a4300"
ALARM: Final = "#8b0057"

# lines
FRAME: Final = "#858d98"
IDLE: Final = "#9aa2ad"
FAINT: Final = "#c9ced6"  # decoration alone

# On fields of color, which stay light on a dark page: line, minus, plus, and the rim of a mark.
FIELD: Final = ("#15181c", "#7d3600", "#0f3f7d", "#fdfdfd")
FIELD_SIGNS: Final = ("#f4b98a", "#fff6ec", "#fcfcfd", "#ecf3ff", "#8ab4e8")

DARK: Final = {
    PAPER: "#14171c",
    CARD: "#1c2026",
    HEAD: "#272c34",
    MARKER: "#463a08",
    FORWARD_CARD: "#10302a",
    BACKWARD_CARD: "#3a1d1e",
    UPDATE_CARD: "#2c2140",
    ALARM_CARD: "#43122f",
    INK: "#e7eaee",
    QUIET: "#a9b1bc",
    FORWARD: "#52dcc0",
    BACKWARD: "#ff9a90",
    UPDATE: "#c9adff",
    POSITIVE: "#8ab8ff",
    NEGATIVE: "#ffb070",
    ALARM: "#ff8fd0",
    FRAME: "#6f7884",
    IDLE: "#7d8693",
    FAINT: "#4a515c",
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
