"""One's own model, computing live.

playground.py    playground: the page
playground.html  what is seen
playground.css   how it looks
training.js      steps, epochs, and running on
playground.js    the controls, and changes by hand
"""
