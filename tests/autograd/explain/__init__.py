"""Steps and explanations."""
