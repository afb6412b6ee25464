"""Failures: what fails, where, since when, what fixes it; asked of the marts for a window."""
