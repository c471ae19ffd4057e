"""A training step by step, in threads and forks."""
