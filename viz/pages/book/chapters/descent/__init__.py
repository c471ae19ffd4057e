"""Chapter 5, downhill, and how far a step may go.

text     what is read
stills   its figures at first sight, made by `python -m demos.pictures --only-stills`
valley   5.1, a valley, and the wall at 2/λ
race     5.1b, optimizers on one surface
batches  5.2, the arrows of a batch
"""
