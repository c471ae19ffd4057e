"""What a row of the table (`ops.py`) is: the operation, its maths on floats, its formulas, and what is made of it.

operation.py         `Operation`, one row; `op` enters a rule in the table
maths.py             the libraries of functions that rules compute with: on floats, and on floats that never raise
sums.py              sums of floats from left to right
reduction_record.py  `Reduction`, of a row that makes one number of a sequence; every reader's entry comes from it
symbols.py           rules read on symbols: formulas, simplified by one table as they are made
formulas.py          formulas read: one `fold`, one `Syntax` a language, `evaluate`
latex.py             formulas in LaTeX
source.py            straight-line Python for a rule on floats
inlined_methods.py   rules of one input, inlined at the first use: as methods of Value, and on rows of numbers
generate.py          writes recording/methods.py from the table
identifiers.py       the only text that becomes source code
"""
