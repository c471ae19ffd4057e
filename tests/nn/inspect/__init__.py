"""Diagnosis and its like."""
