"""Chapter 3, the forward pass, and what it keeps.

text    what is read
stills  its figures at first sight, made by `python -m demos.pictures --only-stills`
steps   3.1, a forward pass, and its cache in the making
cache   3.2, what the backward pass cannot do without
"""
