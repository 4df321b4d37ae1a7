"""Which row is the last one that says that a client is a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from viewsync.tmux.rules.model import Client
from viewsync.views.rules import tabs

if TYPE_CHECKING:
    from viewsync.registry_shape import ViewRow

CLIENT = Client(500, "/dev/pts/5", "$1", start=7.0)


def row(**fields: Any) -> ViewRow:
    known: Any = {"socket": "/s", "server": "100.1", "pid": 500, "pid_start": 7.0, "opener": 500, **fields}
    found: ViewRow = known
    return found


@pytest.mark.parametrize(
    ("other", "only"),
    [
        ({}, False),
        ({"pid_start": 0.0}, False),  # not known yet
        ({"pid": 501, "opener": 501}, True),
        ({"opener": 0}, True),  # that client is no tab, as far as this one knows
        ({"pid_start": 3.0}, True),  # of an earlier process with its number
        ({"socket": "/t", "server": "200.1", "pid_start": 0.0}, True),  # of another server
    ],
)
def test_another_row_names_the_tab_where_it_is_of_that_client(other: dict[str, Any], only: bool) -> None:
    assert tabs.only_row("gone", {"gone": row(), "other": row(**other)}, [CLIENT]) == only


def test_a_row_whose_client_is_gone_names_no_tab() -> None:
    assert not tabs.only_row("gone", {"gone": row()}, [])
    assert not tabs.only_row("gone", {"gone": row(pid_start=3.0)}, [CLIENT])
    assert not tabs.only_row("missing", {}, [CLIENT])
