"""Plots as pictures, drawn by matplotlib.

loss_curve.py         the loss over the epochs, and over learning rates
decision_boundary.py  what a model says over the plane, and the line where its answer changes
parameters.py         gradient_flow and histogram: parameters and gradients, layer by layer
landscape.py          loss_landscape: the loss around a model's parameters
attention.py          what each row of a sequence takes from the others, head by head
activation.py         an operation of one input, with its derivative
chart.py              Chart, and the look that all charts have
field.py              a model's outputs over the plane of its two inputs, as numbers
plotting.py           the losses of a history; curves and axes in characters, for the terminal
"""
