"""Chapter 7, how they bend, and where they stop learning.

text    what is read
stills  its figures at first sight, made by `python -m demos.pictures --only-stills`
curves  7.1, every activation with its derivative
dying   7.2, a ReLU dies, and is revived
"""
