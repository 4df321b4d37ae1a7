"""A folder as people write it."""

from __future__ import annotations

import os


def short(path: str, home: str) -> str:
    return f"~{path[len(home) :]}" if home and (path == home or path.startswith(home + os.sep)) else path
