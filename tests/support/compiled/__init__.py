"""Programs that tests compile for several backends."""
