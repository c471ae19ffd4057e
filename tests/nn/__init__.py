"""Networks and training, proved."""
