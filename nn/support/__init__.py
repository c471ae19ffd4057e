"""What every room of nn uses, and what knows none of them.

guesses.py    names and keywords of other libraries, and what they are here
validate.py   how data, counts and attributes are checked, and what the errors say
"""
