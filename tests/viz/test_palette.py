"""The palette: text is readable on every surface, frames are seen, in light and dark."""

import itertools

from viz.support import palette

SURFACES = ("PAPER", "CARD", "HEAD", "MARKER", "FORWARD_CARD", "BACKWARD_CARD", "UPDATE_CARD")
INKS = ("INK", "QUIET", "FORWARD", "BACKWARD", "UPDATE", "POSITIVE", "NEGATIVE", "ALARM")


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    """Return the lower contrast of two colors, by name, of light and dark."""
    pair = [getattr(palette, name) for name in (a, b)]
    ratios = []
    for colors in (pair, [palette.DARK[color] for color in pair]):
        low, high = sorted(map(luminance, colors))
        ratios.append((high + 0.05) / (low + 0.05))
    return min(ratios)


def test_text_is_readable_on_every_surface_and_frames_are_seen():
    for ink, surface in [*itertools.product(INKS, SURFACES), ("ALARM", "ALARM_CARD")]:
        assert contrast(ink, surface) >= 4.5, (ink, surface)
    for surface in ("PAPER", "CARD", "HEAD"):
        assert contrast("FRAME", surface) >= 3.0, surface


def test_each_color_has_its_own_counterpart():
    colors = {name: x for name, x in vars(palette).items() if name.isupper() and isinstance(x, str)}
    assert {*colors.values()} == {*palette.DARK}
    assert len(palette.DARK) == len(colors) == len({*palette.DARK.values()})
