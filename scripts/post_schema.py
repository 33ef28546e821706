"""Make `docs/post.schema.json`, the published shape of a Post, from the type itself.

python scripts/post_schema.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from plaint.model import ENGAGEMENT, FACTS, Post

OUT = Path(__file__).parents[1] / "docs" / "post.schema.json"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a Post; the names in `facts` and `engagement` are a closed list."""
    made = msgspec.json.schema(Post)
    properties = made["$defs"]["Post"]["properties"]
    properties["facts"]["propertyNames"] = {"enum": sorted(FACTS)}
    properties["engagement"]["propertyNames"] = {"enum": sorted(ENGAGEMENT)}
    for shape in made["$defs"].values():
        if shape.get("type") == "object":
            shape["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A post as Plaint prints and keeps it", **made}


def text() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    OUT.write_text(text(), encoding="utf-8")
