"""The command line, one module per area; each has `add(app)`, which `manage.py` calls.

Modules import slow things inside their functions, so that `plaint --help` stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def areas() -> Iterator[ModuleType]:
    """The modules of this folder that add commands, by name."""
    for found in sorted(iter_modules(__path__), key=lambda m: m.name):
        module = import_module(f"{__name__}.{found.name}")
        if hasattr(module, "add"):
            yield module
