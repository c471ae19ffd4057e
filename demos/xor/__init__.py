"""XOR training, stepped through in a REPL: python -m demos.xor"""
