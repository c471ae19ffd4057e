"""How a program is recorded: the modes it runs under, and what may be asked of a recorded graph."""
