"""Worksheets: their numbers, simulated learners, page, paper and terminal."""
