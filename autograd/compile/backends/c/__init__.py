"""C: the array program, its gradient and an optimizer's rule as one C99 file with no dependency but libm.

source.py   the loops that JavaScript has, in C's words
"""

from autograd.compile.backends.c.source import c_file

__all__ = ["c_file"]
