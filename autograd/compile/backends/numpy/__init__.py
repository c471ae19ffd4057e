"""The array program as NumPy source that a person can read."""
