"""The tools of `viewsync mcp`, as viewsync/mcp/tools.py declares them."""

from __future__ import annotations

import importlib
import importlib.util

from docgen import markdown

# Where an older viewsync has none, neither have the pages.
_DECLARED = importlib.util.find_spec("viewsync.mcp") is not None


def page() -> str:
    if not _DECLARED:
        return markdown.page("# Tools for agents")
    parts = [
        "[For agents](../how-to/agents.md) tells how a client gets them.",
        "An answer has the fields of the verb's `--json`.",
    ]
    for tool in importlib.import_module("viewsync.mcp.tools").TOOLS.values():
        hints = [word for word, is_so in (("reads only", tool.reads), ("may destroy", tool.destroys)) if is_so]
        parts += [
            f"## {tool.name}",
            markdown.text(f"{tool.title}. {tool.about}"),
            f"Hints: {', '.join(hints) or 'adds, and ends nothing'}. Answer: [{tool.does}](verbs/{tool.does}.md).",
        ]
        rows = importlib.import_module("viewsync.json_output.schemas").fields(tool.takes)
        required = tool.takes.__required_keys__
        parts.append(
            markdown.table(
                ("argument", "type", "meaning"),
                (
                    (markdown.code(row.path), markdown.text(row.type), _about(row.about, row.path in required))
                    for row in rows
                ),
            )
            if rows
            else "It takes nothing."
        )
    return markdown.page("# Tools for agents", *parts)


def _about(text: str, required: bool) -> str:
    return markdown.text(text.removesuffix(" (may be missing)") + (" (required)" if required else ""))
