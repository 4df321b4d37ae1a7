"""What mkdocs calls while it builds: adds the pages that are made of the code, and orders the navigation."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)  # mkdocs loads this file by its path
from docgen import pages  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """A page with text that people have written keeps its place, and gets the generated part in it."""
    for path, content in pages.all_pages().items():
        found = files.get_file_from_path(path)
        if found:
            files.remove(found)
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    folder = os.path.join(ROOT, "docs", os.path.dirname(page.file.src_uri))
    return pages.without_links_out(markdown, folder)


def on_nav(nav: Navigation, *, config: MkDocsConfig, **_: Any) -> Navigation:
    """Each folder is a section, by itself; mkdocs.yml says which names come first."""
    _order(nav.items, config.extra["order"])
    return nav


def _order(items: list[Any], first: list[str]) -> None:
    def place(item: Any) -> tuple[int, str]:
        name = _name(item)
        return (first.index(name) if name in first else len(first), name)

    items.sort(key=place)
    for item in items:
        if isinstance(item, Section):
            _order(item.children, first)


def _name(item: Any) -> str:
    """The file's, or for a folder that of the folder."""
    if isinstance(item, Section):
        inside = next(iter(item.children))
        return os.path.dirname(_path(inside)).rpartition("/")[2]
    name = os.path.basename(_path(item))
    return name.removesuffix(".md")


def _path(item: Any) -> str:
    """Of a page; of a section, that of the first page in it, without its folder."""
    if isinstance(item, Section):
        return os.path.dirname(_path(item.children[0]))
    return str(item.file.src_uri)
