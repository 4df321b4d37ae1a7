"""The fields of `--json`, and the events of the history."""

from __future__ import annotations

import os
import re

from docgen import markdown
from viewsync import events


def page() -> str:
    return markdown.page(
        "# JSON and events",
        "## Events",
        "What the history (`history.db` beside the registry) has lines of. Each has when it was, what led to it, its"
        " server, session or view and the reason, and never what was typed or a secret.",
        markdown.table(("event", "meaning"), ((markdown.code(n), markdown.text(what)) for n, what in _events())),
    )


def _events() -> list[tuple[str, str]]:
    with open(os.path.abspath(events.__file__), encoding="utf-8") as file:
        named = re.findall(r'^[A-Z_]+ = \(?("[a-z-]+"(?:, "[a-z-]+")*)\)?(?: +# (.*))?$', file.read(), re.MULTILINE)
    return [(name, what) for names, what in named for name in re.findall(r'"([a-z-]+)"', names) if name != "hook"]
