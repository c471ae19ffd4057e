"""The training of XOR, one operation at a time: `python -m demos.xor`, or a script: `python -m demos.xor script.txt`.

The session is the library's own, and so is there wherever it is installed, as `chainrule xor`.  This is how it is made
for a network of one's own:

    import nn, viz

    inputs, targets = nn.datasets.xor()
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    viz.session(model, inputs, targets, loss=nn.binary_cross_entropy_with_logits)
"""

import sys

from viz.command_line import in_peace, xor

if __name__ == "__main__":
    sys.exit(in_peace(lambda: xor(sys.argv[1:], "python -m demos.xor")))
