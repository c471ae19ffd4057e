"""Plots as pictures."""
