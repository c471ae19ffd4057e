"""The XOR session, the tutorial, and what a terminal shows."""
