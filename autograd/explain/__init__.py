"""A pass told in events and words: why a node has the gradient it has.

explanation.py       `explain`: the chain rule of one node, and the largest paths its gradient came along
steps.py             `record`: a pass as events that replay both ways, bit for bit
record.py            a recorded graph unfolded into events
events.py            the events, and the sentence for each
notation.py          how nodes and local derivatives are told, in symbols and in numbers
naming.py            short names for nodes; `show_paths`, by which `nn` says how names of parameters are shown
number_format.py     how numbers are written
encoding.py          what a terminal cannot show, in letters that any can
mistakes_by_hand.py  the mistakes people make in a pass by hand, each in a sentence
examination/         `examine`: what is right in somebody's own engine, and what a teacher would say
digits/              `certify`: how many digits are right, proved on balls, and where the others went
"""

from autograd.explain.explanation import explain

__all__ = ["explain"]
