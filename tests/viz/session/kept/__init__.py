"""Whole conversations with sessions, as they are kept."""
