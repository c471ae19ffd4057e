"""What can be typed in a session: each public method is a command.

step_back_change.py  go on (step, forward, epoch, until), go back, and change a weight or the learning rate
show_why_curve.py    look: rows, weights, one of them, why, nudge, curve, boundary, pictures, pages
"""
