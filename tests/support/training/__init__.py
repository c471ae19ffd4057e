"""Trainings that several tests run."""
