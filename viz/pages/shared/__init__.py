"""What several pages are made of.

dom.js             elements made and changed
numbers.js         what the page was given, and numbers as they are shown
model_programs.py  a model, its loss and its optimizer as programs in JavaScript
live_model.js      runs these programs
live_network.js    draws the network that they compute
boundary.js        draws the outputs over two inputs
charts.js          draws the loss and the size of gradients
tokens.css         type, room, controls, cards, boxes of numbers
network.js         the network drawing that cannot collide
player.js          buttons, keys and a clock for all that has a beginning and an end
common.css         styles of the pages that do not have tokens.css yet
"""
