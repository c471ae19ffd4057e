"""A pass of one's own graph, stepped both ways."""
