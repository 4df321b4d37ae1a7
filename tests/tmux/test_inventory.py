"""Reading a server: partial and strange answers are never taken for whole ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wait import until
from viewsync.errors import TmuxError
from viewsync.tmux import inventory
from viewsync.tmux.rules.model import Client
from viewsync.tmux.server import Tmux, chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server

steady = settings(max_examples=200, derandomize=True, deadline=None, database=None)

SESSION = "S\t$0\t1795000000\t0\t1\t/dev/pts/5\t2\t1\t0\t\t0\t10/dev/pts/5\t@1\t2\tproj-view-1-1\tproj\tproj"
OUTPUT = "\n".join(
    (
        "S\t$1\t1795000000\t1795000001\t0\t *\t0\t0\t0\t1795000099.77\t0\t00\t@3\t1\tother\t\t",
        SESSION,
        "C\t500\t/dev/pts/5\t$0\t01\tother",
        "",
        "if-shell -F x { run-shell -b 'viewsync hook' }",
        "V\t77\t1794000000\t3.3a\t",
        "",
    )
)


def test_a_whole_answer_is_read_in_full() -> None:
    found = inventory.parse("/s", OUTPUT)
    assert found.complete
    assert [session.name for session in found.sessions] == ["other", "proj-view-1-1"]
    assert (found.sessions[0].lease, found.sessions[1].marked_parent) == (1795000099.0, "proj")
    assert [(session.on, session.away, session.kept_unattached) for session in found.sessions] == [
        ((), "", False),
        (("/dev/pts/5",), "/dev/pts/5", True),
    ]
    assert found.clients == (Client(500, "/dev/pts/5", "$0", last="other", busy=False, sizes=True),)
    assert (found.clients[0].pid, found.server.version, len(found.hooks)) == (500, "3.3a", 1)


def test_an_answer_that_breaks_off_is_never_whole() -> None:
    whole = inventory.parse("/s", OUTPUT)
    for end in range(OUTPUT.index("3.3a")):
        with pytest.raises(TmuxError):
            inventory.parse("/s", OUTPUT[:end])
    assert inventory.parse("/s", OUTPUT.rstrip("\n")) == whole


@steady
@given(text=st.text(st.sampled_from("SCVx\t\n$@0123456789.,\x00é\u2028")))
def test_noise_is_an_error_or_incomplete(text: str) -> None:
    try:
        found = inventory.parse("/s", text)
    except TmuxError:
        return
    assert found.server.socket == "/s"
    assert not found.complete or all(line[:1] in ("S", "C", "V", "") for line in text.split("\n"))


@steady
@given(at=st.integers(0, len(SESSION)), noise=st.sampled_from(["\t", "\n", "\nx", "\tx"]))
def test_a_broken_line_makes_the_reading_incomplete(at: int, noise: str) -> None:
    output = OUTPUT.replace(SESSION, SESSION[:at] + noise + SESSION[at:])
    found = inventory.parse("/s", output)
    # A line break at either end of the line, or a tab that moves a name to its neighbour, is all that may pass.
    assert not found.complete or (noise == "\n" and at in (0, len(SESSION)))


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r"])
def test_a_line_ends_with_a_newline_and_nothing_else(char: str) -> None:
    found = inventory.parse("/s", OUTPUT.replace("other", f"o{char}her"))
    assert found.complete
    assert found.sessions[0].name == f"o{char}her"


@pytest.mark.parametrize("name", ["a\x85b", "a\u2028b", "日本", "tab\there"])
def test_one_odd_name_does_not_stop_the_clean_up(server: Server, home: Home, name: str) -> None:
    made = server.run("new-session", "-d", "-s", name)
    assert made.code == 0 or ("\t" in name and "invalid session name" in made.err)  # 3.7 and newer have no such name
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    done = home.viewsync("sweep", "--json")
    assert (done.code, done.json()["ended"]) == (0, 1)


def test_an_option_with_a_line_break_makes_the_reading_incomplete_and_ends_nothing(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    server.tmux("set-option", "-t", "=proj:", "@viewsync_parent", "two\nlines")
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    before = home.rows()
    done = home.viewsync("sweep", "--json")
    assert (done.code, done.json()["ended"]) == (4, 0)
    assert "could not be read in full" in done.err
    assert view in server.sessions()
    assert home.rows() == before


@pytest.mark.parametrize(
    "locale", [{"LANG": "C"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX", "LANG": ""}, {"LC_ALL": "no_SUCH"}]
)
def test_names_beyond_ascii_survive_a_plain_locale(server: Server, home: Home, locale: dict[str, str]) -> None:
    server.tmux("new-session", "-d", "-s", "日本 naïve 🎉")
    opened = home.viewsync("open", "--json", "-S", server.socket, "日本 naïve 🎉", env=locale)
    assert opened.code == 0, opened
    listed = home.viewsync("views", "--json", env=locale).json()
    assert [parent["name"] for parent in listed["parents"]] == ["日本 naïve 🎉"]
    assert home.viewsync("views", env=locale).code == 0
    tab, view = server.open("日本 naïve 🎉", "--new", env=locale)
    assert home.rows()[view]["parent"] == "日本 naïve 🎉"
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the end of the view")


def test_reading_never_starts_a_server(home: Home, servers: Callable[..., Server]) -> None:
    server = servers("never")
    with pytest.raises(TmuxError):
        inventory.inventory(Tmux("tmux", 5.0, home.env), server.socket)
    assert not os.path.exists(server.socket)
    assert chain(["a"], ["b", "c"]) == ["a", ";", "b", "c"]
