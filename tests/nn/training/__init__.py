"""Fit, its backends, history."""
