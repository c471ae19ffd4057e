"""What is installed as a program, a file for each subcommand.

command_line.py  the console script `chainrule`
xor.py           `chainrule xor`: the training of XOR, stepped through
book.py          `chainrule book`: the book on backpropagation
worksheet.py     `chainrule worksheet`: a pass by hand, for a class
check.py         `chainrule check`: an engine of one's own, examined
site.py          `chainrule site`: the session and Python in a browser
"""
