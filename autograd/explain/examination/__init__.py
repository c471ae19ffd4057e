"""`examine`: what is right in somebody's own engine, and what a teacher would say about the rest.

examination.py  `examine`, and its answer: a mark, and for each fault the smallest example, what is right and what came
cases.py        all cases, of single operations, plain numbers and edges; with what a teacher says where one fails
graph_cases.py  cases of whole graphs: the order of the pass, several passes, what may not change
case.py         what a case is
advice.py       wrong answers that are known, by what makes them
trial.py        cases run where they can harm nothing: in a process of their own, with a limit of time
"""

from autograd.explain.examination.examination import Examination, Fault, examine

__all__ = ["Examination", "Fault", "examine"]
