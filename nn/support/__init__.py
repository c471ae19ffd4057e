"""What every folder of nn uses; nothing here imports from them.

contexts.py         what holds in one thread or task for a while
fields.py           what a field that comes from a file or a dict may be, checked
foreign_names.py    names and keywords of other libraries, and what they are here
naming.py           how the names of parameters are shown: the textbook's letters
operation_names.py  by which names layers take operations as activations, and how tables call them
npy_files.py        rows that stay in NumPy's files, a part of each batch from each
tracing.py          what a compiled program's trace asks of a layer
validate.py         how rows of data, counts and attributes are checked, and what the errors say
"""
