"""The processor that runs the code, and the cache of object code.

processor.py  LLVM's passes and linking for this processor
cache.py      object code kept between runs
"""
