"""Pages as a browser shows them: photographs, each with the words that were to be read on it.

It takes Debian's chromium, and Playwright and Pillow as the extra `test` brings them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nn
import viz

CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1280, 800
XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
STEPS = """() => { for (let k = 0; k < 120; k++) MODULES["playground/training.js"].advance();
  document.getElementById("step").click(); }"""
PAUSE = 300  # milliseconds from one picture of a film to the next


@dataclass(frozen=True)
class Photograph:
    """A page, the addresses at which it is taken, several of which make a film, and what is done in it before.

    `words` is the part of the page whose words are kept.
    """

    page: Callable[[], viz.Page]
    addresses: tuple[str, ...] = ("",)
    act: str = "null"
    words: str = "body"


def _network() -> tuple[nn.MLP, nn.SGD]:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    return model, nn.SGD(model.parameters(), learning_rate=0.5)


def _steps() -> viz.Page:
    model, optimizer = _network()
    loss = nn.binary_cross_entropy_with_logits([model(row) for row in XOR[0]], XOR[1])
    return viz.steps(loss, optimizer=optimizer)


def _playground() -> viz.Page:
    model, optimizer = _network()
    return viz.playground(model, *XOR, optimizer=optimizer)


def _film() -> viz.Page:
    model, optimizer = _network()
    recorder = viz.Recorder(model, *XOR, loss=nn.binary_cross_entropy_with_logits)
    history = nn.fit(
        model, *XOR, loss=nn.binary_cross_entropy_with_logits, optimizer=optimizer, epochs=400, shuffle=None,
        callbacks=[recorder], backend="recorded",
    )  # fmt: skip
    return viz.film(history, recorder, title="XOR is learned")


PHOTOGRAPHS = {
    "book.png": Photograph(viz.book, ("s=5.1&q=5.1c",), words="figure[id='f5.1']"),
    "steps.png": Photograph(_steps, ("step=93&one=edge&sample=3",)),  # the weight of a₄ is sent its part by row 3
    "playground.png": Photograph(_playground, act=STEPS),
    "film.gif": Photograph(_film, tuple(f"epoch={20 * k}" for k in range(21))),
}


def taken(photograph: Photograph, browser: Any) -> tuple[list[bytes], str]:
    """Return the pictures of a photograph, and the words on the last of them."""
    with TemporaryDirectory() as folder:
        place = photograph.page().save(Path(folder) / "page.html").as_uri()
        shown = []
        tab = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        for address in photograph.addresses:
            tab.goto(f"{place}#{address}")
            tab.evaluate(photograph.act)
            tab.wait_for_timeout(PAUSE)
            shown.append(tab.screenshot())
        words = " ".join(tab.locator(photograph.words).inner_text().split())
        tab.close()
    return shown, words


def words_of(place: Path) -> str:
    """Return the words that were on a page when it was taken."""
    from PIL import Image

    with Image.open(place) as image:
        said = image.info["comment"]
    return said.decode() if isinstance(said, bytes) else said


def save(name: str, place: Path, browser: Any) -> None:
    """Leave the photograph at a place, with its words in it; a film plays once."""
    from PIL import Image, PngImagePlugin

    shown, words = taken(PHOTOGRAPHS[name], browser)
    images = [Image.open(io.BytesIO(data)).convert("RGB") for data in shown]
    if place.suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("comment", words)
        images[0].quantize(256, method=Image.Quantize.MAXCOVERAGE).save(place, optimize=True, pnginfo=info)
        return
    small = [image.resize((WIDTH * 5 // 8, HEIGHT * 5 // 8), Image.Resampling.LANCZOS) for image in images]
    sheet = Image.new("RGB", (3 * small[0].width, small[0].height))
    for k, image in enumerate((small[0], small[len(small) // 2], small[-1])):
        sheet.paste(image, (k * image.width, 0))
    colors = sheet.quantize(128, method=Image.Quantize.MAXCOVERAGE)
    frames = [image.quantize(palette=colors, dither=Image.Dither.NONE) for image in small]
    frames[0].save(place, save_all=True, append_images=frames[1:], duration=PAUSE, comment=words, optimize=True)
