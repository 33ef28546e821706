"""Disk: the only code that stores or searches."""
