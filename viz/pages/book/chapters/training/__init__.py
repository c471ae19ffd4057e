"""Chapter 9 to 11: XOR from beginning to end.

text      what is read
stills    its figures at first sight, made by `python -m demos.pictures --only-stills`
xor       9, a training to scrub
stepping  10, forward and backward, number by number
curve     11, the curve of the loss
"""
