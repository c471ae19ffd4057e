"""From a tape of scalars to arrays.

tape.py            scalars one after the other, each classified by how it was made
normalize.py       a recorded graph becomes a tape in one form
terms.py           sums and products written onto the tape
lifter.py          scalars of one equivalence class become an array
products.py        dots as matrix products
reductions.py      sums, maxima and look-ups along an axis
places.py          in which array each scalar lies, and where
layout.py          index arithmetic: grids, strides, ranks
indices.py         which arguments are used as indices
unstructured.py    which scalars are too few of a class to be arrays, and the schedule of those
level_schedule.py  how they are computed, level by level
"""
