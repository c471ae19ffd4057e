"""The browser edition: a folder, or one file, with Python in it, in which the XOR session runs in a page.

build.py             site: the folder or the file, and what `chainrule site` takes
pyodide_from_npm.py  Pyodide and Graphviz as npm has them, of one version and one digest each
bytecode.py          Python's library and ours as .pyc: a program that Pyodide itself runs, once
run.mjs         runs a program in Pyodide under Node
gallery.py           the pages beside the terminal
interpreter.py       what runs in the page: the session, and one's own code in the same interpreter
worker.js            starts Python beside the page, and hands it line after line; a worker of one script
site.html            what is seen, with site.css
site.js              the page: what is typed, what is shown
terminal.js          a terminal of text: a log, a line to type in, what was typed before
"""
