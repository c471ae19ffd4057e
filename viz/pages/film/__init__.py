"""A training as a film.

film.py    Recorder keeps the parameters of each moment; film makes the page
film.html  what is seen
film.css   how it looks
film.js    the moments, one after the other
"""
