"""Headroom: warehouse marts that explain how much memory each batch run got, and why."""
