"""A picture, however it was made: it shows itself in notebooks and saves itself as a file.

The one place that runs Graphviz: what `set_renderer` was given, else the system's `dot`, else the renderer that pip
installed.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.support.advice_on_names import guessed
from autograd.support.files import write_file
from autograd.support.locks import cached_property
from autograd.support.validate import number
from viz.support.foreign_names import OF_A_PICTURE
from viz.support.labels import escaped, shown
from viz.support.palette import MARKER, dark_rules
from viz.support.pdf import pdf_of

if TYPE_CHECKING:
    from graphviz import Digraph

SCOPE = ".chainrule"
FONTS = "Arial,Helvetica,Liberation Sans,Arimo,sans-serif"
RUNNING = (
    ".way path{stroke-dasharray:8 5;animation:back 1.2s linear infinite}@keyframes back{to{stroke-dashoffset:13}}"
    "@media (prefers-reduced-motion:reduce){.way path{animation:none}}"
)
PATIENCE = 30.0  # seconds that a renderer may take; what is handed to it takes well under one
LONGEST_WORDS = 500  # of a renderer's complaint
SCALE, LARGEST_SCALE = 2.0, 20  # pixels of a PNG for each of the screen's points
SHORT = 120  # as much of a description as a reader of pictures wants to hear


@guessed(OF_A_PICTURE)
class Picture:
    """A picture as SVG, PNG and PDF, the same bytes on every run."""

    kinds: tuple[str, ...] = (".svg", ".png", ".pdf")

    def __init__(self, description: str) -> None:
        self.description = description

    @property
    def svg(self) -> str:
        """The picture as one SVG element, which stands alone as a file and inside a page."""
        raise NotImplementedError

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG at twice the size of the screen's points, in its light colors."""
        return self.at_scale(SCALE)

    def at_scale(self, scale: float) -> bytes:
        """Return the picture as PNG, so many pixels for each of the screen's points, in its light colors."""
        raise NotImplementedError

    @property
    def pdf(self) -> bytes:
        """The picture as PDF: lines and letters that stay sharp at any size, in its light colors."""
        raise NotImplementedError

    def contents(self, kind: str) -> bytes:
        """Return the picture as the bytes of a file of that kind, `.svg` or another of `kinds`."""
        found: str | bytes = getattr(self, kind[1:])
        return found.encode() if isinstance(found, str) else found

    def save(self, path: str | os.PathLike[str], *, scale: float | None = None) -> Path:
        """Leave the picture at `path`, whole or not at all, in the format its suffix names, and return the path.

        `scale` is how many pixels a PNG has for each of the screen's points: 2 without it.
        Raises ValueError for a suffix that is not among `kinds`, and for a scale that is not of a PNG, or not in reach.
        """
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f'save takes the path of a file, as .save("picture.svg"), not {type(path).__name__}')
        place = Path(path)
        kind = place.suffix.lower()
        if kind not in self.kinds:
            wanted, named = ", ".join(self.kinds), shown(kind) or "without a suffix"
            raise ValueError(f"save({str(path)!r}): a picture is saved as {wanted}, not {named}")
        if scale is not None and kind != ".png":
            raise ValueError(f"save({str(path)!r}, scale={scale!r}): only a .png has pixels; the others fit any size")
        if scale is not None and not 0.0 < number(scale) <= LARGEST_SCALE:
            raise ValueError(f"save(…, scale={scale!r}): the scale is more than 0, and at most {LARGEST_SCALE}")
        write_file(place, self.contents(kind) if scale is None else self.at_scale(float(scale)))
        return place

    def _repr_html_(self) -> str:
        return notebook_html(self.svg, self.description)

    def __repr__(self) -> str:
        return f'<{self.description}: .save("picture.svg"), also {", ".join(self.kinds[1:])}>'


class GraphPicture(Picture):
    """A picture that Graphviz lays out; `graph` is the plain `graphviz.Digraph`, to change or to render elsewhere.

    `engine` is Graphviz's name of a layout: "dot", or "nop2" where every place is given already.
    """

    kinds = (".svg", ".png", ".pdf", ".dot")

    def __init__(self, graph: Digraph, description: str, engine: str = "dot") -> None:
        super().__init__(description)
        self.graph, self.engine = graph, engine

    @property
    def dot(self) -> str:
        """The picture in Graphviz's own language."""
        return str(self.graph.source)

    @cached_property
    def svg(self) -> str:
        """The picture as one SVG element, which stands alone as a file and inside a page."""
        written = render(self.dot, "svg", self.engine).decode()
        written = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', written, count=2)  # its points are our pixels
        return own_svg(_marked(written), self.description)

    def at_scale(self, scale: float) -> bytes:
        """Return the picture as PNG, so many pixels for each of the screen's points, in its light colors."""
        return render(self.dot, "png", self.engine, f"-Gdpi={72.0 * scale:g}")

    @property
    def pdf(self) -> bytes:
        """The picture as PDF, in its light colors.  Raises ModuleNotFoundError without the extra `plots`."""
        return pdf_of(_marked(render(self.dot, "svg", self.engine).decode()))


_given: Callable[[str, str], str] | None = None


def set_renderer(renderer: Callable[[str, str], str] | None) -> None:
    """Let `renderer(dot, engine)` make every SVG of a graph from now on; None hands them back to Graphviz's programs.

    It takes the graph in Graphviz's language and the name of the engine that is to lay it out, "dot" or "nop2", and
    returns the SVG that Graphviz would write: for where no program can be run, as in a browser.  A PNG is still made by
    a program.  Raises TypeError for what cannot be called.

    >>> from autograd import Value
    >>> set_renderer(lambda dot, engine: f"<svg xmlns='http://www.w3.org/2000/svg'><text>{engine}</text></svg>")
    >>> from viz import draw
    >>> "<text>dot</text>" in draw(Value(2.0) * 3.0).svg
    True
    >>> set_renderer(None)
    """
    global _given
    if renderer is not None and not callable(renderer):
        kind = type(renderer).__name__
        raise TypeError(f"set_renderer takes a function of (dot, engine) that returns SVG, or None, not {kind}")
    _given = renderer


def renderers() -> list[str]:
    """Return the programs here that render Graphviz's language, the first choice first: `dot`, then graphviz-pure.

    They are looked for in absolute folders alone: nothing that happens to lie in the current one is ever run.
    """
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = _program("dot", path), _program("graphviz-pure", [sysconfig.get_path("scripts"), *path])
    return [program for program in found if program is not None]


def _program(name: str, folders: Sequence[str]) -> str | None:
    file = f"{name}.exe" if os.name == "nt" else name
    places = (os.path.join(folder, file) for folder in folders if os.path.isabs(folder))
    return next((found for place in places if (found := shutil.which(place))), None)


def render(source: str, kind: str, engine: str = "dot", *options: str) -> bytes:
    """Return Graphviz source rendered as `kind` (svg, png), by the first renderer that can.

    Raises RuntimeError, saying what each of them said, or that there is none.
    """
    if kind == "svg" and _given is not None:
        written = _given(source, engine)
        if isinstance(written, str) and _is_whole(written.encode(), kind):
            return written.encode()
        raise RuntimeError(f"the renderer given to set_renderer returned no SVG: {shown(repr(written), LONGEST_WORDS)}")
    failures = []
    for program in renderers():
        try:
            return _rendered(program, source, kind, [f"-K{engine}", *options])
        except RuntimeError as failure:
            failures.append(str(failure))
    raise RuntimeError(
        "; ".join(failures)
        or "drawing a graph needs Graphviz, and neither its `dot` nor `graphviz-pure` was found: install Graphviz so "
        "that `dot` is on the PATH (apt install graphviz, brew install graphviz, winget install graphviz), or run "
        "`pip install graphviz-pure` (Linux, macOS and Windows on x86-64 and ARM64), or save the picture as .dot and "
        "render it elsewhere"
    )


def _rendered(program: str, source: str, kind: str, options: Sequence[str]) -> bytes:
    """Return what a renderer makes of the source, whole; raises RuntimeError in its own words, or in ours of it."""
    command = [program, f"-T{kind}", *options]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise RuntimeError(
            f"{program} was stopped after {PATIENCE:g} seconds without a picture: draw fewer nodes, let them be folded "
            "(folded=True), or save the picture as .dot and render it elsewhere"
        ) from None
    except OSError as error:
        raise RuntimeError(f"{program} could not be run: {error.strerror or error}") from None
    if done.returncode or not _is_whole(done.stdout, kind):
        said = done.stderr.decode(errors="replace").strip()
        ended = f"exit status {done.returncode}" if done.returncode else f"what it wrote is no {kind.upper()}"
        raise RuntimeError(f"{program} could not render the picture: {shown(said, LONGEST_WORDS) or ended}")
    return done.stdout


def _is_whole(output: bytes, kind: str) -> bool:
    """Return whether a renderer wrote a picture of that kind, from its beginning to its end."""
    if kind == "png":
        return output.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in output[-8:]
    from xml.etree import ElementTree

    try:
        return ElementTree.fromstring(output.decode()).tag == "{http://www.w3.org/2000/svg}svg"
    except (ElementTree.ParseError, ValueError):
        return False


def _marked(svg: str) -> str:
    """Return the picture with the highlighter under all lines of the class `way`, which run back."""
    ways = re.findall(r'<g id="[^"]*" class="edge (?:rest )?way">.*?<path [^>]*?\bd="([^"]*)"', svg, flags=re.DOTALL)
    if not ways:
        return svg
    under = "".join(f'<path fill="none" stroke="{MARKER}" stroke-width="12" d="{way}"/>' for way in ways)
    start = re.search(r'<g id="[^"]*" class="edge', svg)
    assert start is not None
    return f"{svg[: start.start()]}<g><style>{RUNNING}</style>{under}</g>{svg[start.start() :]}"


def own_svg(svg: str, description: str) -> str:
    """Return what a renderer wrote as one SVG element of ours: no prologue, no version, named, light and dark."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<!--.*?-->\s*", "", element, flags=re.DOTALL)
    inline = "style=" in element
    element = element if inline else re.sub(r'font-family="[^"]*"', f'font-family="{FONTS}"', element)
    fonts = f"{SCOPE} text{{font-family:{FONTS}!important}}" if inline else ""
    dark = f"@media (prefers-color-scheme:dark){{{dark_rules(SCOPE, inline=inline)}}}"
    style = f"<style>{fonts}{dark}</style>"
    name = escaped(description[:SHORT])
    end = element.index(">")
    head = f'{element[:end]} class="{SCOPE[1:]}" role="img" aria-label="{name}">'
    return f"{head}{style}{element[end + 1 :]}"


def notebook_html(svg: str, description: str) -> str:
    """Return a display for notebooks: an image that survives everywhere, swapped for live SVG where scripts may run."""
    data = base64.b64encode(svg.encode()).decode()
    script = resources.files("viz").joinpath("support", "picture.js").read_text(encoding="utf-8")
    name = escaped(description[:SHORT])
    return f'<img alt="{name}" src="data:image/svg+xml;base64,{data}"><script>{script}</script>'
