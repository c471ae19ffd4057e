"""The array program: its form, its backward pass, its names."""
