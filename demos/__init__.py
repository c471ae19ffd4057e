"""Short programs to read, run and change: `python -m demos.xor`, `python -m demos.first_expression`, and so on.

first_expression.py  a first expression, to type line by line
moons.py             a network of 337 scalars learns to tell two moons apart
digits.py            handwritten digits, over 98 % right
gpt.py               a GPT written in scalars, trained at the speed of matrices
many_machines.py     one training in many processes, on many machines, to the same bits
microgpt.py          a GPT in one page, which reads names and makes up others
notebooks/           the first expression, XOR, and along micrograd's lecture, for Jupyter
xor.py               the training of XOR, stepped through in a prompt
tutorial/            the claims of a tutorial on backpropagation, each measured
pictures/            what the README shows, made again by one command
"""

from autograd.explain.encoding import prepare

prepare()  # here, so that no demo can forget it
