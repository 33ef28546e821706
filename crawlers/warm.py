"""Imported by the process from which `plaint watch` forks its walks: what every walk needs is loaded there once.

Importing it does the work; nothing is defined here.
"""

from __future__ import annotations

from importlib import import_module

from plaint.understand.reading import Said, read
from settings import settings

for _module in ("crawlers.run", "crawlers.spider", "crawlers.watch_walk", "indexer.connect", "indexer.sqlite_posts", "scrapy.crawler"):
    import_module(_module)
settings()
read([Said(text="The words of a complaint, long enough for the models of languages and of understanding to be loaded.")])
