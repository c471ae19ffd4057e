"""What comes in: the user's function and data are validated, traced, and watched for changes."""
