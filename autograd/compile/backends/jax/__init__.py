"""The array program in jax.numpy, compiled by XLA."""
