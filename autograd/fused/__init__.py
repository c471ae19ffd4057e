"""Every trick of speed of the recorded engine: many Values as one thing that a pass goes through at once.

groups.py       tuples of Values that many nodes share
rows.py         the dots of a layer, which share their inputs
hidden.py       rows of plain inputs and of hidden layers, whose nodes wait until somebody looks

Each file says what it buys: the ratio of times of a training step of T2, a network of 2-16-16-1 units over 100 rows.
"""
