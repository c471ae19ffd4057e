"""Chapter 6, the chain rule, layer by layer.

text       what is read
stills     its figures at first sight, made by `python -m demos.pictures --only-stills`
boxes      6.1, the chain rule as boxes that multiply
equations  6.2, the four equations on a network
check      6.2b, a planted bug, found by a gradient check
"""
