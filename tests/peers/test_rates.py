"""The share of files that come out the same: it is measured, printed, and high enough."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from tests.peers import rates

HERE = os.path.dirname(__file__)


@pytest.mark.parametrize("peer", ["tmuxp", "tmuxinator"])
def test_nearly_all_files_come_out_the_same(peer: str) -> None:
    """Of all others their tests hold that import names the key."""
    folder = os.path.join(HERE, peer)
    assert 1 - len(rates.differing(folder)) / len(os.listdir(folder)) >= rates.LEAST


def test_both_rates_are_printed() -> None:
    values = ["tmuxp same", "tmuxp same", "tmuxp different", "tmuxinator same"]
    reports = [SimpleNamespace(when="call", user_properties=[(rates.PROPERTY, value)]) for value in values]
    assert rates.lines([*reports, SimpleNamespace()]) == [
        "tmuxinator: 100.0% of 1 files come out the same (at least 95%)",
        "tmuxp: 66.7% of 3 files come out the same (at least 95%)",
    ]
