"""The same bits: digests of ten trainings."""
