"""Write scalars, run matrices: a scalar function compiled to a program of arrays."""

from autograd.compile.step import Step, compile
from autograd.compile.trace import take

__all__ = ["Step", "compile", "take"]
