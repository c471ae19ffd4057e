"""Chapters 9 to 11: XOR from beginning to end.

text      what is read
stills    its figures at first sight, made by `python -m demos.pictures --only-stills`
passes    a row's pass, there and back, as Python computes it
pass      the same step by step: what 9 and 10 draw
course    a training in the page, and the field of what its network says
xor       9, a training to scrub
stepping  10, forward and backward, number by number
curve     11, the curve of the loss
"""
