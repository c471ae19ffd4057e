"""Trainings that many devices share: their bits, what is refused, and processes that are killed."""
