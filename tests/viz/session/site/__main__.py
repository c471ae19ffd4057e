"""The engine's own tests in the page's Python, under Node: `python -m tests.viz.session.site [arguments of pytest]`.

By default all of tests/autograd but the compiler's, which needs NumPy: each folder in a Pyodide of its own, for the
sake of memory.  What a browser lacks, such as processes and threads, skips the tests that ask for it, and is said.
"""

import re
import sys
from collections import Counter

from tests.support.web.browser_edition import ROOT, pytest_in_pyodide

NOTHING_TO_RUN = 5  # as pytest says that it found no test


def main():
    engine = ROOT / "tests" / "autograd"
    folders = sorted(path.name for path in engine.iterdir() if path.is_dir() and path.name[0] not in "_.")
    runs = [sys.argv[1:]] if sys.argv[1:] else [[f"tests/autograd/{name}"] for name in folders if name != "compile"]
    counts, failed = Counter(), False
    for arguments in runs:
        ended = pytest_in_pyodide(*arguments)
        print(*arguments, ended.stdout, ended.stderr, sep="\n", flush=True)
        failed |= ended.returncode not in (0, NOTHING_TO_RUN)
        last = ended.stdout.strip().rpartition("\n")[2]
        counts.update({what: int(count) for count, what in re.findall(r"(\d+) (passed|skipped|failed|errors?)", last)})
    print("in all:", ", ".join(f"{count} {what}" for what, count in counts.items()))
    return failed


if __name__ == "__main__":
    sys.exit(main())
