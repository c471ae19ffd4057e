"""What is installed as a program.

command_line.py  the console script `chainrule`: which subcommand is meant, and a quiet end
commands.py      `chainrule xor`, book, worksheet, check and site
"""
