"""The longer run: `python -m tests.longer 10000 native` compares so many random programs with their recorded runs.

Half of them are graphs of any operations, half are networks with branches that are not taken (see
`tests/support/random_programs.py`), from seed 0 on or `--start`.  All seeds that differ are told at the end, or when
interrupted.
"""

import argparse
import os
import random
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from tests.support.random_programs import (
    Drawn,
    assert_compiles,
    assert_function_compiles,
    is_on_an_edge,
    moved_graph,
    moved_network,
    random_graph,
)


def outcome(seed, backend):
    """Return what became of the program of that seed, and what differs if anything does."""
    r = random.Random(seed // 2)
    warnings.simplefilter("ignore")
    try:
        if seed % 2:
            drawn = Drawn(seed // 2)
            truth = assert_function_compiles(drawn, backend)
        else:
            truth = assert_compiles(*random_graph(r), backend)
    except FloatingPointError:
        return seed, "without a finite loss", ""
    except Exception as error:
        if isinstance(error, AssertionError) and is_on_an_edge(moved_network if seed % 2 else moved_graph, seed // 2):
            return seed, "on the edge of a branch, where the recorded run itself jumps", ""
        return seed, "different", " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return seed, "equal" if np.isfinite(truth[1]).all() else "equal, with gradients that are not finite", ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.longer")
    parser.add_argument("programs", type=int)
    parser.add_argument("backend", nargs="?", default="numpy")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    os.environ.setdefault("CHAINRULE_CACHE", "off")
    counts: Counter[str] = Counter()
    different = []
    seeds = range(given.start, given.start + given.programs)
    with ProcessPoolExecutor(given.processes) as pool:
        try:
            for seed, what, why in pool.map(partial(outcome, backend=given.backend), seeds, chunksize=10):
                counts[what] += 1
                if why:
                    different.append(seed)
                    print(f"seed {seed}: {why}", flush=True)
                if counts.total() % 250 == 0:
                    print(f"seeds {given.start} to {seed} on {given.backend}: {told(counts)}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    print(f"{counts.total()} programs on {given.backend}: {told(counts)}; seeds that differ: {different}")
    return 1 if different else 0


def told(counts):
    return ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
