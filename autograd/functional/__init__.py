"""Derivatives of functions, nested to any order, and what stands beside them."""
