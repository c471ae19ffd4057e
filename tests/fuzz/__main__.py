"""The command: `python -m tests.fuzz --minutes 10 --against native`, or `--programs 1000`, from seed `--start` on.

A third of the programs are graphs of any operations, a third networks with branches that are not taken, a third such as
users write, at odd moments.  `--against recorded` compares recorded runs with the truth, `exact` certificates with
them, `sizes` runs networks at five numbers of rows each, `histories` acts on models, optimizers and files with a plain
reimplementation.  A seed gives the same program each time.  What differs is shrunk, and written as the file of a test
into `--found`.

`--against torch`, `autograd`, `jax.grad` and `micrograd` aim at other engines, in an environment of their own
(`--python /tmp/peer/bin/python`).  What is wrong there is told once a kind, as short as it gets.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, islice
from pathlib import Path

from tests.fuzz.against import COMPILED, OTHERS, Differs, compare, graph_differs
from tests.fuzz.histories import history
from tests.fuzz.javascript import in_node
from tests.fuzz.peers import PEERS, beside, differs
from tests.fuzz.shrinking import as_test, shrunk

AT_ONCE = 30


def outcome(seed, against, python=""):
    """Return (seed, what became of the program of that seed, what differs if anything does, a test of it)."""
    try:
        if against in PEERS:
            return seed, beside(seed, against, python), "", ""
        if against == "javascript":
            return seed, in_node(seed), "", ""
        return seed, history(seed) if against == "histories" else compare(seed, against), "", ""
    except Differs as error:
        message = " ".join(str(error).split())[:300]
        if against in PEERS:
            smallest = shrunk(error.root, partial(differs, name=against, python=python))
            kind = " ".join(sorted({name for name, _, _ in smallest.lines if name}))
            return seed, f"wrong: {kind}", message, "\n".join(smallest.text())
        if error.root is None or against in ("exact", "histories"):
            return seed, "different", message, ""
        lines = shrunk(error.root, partial(graph_differs, against=against))
        return seed, "different", message, as_test(lines, against, seed, message)
    except Exception as error:
        return seed, "different", " ".join(f"{type(error).__name__}: {error}".split())[:300], ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--programs", type=int, default=None)
    parser.add_argument("--against", default="numpy", choices=(*OTHERS, *COMPILED, "javascript", "histories", *PEERS))
    parser.add_argument("--python", default=sys.executable, help="the Python of the peer's environment")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--found", type=Path, default=Path("found"), help="the folder for tests of what differs")
    given = parser.parse_args()
    os.environ.setdefault("CHAINRULE_CACHE", "off")
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    most = given.programs if given.programs is not None else 1000 if given.minutes is None else 1 << 62
    end = time.monotonic() + 60.0 * (given.minutes or 1e9)
    counts, different, seeds = Counter(), [], islice(count(given.start), most)
    with ProcessPoolExecutor(given.processes) as pool:
        while time.monotonic() < end and (chosen := list(islice(seeds, AT_ONCE * given.processes))):
            for seed, what, why, test in pool.map(partial(outcome, against=given.against, python=given.python), chosen):
                counts[what] += 1
                if why:
                    different.append(seed)
                if why and (given.against not in PEERS or counts[what] == 1):
                    print(f"seed {seed}: {why}", flush=True)
                if given.against in PEERS and counts[what] == 1:
                    print(test, flush=True)
                elif test and given.against not in PEERS:
                    given.found.mkdir(exist_ok=True)
                    (given.found / f"test_{given.against}_{seed}.py").write_text(test, encoding="utf-8")
    told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    print(f"{counts.total()} programs against {given.against}: {told}; seeds that differ: {different}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
