"""The stepping page, at every step and width."""
