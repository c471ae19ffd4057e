"""A sample of the engine's own tests in the page's Python, under Node; `python -m tests.viz.session.site` runs all."""

import re

from tests.support.web.browser_edition import pytest_in_pyodide


def test_the_engine_passes_its_tests_in_the_pages_python():
    files = "autograd/recording/test_recording.py", "autograd/functional/test_gradcheck.py"
    bits = "nn/digests/test_recorded.py::test_a_recorded_training_has_the_bits_that_are_stored"
    ended = pytest_in_pyodide(*(f"tests/{name}" for name in (*files, bits)))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    passed = re.search(r"(\d+) passed", ended.stdout)
    assert passed, ended.stdout
    assert int(passed[1]) >= 52
    assert "failed" not in ended.stdout
