"""viewsync heartbeat: the session is in use now, and that is all that changes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.support.sessions import add_row, create, rows
from viewsync.text.timestamps import epoch

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_last_active_is_now(server: Server, home: Home) -> None:
    add_row(home, "web", server, note="kept")
    before = rows(home)["web"]
    done = home.viewsync("heartbeat", "-s", "web", "--json", env={"TZ": "Asia/Tokyo"})
    after = rows(home)["web"]
    assert done.fields() == {"name": "web", "last_active": after["last_active"]}
    assert abs(epoch(after.pop("last_active")) - time.time()) < 60
    assert after.items() <= before.items()


def test_without_a_name_the_only_one_is_meant(server: Server, home: Home) -> None:
    assert home.viewsync("heartbeat").code == 3
    create(server, "web")
    assert home.viewsync("heartbeat").code == 0
    create(server, "db")
    done = home.viewsync("heartbeat")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "Multiple sessions found (2 total)" in done.err
