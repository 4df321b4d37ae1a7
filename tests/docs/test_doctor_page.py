"""The page of `doctor` has each of its checks, in their order."""

from __future__ import annotations

import os
import re

from tests.support.server import ROOT
from viewsync.setup import server_checks, user_checks


def tables(page: str) -> list[list[str]]:
    """The first column of each, without its head."""
    found: list[list[str]] = []
    for line in page.splitlines():
        if line == "| --- | --- |":
            found.append([])
        elif match := re.match(r"\| `([^`]+)` \| \S", line):
            found[-1].append(match[1])
    return found


def test_all_that_doctor_checks_is_on_its_page() -> None:
    with open(os.path.join(ROOT, "docs/reference/verbs/doctor.md"), encoding="utf-8") as file:
        once, in_each = tables(file.read())
    assert once == ["settings", *(name for name, _ in user_checks.ONCE)]
    assert in_each == [name for name, _ in server_checks.IN_EACH]
