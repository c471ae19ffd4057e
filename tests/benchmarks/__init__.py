"""Speed and memory, as ratios in one run.  `python -m tests.benchmarks` prints a table; no test depends on a time.

`peers.py` is a plug-in by which this library's recorded engine joins the side-by-side bench.
"""
