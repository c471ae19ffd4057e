"""The same program in jax.numpy, compiled by XLA; JAX, in source.py, is its table of structural operations.

source.py          the program as a pure function, and a training as one loop
level_schedule.py  scalars without structure
"""
