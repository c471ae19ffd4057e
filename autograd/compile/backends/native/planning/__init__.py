"""What is computed in which loop, and where it lies in memory, decided before any code is emitted.

kernels.py     the lines of a program gathered into kernels, each one nest of loops
views.py       where the elements of an array lie: offsets and strides
transposes.py  which arrays lie transposed: for each the contiguous axis that makes the loops cheapest
plan.py        one block of memory for everything
"""
