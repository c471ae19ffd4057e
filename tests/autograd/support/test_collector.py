"""How often the collector looks at all that there is: rarer with ours, unless somebody chose."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("before", "after"), [((700, 10, 10), (700, 10, 100)), ((50, 10, 10), (50, 10, 100)), ((700, 10, 7), (700, 10, 7))]
)
def test_full_collections_are_rarer_unless_somebody_chose(before, after):
    code = f"import gc; gc.set_threshold(*{before}); import autograd; print(gc.get_threshold(), gc.isenabled())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == f"{after} True\n"
