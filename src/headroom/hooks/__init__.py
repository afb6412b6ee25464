"""Hooks: they read logs, keep what is right, say what is not, and land it in the warehouse."""
