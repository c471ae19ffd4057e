"""Pictures as files: PDF that holds the words and lines, PNG in any size, the same bytes on every run."""

import struct

import pytest

import nn
import viz
from autograd import Value

CHART = [0.9, 0.5, 0.2]


def graph():
    a, b = Value(2.0, "a"), Value(-3.0, "weight & <b>")
    return viz.draw(a * b - a, why=a)


def size(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def test_a_png_has_so_many_pixels_for_each_point(tmp_path):
    for picture in (graph(), viz.loss_curve(CHART)):
        width, height = size(picture.save(tmp_path / "a.png").read_bytes())
        larger = size(picture.save(tmp_path / "b.png", scale=4).read_bytes())
        assert larger == pytest.approx((2 * width, 2 * height), abs=3)
        assert picture.save(tmp_path / "c.png", scale=2).read_bytes() == picture.png
    smaller = size(graph().save(tmp_path / "d.png", scale=0.5).read_bytes())
    assert smaller == pytest.approx([side / 4 for side in size(graph().png)], abs=3)
    assert size(graph().save(tmp_path / "e.png", scale=20).read_bytes())[0] > 19 * smaller[0]


@pytest.mark.parametrize("scale", [0, -1.0, 1e6, float("nan")])
def test_a_scale_out_of_reach_is_refused_and_nothing_is_written(tmp_path, scale):
    with pytest.raises(ValueError, match="more than 0, and at most 20"):
        graph().save(tmp_path / "a.png", scale=scale)
    assert not list(tmp_path.iterdir())


def test_what_has_no_pixels_has_no_scale(tmp_path):
    for kind in ("svg", "pdf", "dot"):
        with pytest.raises(ValueError, match=r"only a \.png has pixels"):
            graph().save(tmp_path / f"a.{kind}", scale=3)


def test_a_plot_is_saved_as_pdf_the_same_bytes_on_every_run(tmp_path):
    first, second = (viz.loss_curve(CHART).save(tmp_path / f"{k}.pdf").read_bytes() for k in range(2))
    assert first.startswith(b"%PDF-")
    assert b"%%EOF" in first[-10:]
    assert first == second


def test_a_graph_is_saved_as_pdf_with_its_words(tmp_path):
    pytest.importorskip("fpdf")
    pypdf = pytest.importorskip("pypdf")
    first, second = (graph().save(tmp_path / f"{k}.pdf").read_bytes() for k in range(2))
    assert first == second
    page = pypdf.PdfReader(tmp_path / "0.pdf").pages[0]
    text = page.extract_text()
    for words in ("2 ways lead from L back to a:", "1 × (−3)", "◄ −4", "weight & <b>", "∂L/∂a"):
        assert words in text
    svg = graph().svg
    assert f'width="{float(page.mediabox.width):g}"' in svg
    network = viz.draw_network(nn.MLP(2, [3, 1], seed=0)).save(tmp_path / "network.pdf")
    assert len(pypdf.PdfReader(network).pages) == 1


def test_without_fpdf_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fpdf", None)
    with pytest.raises(ModuleNotFoundError, match=r"chainrule\[plots\]"):
        graph().save(tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())
