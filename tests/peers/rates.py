"""How many of these files come out the same, for each of the other tools: said at the end of the tests."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST = 0.95
PROPERTY = "peer"  # of a report: the tool, and whether the file came out the same


def differing(folder: str) -> dict[str, str]:
    """The files that do not come out the same, and why: the key, which import has to name."""
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            if said := re.search(r"^# differs: (\S+)$", file.read(), re.MULTILINE):
                found[name] = said[1]
    return found


def lines(reports: Iterable[Any]) -> list[str]:
    seen: dict[str, list[bool]] = {}
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name == PROPERTY and report.when == "call":
                peer, same = value.split()
                seen.setdefault(peer, []).append(same == "same")
    return [
        f"{peer}: {sum(same) / len(same):.1%} of {len(same)} files come out the same (at least {LEAST:.0%})"
        for peer, same in sorted(seen.items())
    ]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = (report for kind in terminalreporter.stats.values() for report in kind)
    for line in lines(reports):
        terminalreporter.write_line(f"tests/peers: {line}")
