"""A training step by step, and exactly back again."""
