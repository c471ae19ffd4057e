"""What is computed in which loop, and where it lies in memory, decided before any code is emitted.

kernels.py    the lines of a program gathered into kernels, each one nest of loops
views.py      where the elements of an array lie: offsets and strides
fast_axes.py  along which axis each array is contiguous, so that the loops are cheapest
plan.py       one block of memory for everything
"""
