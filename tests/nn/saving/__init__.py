"""What is saved, and what a file must hold to be read."""
