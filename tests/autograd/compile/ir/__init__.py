"""What is found, and that it is right."""
