"""A small made-up public web on loopback, with a story to find; nothing in it is real."""
