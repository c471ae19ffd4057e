"""Which program renders a graph, and what becomes of one that hangs, fails, or writes something else."""

import os
import xml.etree.ElementTree as ET

import pytest

import nn
import viz
from autograd import Value
from viz import draw
from viz.support import rendering

SCRIPTS = pytest.mark.skipif(os.name == "nt", reason="the renderers here are shell scripts")
PICTURE = draw(Value(2.0, "a") * 3.0)
MARKED = "touch ran; exit 1"


def program(folder, name, script):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return str(folder)


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Return a function that leaves only a `dot` with this script on the PATH, beside pip's renderer or alone."""

    def only(script, *, alone=True):
        monkeypatch.setenv("PATH", f"{program(tmp_path / 'bin', 'dot', script)}{os.pathsep}{os.defpath}")
        if alone:
            monkeypatch.setattr(rendering.sysconfig, "get_path", lambda _: "")
            monkeypatch.setattr(rendering, "_program", first_only(rendering._program))

    return only


def first_only(find):
    return lambda name, folders: find(name, folders) if name == "dot" else None


BROKEN = {
    "rubbish": "echo hello",
    "nothing": "exit 0",
    "half a picture": "printf '<svg xmlns=\"http://www.w3.org/2000/svg\"><g>'",
    "another format": "printf '%%PDF-1.4'",
    "no text at all": "printf '\\377\\376<svg/>'",
    "a page about svg": "echo '<html><svg></svg></html>'",
    "an error": "echo 'syntax error in line 1' >&2; exit 1",
    "a picture and an error": "printf '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'; exit 3",
    "killed": "kill -9 $$",
    "deaf": "exec <&-; exit 0",
}


@SCRIPTS
@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_what_is_no_picture_is_an_error_that_names_the_renderer(path, script, tmp_path):
    path(script)
    for kind in ("svg", "png"):
        with pytest.raises(RuntimeError, match=r"bin/dot could not render the picture: [^\n]+$"):
            rendering.render("digraph {}", kind)
    with pytest.raises(RuntimeError, match="bin/dot"):
        rendering.GraphPicture(PICTURE.graph, "graph").save(tmp_path / "x.svg")
    assert not (tmp_path / "x.svg").exists()


@SCRIPTS
def test_a_file_that_is_no_program_is_an_error_that_names_it(path, tmp_path):
    path("")
    (tmp_path / "bin" / "dot").write_text("#!/no/such/shell\n")
    with pytest.raises(RuntimeError, match="bin/dot could not be run: No such file"):
        rendering.render("digraph {}", "svg")


@SCRIPTS
def test_a_renderer_that_does_not_end_is_stopped_and_the_error_says_what_to_do(path, monkeypatch):
    monkeypatch.setattr(rendering, "PATIENCE", 0.2)
    path("exec sleep 60")
    with pytest.raises(RuntimeError, match=r"stopped after 0.2 seconds.*fewer nodes.*folded=True.*\.dot"):
        rendering.render("digraph {}", "svg")


@SCRIPTS
@pytest.mark.parametrize("script", [*BROKEN.values(), "exec sleep 60"], ids=[*BROKEN, "hangs"])
def test_where_the_system_dot_is_broken_the_renderer_that_pip_installed_does_it(path, monkeypatch, script):
    monkeypatch.setattr(rendering, "PATIENCE", 5.0 if "sleep" not in script else 0.5)
    path(script, alone=False)
    if len(rendering.renderers()) < 2:
        pytest.skip("graphviz-pure is not installed")
    assert ET.fromstring(rendering.render("digraph {a -> b}", "svg")).tag.endswith("svg")


@SCRIPTS
@pytest.mark.parametrize("entries", ["", ".", "here", ":", "./here:", "..", "../here"])
def test_nothing_that_lies_in_the_current_folder_is_ever_run(tmp_path, monkeypatch, entries):
    here = tmp_path / "here"
    for folder in (tmp_path, here, here / "here"):
        for name in ("dot", "graphviz-pure"):
            program(folder, name, MARKED)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", entries)
    assert all(os.path.isabs(found) and str(tmp_path) not in found for found in rendering.renderers())
    if rendering.renderers():
        rendering.render("digraph {}", "svg")
    assert not list(tmp_path.rglob("ran"))


def test_where_there_is_no_renderer_both_ways_to_one_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(rendering, "_program", lambda *_: None)
    picture = draw(Value(1.0) * 2.0)
    with pytest.raises(RuntimeError, match=r"`dot` is on the PATH.*pip install graphviz-pure.*\.dot"):
        picture.save(tmp_path / "graph.svg")
    assert picture.save(tmp_path / "graph.dot").read_text(encoding="utf-8") == picture.dot


# ------------------------------------------------------------------------------- a renderer of one's own
@pytest.fixture
def given(monkeypatch):
    """Return a function that gives a renderer, where no program is found; it is taken back afterwards."""
    monkeypatch.setattr(rendering, "_program", lambda *_: None)
    yield viz.set_renderer
    viz.set_renderer(None)


def test_a_renderer_that_was_given_makes_every_svg(given, tmp_path):
    asked = []

    def renderer(dot, engine):
        asked.append((dot, engine))
        return '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="8pt" height="9pt"><g/></svg>\n'

    given(renderer)
    graph, network = draw(Value(2.0, "a") * 3.0), viz.draw_network(nn.MLP(2, [1], seed=0))
    assert graph.svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="9" class="chainrule"')
    assert 'width="8"' in network.save(tmp_path / "network.svg").read_text(encoding="utf-8")
    assert asked == [(graph.dot, "dot"), (network.dot, "nop2")]
    with pytest.raises(RuntimeError, match="drawing a graph needs Graphviz"):
        _ = graph.png
    given(None)
    with pytest.raises(RuntimeError, match="drawing a graph needs Graphviz"):
        _ = draw(Value(2.0) * 3.0).svg


@pytest.mark.parametrize("said", ["", "<svg>", b"<svg/>", None])
def test_a_renderer_that_returns_no_svg_is_told_so(given, said):
    given(lambda dot, engine: said)
    with pytest.raises(RuntimeError, match=r"the renderer given to set_renderer returned no SVG: "):
        _ = draw(Value(2.0) * 3.0).svg


def test_what_is_no_renderer_is_refused():
    with pytest.raises(TypeError, match=r"set_renderer takes a function of \(dot, engine\) that returns SVG.*not str"):
        viz.set_renderer("dot")


def test_half_a_picture_is_none():
    png = b"\x89PNG\r\n\x1a\n" + bytes(9) + b"IEND\xaeB`\x82"
    assert rendering._is_whole(png, "png")
    assert not rendering._is_whole(png[:-5], "png")
    assert not rendering._is_whole(png[1:], "png")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'
    assert rendering._is_whole(svg, "svg")
    assert not rendering._is_whole(svg[:-1], "svg")
    assert not rendering._is_whole(svg.replace(b"2000", b"2001"), "svg")
    assert not rendering._is_whole(b"\xff", "svg")
