"""Leaks: what keeps growing with the number of calls, and the line that makes it grow."""
