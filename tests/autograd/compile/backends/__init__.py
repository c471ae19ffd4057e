"""NumPy, native code, JAX, JavaScript."""
