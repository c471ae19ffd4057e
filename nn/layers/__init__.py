"""Layers, and what is made of them."""
