"""Sessions, and saving."""
