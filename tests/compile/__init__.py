"""Compiled programs, proved."""
