"""Whole trainings: `fit`, what computes its steps, and what it leaves behind."""
