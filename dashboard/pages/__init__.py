"""One file per page, read from top to bottom."""
