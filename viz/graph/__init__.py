"""Pictures that Graphviz lays out: a recorded graph, and a network.

drawing.py  draw: nodes, lines, and the sum over all ways to the node that is asked about
animation.py  animate: a forward and a backward pass on the graph, as an SVG that plays
boxes.py    what stands in a box
cells.py    labels as tables that are wide enough in any font
nodes.py    the nodes of a graph as plain records, with what is wrong with each
folding.py  which nodes share a box
network.py  draw_network: units in columns, weights as lines with their numbers in the gaps
"""
