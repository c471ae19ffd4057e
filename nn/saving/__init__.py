"""What training changes, read, put back, saved and loaded."""
