"""What several pages are made of.

dom.js             elements made and changed
numbers.js         numbers as they are shown
model_programs.py  a model, its loss and its optimizer as programs in JavaScript
live_model.js      runs these programs
live_network.js    draws the network that they compute
boundary.js        draws the outputs over two inputs
charts.js          draws the loss and the size of gradients
common.css         styles of every page
live.css           styles of pages with a live model
"""
