"""A pass of one's own graph, stepped both ways.

steps.py            steps: the recorded pass as data
steps.html          what is seen
steps.css           how it looks
replay.js           the recorded pass: what each node shows after any number of events
graph.js            the scalar graph as boxes and wires
layout.js           where its boxes stand
network.js          the same numbers as a network
common_mistakes.js  predict first: what is asked, and what a wrong answer comes from
details.js          all about one node
steps.js            the controls
"""
