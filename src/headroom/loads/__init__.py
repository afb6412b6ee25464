"""Loads, a package a form: they read logs, keep what is right, say what is not, and land it."""
