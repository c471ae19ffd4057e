"""The engine's own tests in the page's Python, under Node: `python -m tests.viz.session.site [arguments of pytest]`.

By default all of tests/autograd but the compiler's: some minutes.  What needs a compiled library is left out.
"""

import sys

from tests.support.web.browser_edition import pytest_in_pyodide

if __name__ == "__main__":
    ended = pytest_in_pyodide(*(sys.argv[1:] or ["tests/autograd", "--ignore=tests/autograd/compile"]))
    print(ended.stdout + ended.stderr)
    sys.exit(ended.returncode)
