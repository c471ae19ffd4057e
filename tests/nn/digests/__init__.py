"""The same bits: digests of ten trainings.

trainings.py   the trainings, and what they are recorded and compiled to; `python -m tests.nn.digests.trainings numpy`
javascript.py  the same as emitted JavaScript
products.py    NumPy's products from left to right; as a command, NumPy and BLAS as they run on older processors
store.py       the command that stores the digests
"""
