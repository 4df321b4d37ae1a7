"""Which pages are made, and of what."""

from __future__ import annotations

import os
import re

from docgen import codes, environment, json_shapes, lua, settings, tools, verbs

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What stands above docs/, where a forge shows it.
_ROOTS = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}


def all_pages() -> dict[str, str]:
    """Their Markdown, by their path below docs/."""
    found = {
        **verbs.pages(written),
        "reference/exit-codes.md": codes.page(),
        "reference/settings.md": settings.page(written("reference/settings.md")),
        "reference/environment.md": environment.page(),
        "reference/json.md": json_shapes.page(),
        "reference/tools.md": tools.page(),
        "reference/wezterm.md": lua.page(written("reference/wezterm.md")),
    }
    return {**found, **{path: _of_the_root(name) for name, path in _ROOTS.items()}}


def written(path: str) -> str:
    """What people have written for that page; "" for one that is made of the code alone."""
    try:
        with open(os.path.join(ROOT, "docs", path), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _of_the_root(name: str) -> str:
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        text = re.sub(r"\]\(docs/", "](", without_links_out(file.read(), ROOT))
    for other, path in _ROOTS.items():
        text = text.replace(f"]({other}", f"]({path}")
    return text


def without_links_out(markdown: str, folder: str) -> str:
    """A link to a file of the repository that is no page becomes its text: the site has no such file."""

    def replaced(link: re.Match[str]) -> str:
        target = os.path.relpath(os.path.normpath(os.path.join(folder, link[2])), ROOT)
        a_page = target.startswith("docs" + os.sep) or target in _ROOTS
        return link[0] if a_page or not os.path.exists(os.path.join(ROOT, target)) else link[1]

    return re.sub(r"(?<!!)\[([^]]+)\]\(([^)#:]+)(?:#[^)]*)?\)", replaced, markdown)
