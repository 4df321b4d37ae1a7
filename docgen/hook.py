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
        path = _path(item)
        return (first.index(path) if path in first else len(first), path)

    items.sort(key=place)
    for item in items:
        if isinstance(item, Section):
            _order(item.children, first)


def _path(item: Any) -> str:
    """Below docs/: a page's without its ending, a section's folder. A folder's own page comes first in it."""
    if isinstance(item, Section):
        return os.path.dirname(_source(item))
    path = str(item.file.src_uri).removesuffix(".md")
    return "" if path.rpartition("/")[2] == "index" else path


def _source(item: Any) -> str:
    """The file of a page; of a section, one that stands in its folder itself."""
    if not isinstance(item, Section):
        return str(item.file.src_uri)
    pages_of_it = [child for child in item.children if not isinstance(child, Section)]
    return _source(pages_of_it[0]) if pages_of_it else os.path.dirname(_source(item.children[0]))
