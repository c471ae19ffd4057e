"""The array program as loops over Float64Array, for pages."""
