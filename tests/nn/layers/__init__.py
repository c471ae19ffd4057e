"""Modules, layers, losses."""
