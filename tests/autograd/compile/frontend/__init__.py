"""Tracing, guards, audits, validation."""
