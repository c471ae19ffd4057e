"""The array program as NumPy source that a person can read.

source.py       the program line by line: `bind(theta, gradient)` returns `step`
expressions.py  element-wise operations, and when one may stand inside another
structural.py   NUMPY: how each structural operation is written
update.py       an optimizer's rule
operations.py   names, signs, numbers and formulas
"""
