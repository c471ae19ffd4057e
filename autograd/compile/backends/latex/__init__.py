"""A program as equations of a textbook: W^{(1)}, z^{(1)}, a^{(1)}, δ^{(1)}, each with its size.

source.py      `equations`: which lines of a program stand as equations, and their names
structural.py  how each operation on whole arrays is written
"""

from autograd.compile.backends.latex.source import equations

__all__ = ["equations"]
