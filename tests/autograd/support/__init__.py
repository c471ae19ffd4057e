"""What messages, files and warnings share."""
