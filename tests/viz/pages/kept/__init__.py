"""What Python hands to pages, as it is kept."""
