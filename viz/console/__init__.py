"""What is installed as a program.

command_line.py  the console script `chainrule`: one line a subcommand
check.py         `chainrule check`: an engine of one's own, examined
"""
