"""Chapter 8, gradients that vanish and explode.

text      what is read
stills    its figures at first sight, made by `python -m demos.pictures --only-stills`
factors   8.1, the factors of a deep chain
clipping  8.2, clipping at the 95th percentile
"""
