"""Figures about the archive: what each one counts, and over which days. Nothing here reads a store."""
