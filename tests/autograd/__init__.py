"""The engine, proved."""
