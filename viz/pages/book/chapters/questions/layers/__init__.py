"""Questions about what stands between layers.

q5  how wide a layer has to be to follow a wave
q6  dropout, and the mask that has to be used again on the way back
"""
