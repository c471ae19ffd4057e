"""How many digits of a value and its gradients are right, and which operations lost the others.

certificate.py  `certify`, and its answer: numbers, the true ones, how many digits agree
lost_digits.py  where digits went: the operations on the way that lost them, and the way out
passes.py       a recorded graph run forward and backward on balls
balls.py        the rules of the table on balls: numbers with a bound of their error, by python-flint
"""

from autograd.explain.digits.certificate import certify, compare, lost_at

__all__ = ["certify", "compare", "lost_at"]
