"""Questions about a step downhill.

q1  what its gradient costs: pushes of each parameter, or one pass there and one back
q3  how long it may be: a loss that swings, and the same at a tenth of the rate
"""
