"""What people type who come to `viz` from elsewhere: accepted where it means ours, else answered with the way out."""

import pytest

import nn
import viz
from autograd import Value

a, b = Value(2.0, "a"), Value(-3.0, "b")
L = a * b + a
model = nn.MLP(2, [3, 1], seed=0)
rows = [[0.0, 1.0], [1.0, 0.0]]


def test_micrograds_picture_and_other_names_of_ours_are_accepted():
    from viz import draw_dot

    assert draw_dot(L).svg == viz.draw(L).svg
    assert viz.draw(root=L, vertical=True).dot == viz.draw(L, downward=True).dot
    assert viz.draw(L).source == viz.draw(L).dot
    assert viz.draw_network(net=model, inputs=rows).dot == viz.draw_network(model, rows).dot
    assert viz.steps(loss=L, lr=0.5).html == viz.steps(L, learning_rate=0.5).html
    assert viz.plot_model is viz.draw_network
    assert viz.terminal.tree(root=L) == viz.tree(L, depth=8) == viz.tree(L, max_depth=8)


picture, page = viz.draw(L), viz.steps(L)


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda: viz.draw(L, "x.svg"), 'draw takes 1 by place, not 2, as in viz.draw(loss).save("graph.svg")'),
        (lambda: viz.draw(L, filename="x"), 'draw takes no filename: .save("picture.svg") writes it'),
        (lambda: viz.draw(L, format="png"), 'draw takes no format: .save("picture.svg") writes it'),
        (lambda: viz.draw_dot(L, format="svg", rankdir="LR"), "draw takes no format"),
        (lambda: viz.draw(L, rankdir="TB"), "draw takes no rankdir: a picture runs from left to right; downward=True"),
        (lambda: viz.draw(L, direction="TB"), "downward=True lays the picture out from top to bottom"),
        (lambda: viz.draw(L, figsize=(3, 3)), "draw takes no figsize: SVG and PDF fit any size"),
        (lambda: viz.draw(), "draw needs value as well, as in viz.draw(loss)"),
        (lambda: viz.draw(model), "draw takes a Value, or several, not MLP; for a model use draw_network(model)"),
        (lambda: viz.draw([]), "draw takes a Value, or several, not an empty list"),
        (lambda: viz.draw([L, 2.0]), "not float: a plain number has no graph"),
        (lambda: viz.draw(L.data), "not float: a plain number has no graph"),
        (lambda: viz.draw(lambda: L), "not function: draw what it returns"),
        (lambda: viz.draw_network(L), "draw_network takes a model of the package nn, not Value; draw(value) draws"),
        (lambda: viz.draw_network(model, "x.svg"), "draw_network takes rows of inputs; .save('x.svg') of what it ret"),
        (lambda: viz.draw_network(model, rows, "x.svg"), "draw_network takes 2 by place, not 3"),
        (lambda: viz.steps(L, "x.html"), 'steps takes 1 by place, not 2, as in viz.steps(loss).save("steps.html")'),
        (lambda: viz.steps([L]), "steps takes the Value to step through, a loss for example, not list"),
        (lambda: viz.film([1.0], "x.html"), "recorder is a viz.Recorder or a TrainingSession, not str; .save(path)"),
        (lambda: viz.loss_curve([1.0], "x.png"), "loss_curve takes 1 by place, not 2"),
        (lambda: viz.playground(model), "playground needs X as well, as in viz.playground(model, X, Y)"),
        (lambda: picture.show(), "GraphPicture has no attribute 'show': a notebook shows it at the end of a cell"),
        (lambda: picture.view(), "has no attribute 'view'"),
        (lambda: picture.render("x"), '.save("picture.svg") writes it, or .save("picture.png")'),
        (lambda: picture.savefig("x.png"), '.save("picture.png")'),
        (lambda: picture._repr_svg_(), ".svg is the picture as SVG"),
        (lambda: picture._repr_png_(), ".png is the picture as PNG"),
        (lambda: picture._repr_mimebundle_(), "a notebook asks _repr_html_()"),
        (lambda: page.render(), '.save("page.html") writes it'),
        (lambda: page._repr_svg_(), "a notebook asks _repr_html_()"),
        (lambda: viz.plot(L), "viz.loss_curve(history) plots losses, viz.draw(value) a graph"),
        (lambda: viz.show(L), "viz.draw(value) makes a picture"),
        (lambda: viz.Draw(L), "module 'viz' has no attribute 'Draw': it is viz.draw here"),
        (lambda: viz.nothing_like_it, "module 'viz' has no attribute 'nothing_like_it'"),
        (lambda: picture.nothing_like_it, "'GraphPicture' object has no attribute 'nothing_like_it'"),
    ],
)  # fmt: skip
def test_a_guess_is_answered_with_the_way_out(slip, told):
    with pytest.raises((TypeError, AttributeError, ValueError)) as caught:
        slip()
    assert told in str(caught.value)


def test_a_notebook_asks_for_what_there_is_and_no_more():
    formatters = pytest.importorskip("IPython.core.formatters", reason="IPython is an extra")
    shown, _ = formatters.DisplayFormatter().format(picture)
    assert sorted(shown) == ["text/html", "text/plain"]
    shown, _ = formatters.DisplayFormatter().format(page)
    assert sorted(shown) == ["text/html", "text/plain"]


def test_every_answer_and_every_accepted_name_is_right():
    from viz.support.foreign_names import EXAMPLES, NAMES, OF_A_PAGE, OF_A_PICTURE, SAME

    for name, ours in NAMES.items():
        assert name not in viz.__all__
        assert ours in viz.__all__ or not ours.isidentifier()
    assert set(EXAMPLES) <= set(viz.__all__)
    answers = {*OF_A_PICTURE.values(), *OF_A_PAGE.values()}
    assert {said for said in answers if said.isidentifier()} == {"dot", "open"}
    assert all(word.isidentifier() for words in SAME.values() for word in words.split())


def test_a_page_is_shown_by_the_name_that_pictures_elsewhere_have(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("viz.pages.document.window_browser", lambda: type("Browser", (), {"open": opened.append}))
    assert page.show().read_text(encoding="utf-8") == page.html
    assert len(opened) == 1
