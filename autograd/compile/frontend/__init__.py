"""What comes in: the user's function and data are validated, traced, and watched for changes.

validate.py       arguments, parameters and data, checked in the user's terms
trace.py          the function runs once on Values that stand for its arguments
placeholders.py   those Values: they have no number, and say so
traced_graph.py   what was recorded, and what its leaves stand for
numbered.py       the graph as numbers: leaves first, each other node after its operands
blocks.py         that graph in pieces that are computed at once
determined.py     tracing twice: a function that draws random numbers or counts its calls is refused
guards.py         what the function reads from outside its arguments, compared at each call
introspection.py  what bytecode reads and objects hold, without running the user's code
snapshots.py      copies of what lists and dicts hold, and whether it is still the same
audit.py          when the function itself is run and compared with its program
"""
