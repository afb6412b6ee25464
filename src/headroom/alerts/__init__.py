"""Alerts: troubles that the models find, told once when they begin and once when they are over."""
