"""Pictures, pages and texts, proved."""
