"""The fuzzer: `python -m tests.fuzz --minutes 10 --against native` draws programs until the time is up.

__main__.py         the command: draws, compares, counts, shrinks
realistic.py        programs as users write them: recurrences, attention, options, hidden Markov models, …
random_programs.py  random graphs, and random networks with branches that are not taken
against.py          what a program's recorded run is compared with: the truth, the other backends
javascript.py       the same in node
peers.py            PyTorch, HIPS autograd, JAX and micrograd beside the truth
peer_process.py     what a peer's own Python runs
sizes.py            random networks at five numbers of rows each
histories.py        random acts on models, optimizers and files, against a plain reimplementation
shrinking.py        the smallest program that still differs, as a file of a test
"""
