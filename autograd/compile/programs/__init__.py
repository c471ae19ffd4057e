"""A function's programs: which of them runs, and how one is found for every size.

program_cache.py  which program runs: one for each shape, traced anew if what it was traced from has changed
compiled.py       one compiled program, and what it was traced under
pipeline.py       the stages: trace, normalize, lift, differentiate, name
every_size.py     one program for every size, from what a function is at a few small ones
patterns.py       which axes of the arguments are sizes
size_formulas.py  a number, a shape or an array as a function of the sizes
unify.py          programs at a few sizes become one of forms
outline.py        which kinds of operations a function records, whatever the size, and how many at each
rehearsal.py      a program is compared with its function before it is used at a new size
"""
