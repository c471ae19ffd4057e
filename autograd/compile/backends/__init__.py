"""How a program runs: one folder for each backend, one registry of them.

registry.py   the backends by name, and the languages that `emit` knows
runner.py     what every backend offers: a program with the memory it works in; NumPy's own
error_function.py  erf and erfc as polynomials, where a backend has none of its own
numpy/        source that a person can read, run by NumPy
native/       one function of machine code, by LLVM
jax/          a pure function of JAX's arrays, by XLA
javascript/   source for pages, to be run in a browser
latex/        equations for slides and papers, to be read
c/            one C99 file, to be compiled anywhere
"""
