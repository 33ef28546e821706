"""One file per source: its facts, where to start, how to read a page."""
