"""A book on backpropagation, in which every claim computes.

book.py      book: the chapters put together, with the programs and numbers of their figures
figure.py    Figure: the record that each figure's Python file makes
controls.py  what a reader moves in a figure
book.html    the frame: contents, bar, and the place of the chapters
book.css     how it looks, on a screen and in print
book.js      contents, navigation, the address, what was read
figure.js    what every figure does: a question, a prediction, the picture, the answer
plot.js      axes, curves, boxes of numbers: what figures draw with
layers.js    a network with one hidden layer, as the drawing takes it
controls.js  sliders, choices and steps, as Python lists them
chapters/    one folder a chapter: its text, its figures, and these as stills
"""
