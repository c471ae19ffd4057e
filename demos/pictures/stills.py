"""The figures of the book as they are drawn at first, for print and where no script runs, and its picture of digits."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import viz
from autograd import Value, log, sigmoid
from autograd.support.files import write_file
from viz.pages.book import book, chapters
from viz.pages.document import colors

FOLDER = Path(chapters.__file__).parent
STILL = """([id, width]) => {
  const it = MODULES["book/book.js"].FIGURES.get(id);
  it.element.style.setProperty("--side", `calc(100% - var(--gap) - ${width}px)`);
  it.show();
  const still = document.createElement("div");
  still.className = "still";
  for (const part of [it.drawing, it.boxes]) {
    for (const [canvas, copy] of [...part.querySelectorAll("canvas")].map((c) => [c, new Image(c.width, c.height)])) {
      copy.src = canvas.toDataURL();
      copy.alt = canvas.getAttribute("aria-label") ?? "";
      canvas.replaceWith(copy);
    }
    still.append(...part.cloneNode(true).childNodes);
  }
  for (const one of still.querySelectorAll(".cover,input,button,select,output,.controls")) one.remove();
  for (const one of still.querySelectorAll("*"))
    for (const name of ["id", "tabindex", "style"]) one.removeAttribute(name);
  for (const one of still.querySelectorAll("[role=button]"))
    for (const name of ["role", "aria-pressed", "aria-expanded"]) one.removeAttribute(name);
  for (const one of still.querySelectorAll("[hidden],.away")) one.remove();
  for (const svg of still.querySelectorAll("svg:not(svg svg)"))
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  return still.outerHTML.replaceAll("></", ">\\n</").replaceAll("\\n</text>", "</text>");
}"""
WIDTH = 640


def stills(browser: Any) -> dict[str, str]:
    """Return what stands in stills.html, by the name of each chapter that has figures."""
    with TemporaryDirectory() as folder:
        tab = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce")
        tab.goto(viz.book().save(Path(folder) / "page.html").as_uri())
        found: dict[str, str] = {}
        for place, figure in book.figures().items():
            chapter = figure.name.partition("/")[0]
            drawn = tab.evaluate(STILL, [place, WIDTH])
            found[chapter] = found.get(chapter, "") + f"<!-- {figure.name} -->\n{drawn}\n"
        tab.close()
    found["backpropagation"] += f"<!-- backpropagation/digits -->\n{digits()}"
    return found


def digits() -> str:
    """Return the loss of a wrong answer of which a network is sure, with the operations that lose its digits."""
    z = Value(20.0, "z")
    loss = -log(1 - sigmoid(z))
    loss.name = "L"
    svg = viz.draw(loss, direction="forward", downward=True, digits=True).svg
    for name, color in re.findall(r"(--[\w-]+):(#\w+)", colors().partition("@media")[0]):
        svg = svg.replace(color, f"var({name})")  # the page's own style sheet says light or dark
    return re.sub(
        r'<style>.*?</style>|</?a\b[^>]*>| (?:id|xmlns:xlink)="[^"]*"', "", svg
    )  # links that lead nowhere, too


def save(browser: Any) -> list[Path]:
    """Write the stills of every chapter; return where they are."""
    places = []
    for chapter, text in stills(browser).items():
        place = FOLDER / chapter / "stills.html"
        write_file(place, text.encode())
        places.append(place)
    return places
