"""From a tape of scalars to arrays."""
