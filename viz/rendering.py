"""A picture, however it was made: it shows itself in notebooks and saves itself as a file.

The one place that runs Graphviz: the system's `dot` where there is one, else the renderer that pip installed.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sysconfig
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.files import write_file
from autograd.locks import cached_property
from viz.labels import escaped
from viz.palette import dark_rules

if TYPE_CHECKING:
    from graphviz import Digraph

SCOPE = ".chainrule"
# Fonts of the widths that the layout was made with.  Where none is installed the usual one is DejaVu, which is wider
# and would leave its boxes: it is made smaller.
FONTS = "Arial,Helvetica,Liberation Sans,Arimo,chainrule narrow,sans-serif"
NARROW = "".join(
    f"@font-face{{font-family:chainrule narrow;src:local({name});font-weight:{weight};size-adjust:{size}%}}"
    for name, weight, size in (("DejaVu Sans", "normal", 87), ("DejaVu Sans Bold", "bold", 80))
)
SHORT = 120  # as much of a description as a reader of pictures wants to hear


class Picture:
    """A picture as SVG and PNG, the same bytes on every run."""

    kinds: tuple[str, ...] = (".svg", ".png")

    def __init__(self, description: str) -> None:
        self.description = description

    @property
    def svg(self) -> str:
        """The picture as one SVG element, which stands alone as a file and inside a page."""
        raise NotImplementedError

    @property
    def png(self) -> bytes:
        """The picture as PNG, in its light colours."""
        raise NotImplementedError

    def contents(self, kind: str) -> bytes:
        """Return the picture as the bytes of a file of that kind, `.svg` or another of `kinds`."""
        return self.png if kind == ".png" else self.svg.encode()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Leave the picture at `path`, whole or not at all, in the format its suffix names, and return the path.

        Raises ValueError for a suffix that is not among `kinds`.
        """
        place = Path(path)
        kind = place.suffix.lower()
        if kind not in self.kinds:
            wanted = ", ".join(self.kinds)
            raise ValueError(f"save({str(path)!r}): a picture is saved as {wanted}, not {kind or 'without a suffix'}")
        write_file(place, self.contents(kind))
        return place

    def _repr_html_(self) -> str:
        return notebook_html(self.svg, self.description)

    def __repr__(self) -> str:
        return f'<{self.description}: .save("picture.svg"), also {", ".join(self.kinds[1:])}>'


class GraphPicture(Picture):
    """A picture that Graphviz lays out; `graph` is the plain `graphviz.Digraph`, to change or to render elsewhere.

    `options` are what Graphviz is to be told besides, such as the engine.
    """

    kinds = (".svg", ".png", ".dot")

    def __init__(self, graph: Digraph, description: str, *options: str) -> None:
        super().__init__(description)
        self.graph, self.options = graph, options

    @property
    def dot(self) -> str:
        """The picture in Graphviz's own language."""
        return str(self.graph.source)

    @cached_property
    def svg(self) -> str:
        """The picture as one SVG element, which stands alone as a file and inside a page."""
        return own_svg(render(self.dot, "svg", *self.options).decode(), self.description)

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG at twice the size of the screen's points, in its light colours."""
        return render(self.dot, "png", "-Gdpi=144", *self.options)

    def contents(self, kind: str) -> bytes:
        """Return the picture as the bytes of a file of that kind."""
        return self.dot.encode() if kind == ".dot" else super().contents(kind)


def renderer() -> str:
    """Return the program that renders Graphviz's language: `dot`, else graphviz-pure.

    Raises RuntimeError if there is neither.
    """
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("dot") or shutil.which("graphviz-pure", path=scripts) or shutil.which("graphviz-pure")
    if found is None:
        raise RuntimeError(
            "drawing a graph needs Graphviz, and neither its `dot` nor `graphviz-pure` was found: "
            "run `pip install graphviz-pure`, or save the picture as .dot and render it elsewhere"
        )
    return found


def render(source: str, kind: str, *options: str) -> bytes:
    """Return Graphviz source rendered as `kind` (svg, png).  Raises RuntimeError in Graphviz's own words."""
    program = renderer()
    done = subprocess.run([program, f"-T{kind}", *options], input=source.encode(), capture_output=True, check=False)
    if done.returncode or not done.stdout:
        words = done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
        raise RuntimeError(f"{Path(program).name} could not render the picture: {words}")
    return done.stdout


def own_svg(svg: str, description: str) -> str:
    """Return what a renderer wrote as one SVG element of ours: no prologue, no version, named, light and dark."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<!--.*?-->\s*", "", element, flags=re.DOTALL)
    inline = "style=" in element
    element = element if inline else re.sub(r'font-family="[^"]*"', f'font-family="{FONTS}"', element)
    fonts = f"{SCOPE} text{{font-family:{FONTS}!important}}" if inline else ""
    dark = f"@media (prefers-color-scheme:dark){{{dark_rules(SCOPE, inline=inline)}}}"
    style = f"<style>{NARROW}{fonts}{dark}</style>"
    name = escaped(description[:SHORT])
    end = element.index(">")
    head = f'{element[:end]} class="{SCOPE[1:]}" role="img" aria-label="{name}">'
    return f"{head}{style}{element[end + 1 :]}"


def notebook_html(svg: str, description: str) -> str:
    """Return a display for notebooks: an image that survives everywhere, swapped for live SVG where scripts may run."""
    data = base64.b64encode(svg.encode()).decode()
    script = resources.files("viz").joinpath("page", "picture.js").read_text(encoding="utf-8")
    name = escaped(description[:SHORT])
    return f'<img alt="{name}" src="data:image/svg+xml;base64,{data}"><script>{script}</script>'
