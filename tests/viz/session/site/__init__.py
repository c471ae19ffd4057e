"""The browser edition: its parts, its page in a browser, and the engine's own tests in the page's Python.

`python -m tests.viz.session.site` runs the engine's tests in Pyodide under Node, all that need nothing compiled.
"""
