"""Pictures that Graphviz lays out: a recorded graph, and a network.

drawing.py  draw: the labels, colors and edges of a graph
nodes.py    the nodes of a graph as plain records, with what is wrong with each
folding.py  which nodes share a box
network.py  draw_network: units in columns, weights as lines
"""
