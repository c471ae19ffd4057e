"""Engines of others examined: a right one, faults planted in it, and files that crash, loop, print or are not there."""
