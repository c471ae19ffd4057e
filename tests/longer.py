"""The longer run: `python -m tests.longer 10000 native` compares so many random programs with their recorded runs.

The programs are those of `test_compile`, from seed 0 on; it stops at the first that differs, and says its seed.
"""

import math
import os
import random
import sys
from itertools import count, islice

from tests.test_compile import assert_compiles, random_graph


def main() -> int:
    wanted, backend = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "numpy"
    os.environ.setdefault("CHAINRULE_CACHE", "off")
    equal = 0
    for seed in islice(count(), wanted):
        root, inputs, parameters = random_graph(random.Random(seed))
        if not math.isfinite(root.data):
            continue
        try:
            assert_compiles(root, inputs, parameters, backend)
            equal += 1
        except Exception:
            print(f"seed {seed} differs on {backend}, after {equal} that do not")
            raise
    print(f"{equal} of {wanted} programs are equal on {backend}; the loss of the others is not finite")
    return 0


if __name__ == "__main__":
    sys.exit(main())
