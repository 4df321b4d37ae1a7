"""The views' own life: `stats views`, `analyze view-usage`, and what came and went today in `monitor`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from tests.commands.test_stats import event, write
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server
    from viewsync.events import Event


def stats(home: Home, *words: str) -> dict[str, Any]:
    done = home.viewsync("stats", "views", "--json", *words)
    assert done.code == 0, done
    return dict(done.json())


def linger(home: Home, seconds: int) -> None:
    path = os.path.join(home.path, "config", "config.toml")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"hooks = false\nlinger = {seconds}\n")


def layers(numbers: dict[str, Any]) -> dict[str, int]:
    return {end["layer"]: end["count"] for end in numbers["ends"]}


def test_what_tmux_ends_by_itself_is_counted_before_a_sweep_has_written_it(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    server.open("proj")
    found = stats(home)["views"]
    assert (found["opened"], found["there_now"], found["attached_now"], found["most_at_once"]) == (2, 2, 2, 2)
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the view's end")
    before = stats(home)["views"]
    assert home.viewsync("sweep").code == 0
    after = stats(home)["views"]
    for found in (before, after):
        assert (found["opened"], found["ended"], layers(found)) == (2, 1, {"tmux": 1})
        assert (found["ended_at_once"], found["delayed"], found["delay_unknown"]) == (1, 0, 0)
        assert (found["there_now"], found["end_unknown"], found["lifetime_unknown"]) == (1, 0, 0)


def test_what_clean_ups_end_and_what_somebody_else_does(server: Server, home: Home) -> None:
    """The first is seen without a client, and ends later; of the second nobody saw when the client went."""
    linger(home, 3600)
    server.remove_hooks()
    for looked in (True, False):
        tab, _ = server.open("proj")
        if looked:
            home.viewsync("sweep")
        tab.hang_up()
        until(lambda: not server.clients(), "the detach")
        home.viewsync("sweep")
        linger(home, 0)
        home.viewsync("sweep")
    tab, view = server.open("proj")
    home.viewsync("sweep")
    server.tmux("kill-session", "-t", f"={view}")
    home.viewsync("sweep")
    found = stats(home, "--parent", "proj")
    numbers = found["views"]
    assert (numbers["opened"], numbers["ended"], layers(numbers)) == (3, 3, {"person": 2, "somebody else": 1})
    assert (numbers["ended_at_once"], numbers["delayed"], numbers["delay_unknown"]) == (0, 1, 1)
    assert numbers["median_delay_seconds"] is not None
    assert [(line["parent"], line["ended"]) for line in found["parents"]] == [("proj", 3)]
    assert home.viewsync("stats", "views", "--parent", "prj").err.strip().endswith("(did you mean proj?)")


def view_event(at: float, kind: str, name: str, **more: object) -> Event:
    return event(at, kind, name, **{"parent": "proj", "what": "view", **more})


def three_days(home: Home) -> None:
    noon = time.mktime((*time.localtime()[:3], 12, 0, 0, 0, 0, -1))
    for days, count in ((1, 3), (2, 1)):
        for number in range(count):
            at, name = noon - days * 86400, f"proj-view-{days}-{number}"
            write(
                home,
                view_event(at, "open", name),
                view_event(at + 600, "detach", name),
                view_event(at + 660, "end", name, trigger="sweeper", reason="stale", seconds=660.0),
            )


def test_the_last_days_as_a_table_and_a_picture(home: Home) -> None:
    three_days(home)
    done = home.viewsync("analyze", "view-usage", "--timeframe", "3d")
    lines = done.out.splitlines()
    assert lines[0].split() == ["DAY", "OPENED", "REUSED", "ENDED", "MEDIAN", "TOGETHER", "DELAY"]
    assert [line.split()[1] for line in lines[1:5]] == ["1", "3", "0", "4"]
    assert lines[4].split() == ["total", "4", "0", "4", "11m", "3", "1m"]
    assert ["sweeper", "end", "stale", "4"] in [line.split() for line in lines]
    assert "opened by day" in lines
    assert home.viewsync("analyze", "view-usage", "--by", "session").out.splitlines()[1].split()[0] == "proj"
    found = home.viewsync("analyze", "view-usage", "--json").json()
    assert [day["opened"] for day in found["days"]] == [0, 0, 0, 0, 1, 3, 0]
    assert found["total"]["median_lifetime_seconds"] == 660
    shown = home.viewsync("stats", "views").out
    assert "client to end    1m in the median; 1m at most, of 4" in shown


def test_without_views_it_says_so_and_refuses_what_views_do_not_have(home: Home) -> None:
    assert home.viewsync("stats", "views").out == "The history has no views yet.\n"
    assert home.viewsync("analyze", "view-usage").out == "No view existed in the last 7d.\n"
    for words in (
        ("stats", "views", "--project", "x"),
        ("stats", "--parent", "x"),
        ("analyze", "view-usage", "--by", "project"),
        ("analyze", "view-usage", "--project", "x"),
        ("analyze", "--parent", "x"),
    ):
        done = home.viewsync(*words)
        assert (done.code, done.err.count("\n")) == (1, 1), words


def test_monitor_has_what_came_and_went_today(server: Server, home: Home) -> None:
    now = time.time()
    write(
        home,
        event(now, "create", "a"),
        event(now, "kill", "a"),
        view_event(now, "open", "proj-view-1-1"),
        view_event(now, "end", "proj-view-1-1", trigger="hook", detail="server", seconds=60.0),
    )
    server.open("proj")
    home.viewsync("sweep")
    today = home.viewsync("monitor", "--once", "--json").json()["today"]
    assert (today["sessions_made"], today["sessions_ended_by"]) == (1, {"killed": 1})
    views = today["views"]
    assert (views["opened"], views["ended"], layers(views), views["end_unknown"]) == (2, 1, {"tmux": 1}, 0)
    shown = home.viewsync("monitor", "--once").out.splitlines()
    assert "sessions today: 1 made, 1 ended (1 killed)" in shown
    assert any(
        line.startswith("views today: 2 opened, 0 reused, 1 ended (1 by tmux), 1m in the median") for line in shown
    )
