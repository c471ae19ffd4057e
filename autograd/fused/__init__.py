"""Every trick of speed of the recorded engine: what a node keeps that has not one or two parents, and rows of a layer.

Without this folder a graph would be the same, node for node, and slower.  Ratios are of training steps.
"""
