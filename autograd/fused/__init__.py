"""Every trick of speed of the recorded engine: many Values as one thing that a pass goes through at once.

groups.py       tuples of Values that many nodes share
units.py        the units of a layer, W x + b: dots that share their inputs
hidden.py       rows of plain inputs and of hidden layers, a whole layer's pass at once; nodes are made when looked at

Each file says what it buys: the ratio of times of a training step of T2, a network of 2-16-16-1 units over 100 rows.
"""
