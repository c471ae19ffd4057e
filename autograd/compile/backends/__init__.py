"""How a program runs: one folder for each backend, one registry of them."""
