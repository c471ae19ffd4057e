"""A recorded graph as a picture."""
