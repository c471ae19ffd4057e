"""How a program is recorded: modes, conditions, copies."""
