"""What messages, files, locks and names share, for all three packages."""
