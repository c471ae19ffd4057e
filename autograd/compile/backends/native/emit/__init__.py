"""From kernels to the text of LLVM's intermediate representation.

values.py      numbers in registers, and places in memory, which write instructions as they are computed with
llvm.py        the text of one function: memory, loops, branches
writer.py      points in a space, reading and writing memory there, loops
loops.py       element-wise kernels and sums; NATIVE: the function that writes each kind of kernel
products.py    matrix products
gathers.py     look-ups, scatters, and what is put together
regions.py     scalars without structure
maths.py       what a rule of the table is given to write vector code
elementary.py  exp, log, tanh …, as polynomials
angles.py      sin, cos, tan and their inverses
"""
