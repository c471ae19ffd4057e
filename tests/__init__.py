"""All that must hold: `python -m tests` checks it.  The folders mirror the packages, one idea a file.

__main__.py  the one command: linter, formatter, type checker, pytest
autograd/    the engine, its rules, explanations, derivatives of functions, and compiled programs
nn/          layers, optimizers, trainings, saving, sessions, diagnosis
viz/         pictures, charts, texts, and pages in a browser
demos/       the tutorial, the notebooks, the GPT in one page, and the README's pictures
house/       what holds the whole: public names, folders, the README, what contributors are told
support/     what tests share, and the numbers of PyTorch's and of earlier days
benchmarks/  speed and memory, as tables to read: no test depends on a time
fuzz/        random programs as long as one likes, on every backend: no part of the suite
mutation/    small slips planted one at a time: do the tests notice?  No part of the suite
conftest.py  what all tests begin with
"""
