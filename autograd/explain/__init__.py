"""A pass told in events and words: why a node has the gradient it has."""

from autograd.explain.paths import explain

__all__ = ["explain"]
