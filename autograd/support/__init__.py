"""What messages, files, locks, names and nested lists share, for all three packages.

validate.py           `number` and `listed`: what may enter a graph, and what is said of the rest
advice_on_names.py    names and keywords known from other libraries: accepted where they mean ours, else answered
foreign_names.py      the table of such names for `autograd`
messages.py           text from outside as one safe line, docstrings, and the way to an extra
user_line.py          the user's innermost line, seen from inside the library
files.py              writes files: each is whole, or is as it was before
collector.py          the garbage collector, paused
costs.py              what work costs, by which `compile`, `nn.fit` and `nn.predict` choose how to compute
locks.py              locks that a forked child finds free
pytree.py             nested lists, tuples, dicts and arrays of numbers, taken apart and put together again
pickled_functions.py  functions made of others, which are pickled as what made them
"""
