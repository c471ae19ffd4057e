"""NumPy's products from left to right, in place of BLAS; `python -m tests.nn.digests.products` asks all processors.

It runs NumPy and BLAS as they run on older ones, takes ten seconds, prints which trainings have the bits of this
processor, and fails where, with products from left to right, one of + − × ÷ and roots alone has not the stored bits.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import numpy as np

from autograd.compile.backends.numpy.operations import NAMESPACE
from tests.nn.digests.trainings import BY_LIBM, digests, stored

OLDER = "X86_V4 AVX512_SPR AVX512_ICL"
PROCESSORS = {
    "this one": {},
    **{f"BLAS of {name}": {"OPENBLAS_CORETYPE": name} for name in ("SkylakeX", "Haswell", "Nehalem", "Prescott")},
    "NumPy without AVX-512": {"NPY_DISABLE_CPU_FEATURES": OLDER},
    "NumPy without AVX2": {"NPY_DISABLE_CPU_FEATURES": f"X86_V3 {OLDER}"},
}


def dot(a, b, out=None):
    """Return the product of two arrays of one or two axes, each sum begun at 0 and added from left to right."""
    rows, columns = a.reshape(-1, a.shape[-1]), b.reshape(b.shape[0], -1)
    total = np.zeros((len(rows), columns.shape[1]))
    for k, column in enumerate(columns):
        total += rows[:, k, None] * column
    total = total.reshape(a.shape[:-1] + b.shape[1:])
    if out is not None:
        out[...] = total
    return total


@contextmanager
def in_order():
    """Load programs inside the `with` block that multiply by `dot` above."""
    before = NAMESPACE["dot"]
    NAMESPACE["dot"] = dot
    try:
        yield
    finally:
        NAMESPACE["dot"] = before


def main():
    """Compare the processors, each in a process of its own."""
    right, first = stored("in order"), None
    for name, settings in PROCESSORS.items():
        command = [sys.executable, "-m", __spec__.name, "both"]
        ran = subprocess.run(command, env=os.environ | settings, stdout=subprocess.PIPE, check=True)
        by_blas, ordered = json.loads(ran.stdout)
        first = first or by_blas
        same = [training for training, found in by_blas.items() if found == first[training]]
        print(f"{name}: by BLAS {len(same)} of {len(first)} as here ({', '.join(same)})")
        wrong = [training for training, found in right.items() if ordered[training] != found]
        assert not wrong, f"{name}: other bits in order: {wrong}"
    print(f"from left to right: the stored bits in all {len(right)} trainings without {', '.join(BY_LIBM)}")


if __name__ == "__main__":
    if sys.argv[1:] == ["both"]:
        found = [digests("numpy")]
        with in_order():
            found.append(digests("numpy"))
        print(json.dumps(found))
    else:
        main()
