"""What the pages are made of that compute: a model as programs, and what shows it at work.

model_programs.py  a model, its loss and its optimizer as programs in JavaScript
ready.py           those of networks built alike, made beforehand
parts.py           the programs that networks of any size are composed of
model.js           runs these programs
composed.js        puts the parts together
map.js             the network with its numbers of this moment, and what is wrong with it
boundary.js        draws the outputs over two inputs
charts.js          draws the loss and the size of gradients
live.css           header, map, field and transport on one screen
"""
