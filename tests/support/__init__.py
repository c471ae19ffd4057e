"""What tests share.

programs.py        scalar programs of many kinds, as a user would write them
array_programs.py  random array programs, and a plain interpreter of them
compiled/          networks and operations that several backends compile
training/          trainings that tests of `fit`, saving, sessions and diagnosis run
unreached.py       programs with nan where no gradient reaches
outcomes.py        what a call comes to: numbers as recorded, changes noticed, errors
exact.py           the rules at 60 digits
golden/            numbers of PyTorch's and of earlier days, and the programs that made them
golden_files.py    reading PyTorch's numbers, and comparing with them
web/               a browser without network, node, and what pictures hold
sdist.py           what a source distribution holds besides the packages
"""
