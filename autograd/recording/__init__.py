"""How a program is recorded: the modes it runs under, and what may be asked of a recorded graph.

methods.py     the methods of `Value`, by `python -m autograd.rules.generate`; `a.tanh()` is written at its first use
nodes.py       makes nodes: constants, and the results of operations without a method of their own
graph.py       what a node was computed from and what it keeps of that, and the order of all that leads to it
bulk.py        the numbers and gradients of many Values, read and written at once
no_grad.py     `no_grad`: compute, and record nothing
detect_anomaly.py  `detect_anomaly`: stop at the first nan or inf
modes.py       what such ways of recording are: kept for each thread and task, on in a `with` block or what is decorated
conditions.py  comparisons of Values: what `a > b` gives
refusals.py    what a Value does not do, such as float(x), with the way out
aliases.py     the names by which micrograd and PyTorch call what a Value has
copying.py     copies and pickles of graphs, in linear time and without recursion
"""
