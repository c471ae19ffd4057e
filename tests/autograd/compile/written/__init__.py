"""What is written for known programs, kept in full: a change that no number shows is seen here, and read by a person.

writing.py   the programs, and what each backend writes for them
store.py     the command that keeps it: `python -m tests.autograd.compile.written.store`
*.txt        what is kept, a section for each program
"""
