"""The array program: its form, its backward pass, its names.

program.py        `Program`, `Array`, and the table of structural operations in words; FLOPS
backward_pass.py  the backward pass, as more lines of the program
vjps.py           VJPS: the vector-Jacobian product of each structural operation
log_softmax.py    the logarithm of a softmax, differentiated in one step
cotangents.py     what the backward pass accumulates: unbroadcast, scatter-added, materialized
masks.py          where a gradient is stopped; MASKS: how structural operations move masks
sizes.py          numbers that are written as what they are of the sizes, and lengths as polynomials of them
names.py          what a textbook would call each line; LETTERS
"""
