"""A training as a film."""
