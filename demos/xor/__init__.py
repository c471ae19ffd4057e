"""XOR training, stepped through in a REPL: python -m demos.xor

__main__.py  the session: its commands
prompt.py    where one types: commands and Python alike
run.py       the training, which can stand between any two operations and go back
words.py     what the session says, its help, and how it reads what is typed
"""
