"""Pages that work offline, one folder each.

document.py  Page: one HTML file made of a folder's html, css and js with data; the one place where it escapes
bundle.py    the modules that a page imports, in one script
shared/      scripts and styles of every page
live/        a model as programs, and what shows it at work
steps/       steps: a pass of one's own graph, stepped both ways
film/        film: a training, scrubbed from beginning to end
playground/  playground: one's own model, computing live
book/        book: backpropagation, in which every claim computes
worksheet/   a worksheet that marks itself, and on paper
site/        the browser edition: the session and Python itself in a page
"""
