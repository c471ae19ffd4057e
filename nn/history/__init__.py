"""What a training leaves behind, and what its losses alone show.

history.py         losses, rates and norms of a training, and where to go on; the stretches of a curve of losses
findings.py        a finding, and a diagnosis made of them
loss_findings.py   the findings that need no model: nan or infinity, a rate that is too high, a plateau
"""
