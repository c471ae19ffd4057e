"""One's own model, computing live.

playground.py       playground: the page
playground.html     what is seen
playground.css      how it looks
playground.js       what is shown, what is chosen, and the controls
unit_table.js       the table of a unit's weights, and the step of one of them
field.js            the field beside the network
structure.js        layers and units, added and removed
exchange.js         the address, files and texts to be copied, on request
csv_and_weights.js  rows from CSV, weights in and out, the program in Python
training.js         steps, epochs, and running on
"""
