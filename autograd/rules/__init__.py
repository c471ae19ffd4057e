"""What a row of the table is: the operation, its maths on floats, its formulas, and the methods made of it.

operation.py    `Operation`, one row; `op` enters a rule in the table; `number` validates what enters a graph
maths.py        the libraries of functions that rules compute with: on floats, and on floats that never raise
symbols.py      rules read on symbols: formulas, simplified by one table as they are made
formulas.py     formulas read: one `fold`, one `Syntax` a language, `evaluate`
source.py       straight-line Python for a rule on floats
generate.py     writes methods.py and fused/activations.py from the table
methods.py      the methods of `Value` (generated)
identifiers.py  the only text that becomes source code
composed.py     functions made of operations: `mean`, `softmax`, `log_softmax`, `logsumexp`, `norm`, `smallest`
lookup.py       `take`: one Value of a sequence, or one row of a table
"""
