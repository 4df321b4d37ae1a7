"""viewsync analyze: a table and a picture of the last days."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.commands.test_stats import event, write

if TYPE_CHECKING:
    from tests.support.server import Home


@pytest.fixture
def used(home: Home) -> Home:
    """`a` of the project app for an hour, two days ago at noon; `b` for ten minutes yesterday; `old` long ago."""
    noon = time.mktime((*time.localtime()[:3], 12, 0, 0, 0, 0, -1))
    a, b = noon - 2 * 86400, noon - 86400
    write(
        home,
        event(a - 40 * 86400, "create", "old"),
        event(a - 39 * 86400, "kill", "old"),
        event(a, "create", "a", project="app"),
        event(a + 3600, "kill", "a", project="app"),
        event(b, "create", "b"),
        event(b + 600, "kill", "b"),
    )
    return home


def test_s1_by_day(used: Home) -> None:
    done = used.viewsync("analyze", "session-usage", "--timeframe=7d")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].split()[:4] == ["DAY", "SESSIONS", "MADE", "ENDED"]
    assert [line.split()[1] for line in lines[1:9]] == ["0", "0", "0", "0", "1", "1", "0", "2"]
    assert lines[8].split()[0] == "total"
    assert "old" not in done.out
    picture = done.out[done.out.index("time by day") :]
    full, short = (next(line for line in picture.splitlines() if line.endswith(ending)) for ending in ("  1h", "  10m"))
    assert full.count("█") > 5 * short.count("█") > 0
    assert "\033" not in done.out


def test_by_project_and_by_session(used: Home) -> None:
    by_project = used.viewsync("analyze", "--by", "project").out.splitlines()
    assert [line.split()[0] for line in by_project[1:4]] == ["(none)", "app", "total"]
    by_session = used.viewsync("analyze", "--by", "session").out.splitlines()
    assert [line.split()[0] for line in by_session[1:4]] == ["a", "b", "total"]
    assert used.viewsync("analyze", "--by", "session", "--timeframe", "60d").out.splitlines()[3].split()[0] == "old"


def test_as_json(used: Home) -> None:
    found = used.viewsync("analyze", "--json").json()
    assert found["total"]["alive_seconds"] == 4200
    assert sum(day["alive_seconds"] for day in found["days"]) == 4200
    assert len(found["days"]) == 7
    assert found["days"][-1]["day"] == time.strftime("%Y-%m-%d")
    assert {project["project"]: project["made"] for project in found["projects"]} == {"(none)": 1, "app": 1}
    assert used.viewsync("analyze", "--project", "app", "--json").json()["total"]["made"] == 1


def test_an_empty_history_says_so(home: Home) -> None:
    done = home.viewsync("analyze", "--timeframe", "3d")
    assert (done.code, done.out) == (0, "No session existed in the last 3d.\n")
    assert home.viewsync("analyze", "--json").json()["total"]["made"] == 0


def test_a_night_belongs_to_two_days(home: Home) -> None:
    env = {"TZ": "Asia/Tokyo"}
    midnight = int((time.time() + 9 * 3600) // 86400) * 86400 - 9 * 3600  # Tokyo is always nine hours ahead
    write(home, event(midnight - 86400 - 600, "create", "a"), event(midnight - 86400 + 1200, "kill", "a"))
    days = home.viewsync("analyze", "--timeframe", "3d", "--json", env=env).json()["days"]
    assert [day["alive_seconds"] for day in days] == [600, 1200, 0]
    assert [(day["made"], day["ended"]) for day in days] == [(1, 0), (0, 1), (0, 0)]


@pytest.mark.parametrize("env", [{"LANG": "C"}, {"LC_ALL": "C", "LANG": "C.UTF-8"}, {"LANG": "en_US.ISO-8859-1"}])
def test_a_locale_without_unicode_gets_plain_bars(used: Home, env: dict[str, str]) -> None:
    out = used.viewsync("analyze", env=env).out
    assert "####" in out
    assert out.isascii()


def test_the_picture_is_as_wide_as_the_terminal(used: Home) -> None:
    out = used.viewsync("analyze", env={"COLUMNS": "50"}).out
    picture = out[out.index("time by day") :].splitlines()
    assert max(map(len, picture)) == 50


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_only_a_terminal_gets_colour_and_not_against_its_wish(used: Home, env: dict[str, str], coloured: bool) -> None:
    tab = used.tab("analyze", env=env)
    tab.wait()
    assert "time by project" in tab.text()
    assert ("\033[36m" in tab.text()) is coloured


def test_a_name_cannot_command_the_terminal(home: Home) -> None:
    write(home, event(time.time() - 60, "create", "a\033]0;x\a", project="p\033[2J"))
    for words in (("analyze", "--by", "session"), ("analyze", "--by", "project"), ("stats",)):
        assert "\033" not in home.viewsync(*words).out


@pytest.mark.parametrize("timeframe", ["banana", "7", "0d", "-3d", ""])
def test_a_timeframe_that_is_none_is_one_line(home: Home, timeframe: str) -> None:
    done = home.viewsync("analyze", f"--timeframe={timeframe}")
    assert (done.code, done.err.count("\n"), done.out) == (1, 1, "")
    assert "--timeframe: not a duration" in done.err
