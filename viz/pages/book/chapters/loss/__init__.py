"""Chapter 4, how wrong, in one number.

text    what is read
stills  its figures at first sight, made by `python -m demos.pictures --only-stills`
logit   4.2, one logit, and what two losses send back to it
zero    4.2b, the logarithm of 0
"""
