"""One's own model, computing live."""
