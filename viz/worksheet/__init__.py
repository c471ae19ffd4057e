"""A pass as exercises: `viz.worksheet`, for a page that marks itself, for paper and for the terminal.

worksheet.py      worksheet, the public name, and what it returns
figures.py        the numbers of a pass to four digits, each computed from those that are shown
rounding.py       how a number is rounded, and which typed numbers are it
sheet.py          the lines of a pass, with blanks
order.py          the order of the backward pass to be found
wrong_numbers.py  what each mistake leads to, and what a typed number says
asking.py         asked in the terminal
xor.py            the worksheet without a graph of one's own
"""
