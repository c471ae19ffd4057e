"""The chapters in order: each has text.html, stills.html, and two files a figure, NAME.py and NAME.js.

All words stand in text.html, those of figures too, with the number and NAME of each.

network/          1, what a network is, and how many numbers it has
perceptron/       2, one neuron, and why it bends
forward/          3, the forward pass and what it keeps
loss/             4, how wrong, in one number
descent/          5, downhill, and how far a step may go
backpropagation/  6, the chain rule, layer by layer
activations/      7, how they bend, and where they stop learning
depth/            8, gradients that vanish and explode
training/         9 to 11, XOR from beginning to end
questions/        12, eight questions
"""

CHAPTERS = (
    "network",
    "perceptron",
    "forward",
    "loss",
    "descent",
    "backpropagation",
    "activations",
    "depth",
    "training",
    "questions",
)
