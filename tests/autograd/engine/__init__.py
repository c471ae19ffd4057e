"""Values, graphs, the backward pass."""
