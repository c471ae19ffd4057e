"""Do the tests notice?  `python -m tests.mutation --part nn --slips 60 --seed 1` plants small slips, one at a time.

For each, the tests that call the function in question are run in a copy of the tree; it is noticed if one fails that
passes without it, or never ends.  What goes unnoticed is listed: a test is missing, or the slip changes nothing, which
a person has to judge; what was judged so stands in a list with the reason, and is not counted.

__main__.py    the command
slips.py       what slips there are, planted and drawn
reach.py       which functions each test calls
planting.py    each slip in a fork of the process that has collected the tests
equivalent.py  those that change nothing, and why
"""
