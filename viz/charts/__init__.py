"""Plots as pictures, drawn by matplotlib.

chart.py      Chart, and the look that all charts have
charts.py     one function for each chart
field.py      a model's outputs over the plane of its two inputs
landscape.py  the loss around a model's parameters
plotting.py   the losses of a history; curves and axes in characters, for the terminal
"""
