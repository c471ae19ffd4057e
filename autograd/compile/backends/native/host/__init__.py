"""The machine that runs the code: its processor, LLVM's passes, and the cache of object code."""
