"""Step through a training of any model in the terminal, forward and back: `viz.session`.

session.py             session, the one public name; in a terminal, in a notebook, from a script or standard input
commands_step_back.py  go on (step, forward, epoch, until), go back, change a weight or the learning rate
commands_show_why.py   look: rows, weights, one of them, why, nudge, curve, boundary, pictures, pages
xor.py                 the session without a model: XOR, which can get stuck on purpose
functions.py           a plain function of Values as a model
run.py                 a training that can stand between any two operations, and go back
predictions.py         what the model says of each row, beside what was wanted
board.py               the screen of 80 × 24 that a step is shown on
prompt.py              where one types: commands, their short and other names, and Python alike
help_and_numbers.py    what the session says, its help, and how it reads numbers and names that are typed
verdicts.py            why a run is stuck, the shape of its curve, whether a gradient is the slope
"""
