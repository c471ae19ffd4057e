"""Every trick of speed of the recorded engine: what a node keeps that has not one or two parents, and rows of a layer.

operands.py     what a node keeps that has not one or two parents, and what a pass does there
groups.py       tuples of Values that many nodes share
rows.py         the dots of a layer, which share their inputs
hidden.py       rows of hidden layers, whose nodes wait until somebody looks
activations.py  operations on whole rows of numbers, written by `python -m autograd.rules.generate`
sums.py         sums of floats from left to right

Each file says what it buys: the ratio of times of a training step of T2, a network of 2-16-16-1 units over 100 rows.
"""
