"""Pieces used on two pages or more: pure functions that return escaped HTML."""
