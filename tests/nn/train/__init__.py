"""Fit, optimizers, schedules, history."""
