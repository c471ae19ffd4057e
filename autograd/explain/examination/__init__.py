"""`examine`: what is right in somebody's own engine, and what a teacher would say about the rest.

examine.py  `examine`, and its answer: a mark, and for each fault the smallest example, what is right and what came
cases.py    the cases: short programs, each with what it is worth knowing about
advice.py   wrong answers that are known, by what makes them
trial.py    a case run where it can harm nothing: in a process of its own, with a limit of time
"""

from autograd.explain.examination.examine import Examination, Fault, examine

__all__ = ["Examination", "Fault", "examine"]
