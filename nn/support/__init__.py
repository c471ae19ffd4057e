"""What every room of nn uses, and what knows none of them.

contexts.py   what holds in one thread or task for a while
fields.py     what a field that comes from a file or a dict may be, checked
guesses.py    names and keywords of other libraries, and what they are here
naming.py     how the names of parameters are shown: the textbook's letters
row_files.py  rows that stay in files, a part of each batch from each
tracing.py    what a compiled program's trace asks of a layer
validate.py   how data, counts and attributes are checked, and what the errors say
"""
