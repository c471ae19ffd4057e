"""Short programs to read, run and change: `python -m demos.xor`, `python -m demos.first_expression`, and so on."""
