"""Looking into a training: diagnosis, sharpness, the learning-rate finder.

diagnosis.py         diagnose: what is wrong, with figures, cause and cure
layer_statistics.py  the figures of each layer: activity, slopes, error signals
mistakes.py          common mistakes: an activation before a loss that has its own, identical units
curvature.py         sharpness: the largest curvature of the loss
rate_finder.py       find_learning_rate
"""
