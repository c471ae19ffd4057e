"""Short programs to read, run and change: `python -m demos.xor`, `python -m demos.first_expression`, and so on.

first_expression.py  a first expression, to type line by line
moons.py             a network of 337 scalars learns to tell two moons apart
digits.py            handwritten digits, over 98 % right
gpt.py               a GPT written in scalars, trained at the speed of matrices
xor/                 the training of XOR, stepped through in a prompt
tutorial/            the claims of a tutorial on backpropagation, each measured
stuck.py             runs that get stuck on purpose, and what there is to say of one
terminal.py          what a terminal cannot show, in letters that any can
pictures/            what the README shows, made again by one command
"""

from demos.terminal import prepare

prepare()  # here, so that no demo can forget it
