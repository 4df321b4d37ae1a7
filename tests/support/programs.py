"""Programs that a machine may lack: tests/programs.txt lists them, and tests/run installs them."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.support.server import ROOT

FILE = os.path.join(ROOT, "tests", "programs.txt")

# Some are for root alone, and in folders that nobody else looks into.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def lacks(program: str) -> bool:
    """Only for what tests/run installs: nothing is skipped for want of what nobody knows to be wanted."""
    with open(FILE, encoding="utf-8") as file:
        listed = {words[0]: words[2:] for line in file if (words := line.split())}
    if program not in listed:
        raise LookupError(f"list {program} in {FILE}, so that tests/run installs it")
    return listed[program] == ["optional"] and shutil.which(program, path=PATH) is None


def skip_without(program: str) -> None:
    if lacks(program):
        pytest.skip(f"no {program} here")
