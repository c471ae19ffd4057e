"""What people look for here by the names of micrograd, Graphviz, torchviz, Matplotlib and Keras, and what it is."""

from __future__ import annotations

from typing import Final

from autograd.support.advice_on_names import Guesses

_SAVE: Final = '.save("picture.svg") writes it, or .save("picture.png"): the suffix names the format'
_SHOW: Final = f"a notebook shows it at the end of a cell; elsewhere {_SAVE}"
_LAYOUT: Final = "a picture runs from left to right; downward=True lays it out from top to bottom"
_SIZE: Final = 'SVG and PDF fit any size; .save("picture.png", scale=3) has 3 pixels for each of the screen\'s points'

NAMES: Final = {
    # accepted: the name of ours behind it
    **dict.fromkeys(("draw_dot", "draw_graph", "make_dot"), "draw"),
    **dict.fromkeys(("draw_model", "plot_model"), "draw_network"),
    **dict.fromkeys(("plot_loss", "plot_losses", "plot_history"), "loss_curve"),
    "plot_decision_boundary": "decision_boundary",
    "plot_activation": "activation",
    **dict.fromkeys(("plot_gradient_flow", "plot_grad_flow"), "gradient_flow"),
    **dict.fromkeys(("plot_loss_landscape", "loss_surface"), "loss_landscape"),
    # answered
    "trace": "viz.draw(value) draws the graph that value was computed from",
    "trace_graph": "viz.draw(value) draws it; autograd.topological_order(value) lists its nodes",
    "plot": "viz.loss_curve(history) plots losses, viz.draw(value) a graph, viz.draw_network(model) a network",
    "show": f"viz.draw(value) makes a picture: {_SHOW}",
    "visualize": "viz.draw(value) draws a graph, viz.draw_network(model) a network",
    **dict.fromkeys(("render", "save"), f"viz.draw(value) makes a picture: {_SAVE}"),
    "step": "viz.steps(loss) is the page that steps through a pass",
    "animation": "animate",
    "dashboard": "viz.film(recorder) shows a training, viz.playground(model, X, Y) lets the model be played with",
    "hist": "it is viz.histogram(model)",
    "heatmap": "viz.decision_boundary(model, rows, targets) shades a plane, viz.loss_landscape(model, loss) another",
    "summary": "print(model) is a summary; viz.table(model) lists its weights",
    "print_tree": "print(viz.tree(value))",
    "Digraph": "viz.draw(value).graph is the graphviz.Digraph",
    "SummaryWriter": "viz.Recorder(model, X, Y) keeps a training: fit(…, callbacks=[recorder]), viz.film(recorder)",
}

SAME: Final = {
    "lr": "learning_rate",
    **dict.fromkeys(("optim", "opt"), "optimizer"),
    "params": "parameters",
    **dict.fromkeys(("inputs", "x"), "X rows"),
    "rows": "X",
    "X": "rows",
    "targets": "Y",
    **dict.fromkeys(("y", "labels"), "Y targets"),
    "Y": "targets",
    **dict.fromkeys(("criterion", "loss_fn"), "loss"),
    **dict.fromkeys(("loss", "root", "node"), "value"),
    **dict.fromkeys(("network", "net"), "model"),
    "losses": "history",
    **dict.fromkeys(("log", "logy", "log_scale"), "logarithmic"),
    "vertical": "downward",
    **dict.fromkeys(("fold", "collapse"), "folded"),
    "expand": "unfold open",
    "max_depth": "depth",
    "n_bins": "bins",
    "threshold": "level",
}

KEYWORDS: Final = {
    **dict.fromkeys(
        ("filename", "file", "path", "outfile", "output", "out", "save", "save_as", "savefig", "to"), _SAVE
    ),
    **dict.fromkeys(("format", "fmt", "ext"), _SAVE),
    **dict.fromkeys(("show", "view", "display", "open_browser"), _SHOW),
    **dict.fromkeys(("rankdir", "orientation", "vertical", "horizontal"), _LAYOUT),
    **dict.fromkeys(("figsize", "size", "width", "height", "dpi", "scale"), _SIZE),
    **dict.fromkeys(("ax", "axes", "fig", "figure"), "a plot has a figure of its own: .figure of what is returned"),
    "engine": "graphs are laid out by dot; .graph is the graphviz.Digraph, for others",
    "yscale": "logarithmic=True",
    "title": "a picture has none: its description says what it is",
    "depth": 'a large graph is folded: folded=…, and open=["layer 1"] opens a part',
    "max_nodes": "a large graph is folded: folded=True folds more, folded=False less",
    "show_attrs": "what a node is shows when one points at it",
    "show_shapes": "numbers are scalars here: there are no shapes",
    "params": 'names are those of the Values: Value(1.0, "w"), or a module\'s own',
    "input": "the graph is that of one Value: viz.draw(model(row))",
}

EXAMPLES: Final = {
    "draw": 'viz.draw(loss).save("graph.svg")',
    "draw_network": 'viz.draw_network(model, rows).save("network.svg")',
    "animate": 'viz.animate(loss).save("pass.svg")',
    "steps": 'viz.steps(loss).save("steps.html")',
    "film": 'viz.film(recorder).save("film.html")',
    "playground": 'viz.playground(model, X, Y).save("playground.html")',
    "book": 'viz.book().save("backpropagation.html")',
    "loss_curve": 'viz.loss_curve(history).save("loss.svg")',
    "decision_boundary": 'viz.decision_boundary(model, rows, targets).save("boundary.svg")',
    "gradient_flow": 'viz.gradient_flow(model).save("gradients.svg")',
    "histogram": 'viz.histogram(model, of="gradients").save("histogram.svg")',
    "loss_landscape": 'viz.loss_landscape(model, lambda: loss(model)).save("landscape.svg")',
    "activation": 'viz.activation("tanh").save("tanh.svg")',
    "learning_rate_finder": 'viz.learning_rate_finder(sweep).save("rates.svg")',
    "worksheet": 'viz.worksheet(loss, level=2).save("worksheet.html")',
    "tree": "viz.tree(loss, depth=4)",
    "table": "viz.table(model, rows=20)",
}

GUESSES: Final = Guesses("viz", names=NAMES, same=SAME, keywords=KEYWORDS, examples=EXAMPLES)

OF_A_PICTURE: Final = {
    "source": "dot",
    **dict.fromkeys(("show", "view", "display"), _SHOW),
    "open": f"{_SHOW}; pages, as viz.steps(loss), have .open()",
    **dict.fromkeys(("render", "write", "savefig", "save_as", "to_file", "export", "pipe"), _SAVE),
    **dict.fromkeys(("write_svg", "write_png", "write_image", "to_svg", "to_png"), _SAVE),
    **dict.fromkeys(("_repr_svg_", "_repr_image_svg_xml"), ".svg is the picture as SVG; a notebook asks _repr_html_()"),
    "_repr_png_": ".png is the picture as PNG; a notebook asks _repr_html_()",
    "_repr_mimebundle_": ".svg and .png are the picture; a notebook asks _repr_html_()",
    **dict.fromkeys(("to_html", "html"), ".svg stands alone inside a page"),
    "fig": ".figure of a plot is Matplotlib's, .graph of a graph Graphviz's",
    "axes": ".figure.axes",
    **dict.fromkeys(("node", "edge", "attr"), ".graph is the graphviz.Digraph, to be changed"),
}

OF_A_PAGE: Final = {
    **dict.fromkeys(("show", "view", "display"), "open"),
    **dict.fromkeys(("render", "write", "export", "to_file", "save_as", "write_html"), '.save("page.html") writes it'),
    "to_html": ".html is the page as text",
    **dict.fromkeys(("svg", "png", "to_svg", "to_png"), "a page moves: viz.draw(value) makes a picture"),
    **dict.fromkeys(
        ("_repr_svg_", "_repr_png_", "_repr_mimebundle_"), ".html is the page; a notebook asks _repr_html_()"
    ),
}
