"""Pages that work offline: steps, film, playground, and what they share."""
