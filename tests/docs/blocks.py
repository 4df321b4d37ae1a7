"""The fenced blocks of a page, and which of them no test can run."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from tests.support.server import ROOT

RUN = ("sh", "console", "yaml", "toml", "lua", "tmux")  # what a test does something with
SHOWN = ("", "text", "python", "json")  # python.md is a doctest (tests/api)
# Readers see it, too: a line of its own above the block.
_EXCUSE = re.compile(r"^\*Not run by the tests: (.+)\.\*$")
_FENCE = re.compile(r"^(`{3,})(\w*)$")


class Block(NamedTuple):
    page: str
    line: int
    kind: str
    text: str
    excuse: str = ""


def pages() -> list[str]:
    """By their paths below the repository."""
    found = ["README.md", "CONTRIBUTING.md", "skills/viewsync/SKILL.md"]
    for folder, _, files in os.walk(os.path.join(ROOT, "docs")):
        found += [os.path.relpath(os.path.join(folder, file), ROOT) for file in files if file.endswith(".md")]
    return sorted(found)


def read(page: str) -> str:
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def blocks(page: str, text: str) -> list[Block]:
    found: list[Block] = []
    above, fence, kind, start = "", "", "", 0
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _FENCE.match(line)
        if fence and line == fence:
            excuse = _EXCUSE.match(above)
            found.append(Block(page, start, kind, "\n".join(inside) + "\n", excuse[1] if excuse else ""))
            above, fence, inside = "", "", []
        elif fence:
            inside.append(line)
        elif match:
            fence, kind, start = match[1], match[2], number
        elif line.strip():
            above = line
    assert not fence, f"{page}:{start} has no end"
    return found
