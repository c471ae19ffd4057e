"""Questions about what layers do, and what stands between them.

q4  batch normalization: the rates at which a network learns with it and without, and what it makes of three sums
q5  how wide a layer has to be to follow a wave
q6  dropout, and the mask that has to be used again on the way back
q7  one layer used again at each step of a sequence, and the error on its way back through all of them
"""
