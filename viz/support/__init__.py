"""What every view is made of.

rendering.py      Picture: SVG, PNG and files; the one place that runs Graphviz
pdf.py            a picture of Graphviz's as PDF
labels.py         names as they are shown: escaped here and nowhere else, measured, shortened
palette.py        every color, with its counterpart on a dark page
characters.py     frames, bars and colors of a terminal
foreign_names.py  what people look for by other libraries' names, and what it is here
loading.py        Ctrl-C while the program loads
picture.js        swaps a notebook's image for live SVG
"""
