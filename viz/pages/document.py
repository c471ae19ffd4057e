"""A page: one self-contained HTML file that asks nothing of the network.

A folder of `viz/pages/` is put together with data in JSON.  Everything a user typed is in that data and
nowhere else, so that one line escapes it; the policy at the top of the page lets no other script or style run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import tempfile
import webbrowser
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd.support.advice_on_names import guessed
from autograd.support.files import write_file
from autograd.support.locks import cached_property
from viz.pages.bundle import bundled, file_of, styles_of
from viz.support import palette
from viz.support.foreign_names import OF_A_PAGE
from viz.support.labels import escaped, shown

LONGEST_TITLE = 200
TERMINAL_BROWSERS = ("www-browser", "links", "elinks", "lynx", "w3m")


@guessed(OF_A_PAGE)
class Page:
    """One HTML file: `.html` is its text, `.save(path)` writes it, `.open()` shows it in the browser.

    `name` is that of a folder of `viz/pages/`: its .html is what is seen, its .css and .js dress and move it, with all
    that they import.  `data` is what the modules read, its "title" among it, `program` what the JavaScript backend
    wrote for them.  `body` is what is seen instead of the .html, `modules` are further ones, which the .js finds by
    name.  The same data gives the same bytes.
    """

    def __init__(
        self, name: str, data: Mapping[str, Any], program: str = "", *, body: str = "", modules: Sequence[str] = ()
    ) -> None:
        self.name, self.program, self.body, self.modules = name, program, body, modules
        self.data = {**data, "title": shown(data["title"], LONGEST_TITLE)}

    @cached_property
    def html(self) -> str:
        """The page as text."""
        place = f"{self.name}/{self.name}"
        style = colors() + styles_of(f"{place}.css")
        script = '"use strict";\n' + self.program + bundled(*self.modules, f"{place}.js")
        seen = self.body or file_of(f"{place}.html")
        policy = (
            f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src 'sha256-{_digest(style)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>chainrule</title>\n<style>{style}</style>\n</head>\n<body>\n{seen}"
            f'<script type="application/json" id="data">{inert(self.data)}</script>\n'
            f"<script>{script}</script>\n</body>\n</html>\n"
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Leave the page at `path`, whole or not at all, and return the path; ValueError unless it ends in .html."""
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f'save takes the path of a file, as .save("page.html"), not {type(path).__name__}')
        place = Path(path)
        if place.suffix.lower() not in (".html", ".htm"):
            named = shown(place.suffix) or "without a suffix"
            raise ValueError(f"save({str(path)!r}): a page is saved as .html, not {named}")
        write_file(place, self.html.encode())
        return place

    def open(self, address: str = "") -> Path:
        """Show the page in the browser at `#address`, from a temporary file of one's own that stays; return its path.

        Where there is no browser but those that live in a terminal, nothing is shown: open the file yourself.
        """
        handle, name = tempfile.mkstemp(prefix="chainrule-", suffix=".html")  # private, and `save` keeps the mode
        os.close(handle)
        place = self.save(name)
        if (browser := window_browser()) is not None:
            browser.open(place.as_uri() + (f"#{address}" if address else ""))
        return place

    def _repr_html_(self) -> str:
        # A frame of its own: its keys, styles and policy stay apart from the notebook's.  The words within it are seen
        # only where a notebook that is not trusted takes the frame away.
        return (
            '<iframe title="chainrule" sandbox="allow-scripts" width="100%" height="820" '
            f'style="border:0" srcdoc="{escaped(self.html)}">A page runs in a trusted notebook: trust this one, '
            "or run the cell again.</iframe>"
        )

    def __repr__(self) -> str:
        return f'<page of {len(self.html.encode()) / 1024:.0f} KB: .save("page.html"), .open()>'


def window_browser() -> webbrowser.BaseBrowser | None:
    """Return the browser that opens a window here, or None: those that live in a terminal run no scripts."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return None
    return None if getattr(browser, "basename", "") in TERMINAL_BROWSERS else browser


def inert(data: Any) -> str:
    """Return data as JSON that no HTML parser can take for anything else: the one place where a page escapes."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "backslashreplace").decode()


def packed(numbers: Iterable[float]) -> str:
    """Return floats, to the bit, as text: little-endian doubles in base 64."""
    doubles = array("d", numbers)
    if sys.byteorder == "big":
        doubles.byteswap()
    return base64.b64encode(doubles.tobytes()).decode()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def colors() -> str:
    """Return the palette as custom properties, light and dark."""
    light = {f"--{n.lower().replace('_', '-')}": color for n, color in vars(palette).items() if isinstance(color, str)}
    light = {name: color for name, color in light.items() if color in palette.DARK}
    dark = {name: palette.DARK[color] for name, color in light.items()}
    rules = ["".join(f"{name}:{color};" for name, color in colors.items()) for colors in (light, dark)]
    return f":root{{{rules[0]}}}\n@media (prefers-color-scheme:dark){{:root{{{rules[1]}}}}}\n"
