"""Replies before they are published: what a channel takes, and whether a text fits."""
