"""What writes LLVM's intermediate representation: loops, products, gathers, functions."""
