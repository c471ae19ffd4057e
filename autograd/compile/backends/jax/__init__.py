"""The same program in jax.numpy, compiled by XLA; JAX, in source.py, is its table of structural operations.

source.py          the program as a pure function, and a training as one loop
devices.py         parts of a batch on many devices, in one process or many, to the same bits
level_schedule.py  scalars without structure
"""
