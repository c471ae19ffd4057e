"""Plots as pictures, drawn by matplotlib.

charts.py     one function for each chart, and the look that all of them have
field.py      a model's outputs over the plane of its two inputs
landscape.py  the loss around a model's parameters
plotting.py   the losses of a history; curves and axes in characters, for the terminal
"""
