"""Chapter 1, what a network is, and how many numbers it has.

text          what is read
stills        its figures at first sight, made by `python -m demos.pictures --only-stills`
architecture  1.2, layers added and removed, and their parameters counted
"""
