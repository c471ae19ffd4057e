"""A training step by step, and exactly back again.

session.py    TrainingSession: forward, backward, update, one at a time or many; going back
questions.py  what a session can be asked without changing it
undo.py       undo records, and the log of them
"""
