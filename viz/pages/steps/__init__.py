"""A pass of one's own graph, stepped both ways.

steps.py            steps: the recorded pass as data
steps.html          what is seen
steps.css           how it looks
steps.js            the controls: where one stands, what is looked at
replay.js           the recorded pass: what each node shows after any number of events
common_mistakes.js  predict first: what is asked, and what a wrong answer comes from
views/              one file for each part that is seen: rail, sentence, product, map, graph, details, ending
"""
