"""viewsync registry: the registry row by row, for scripts."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, create, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.sessions import registering
from viewsync.store.registry_file import RegistryFile

if TYPE_CHECKING:
    from tests.support.server import Home, Server
    from viewsync.registry_shape import RegistryData

ODD = ["-x", "a b", 'a"b', "a|b", "$(touch x)", "#{q:x}", "a\nb", "é", "--", "--dry-run", "init", "\\"]


@pytest.mark.parametrize("name", ODD)
def test_a_row_comes_back_as_it_went_in_whatever_its_name(home: Home, name: str) -> None:
    assert home.viewsync("registry", "add", "--", name, "/tmp/a b.sock", f"{name}:0.0", "shell", "12").code == 0
    row = home.viewsync("registry", "get", "--", name).json()
    assert row == rows(home)[name]
    assert (row["socket"], row["target"], row["type"], row["pid"]) == ("/tmp/a b.sock", f"{name}:0.0", "shell", 12)
    assert home.viewsync("registry", "exists", "--", name).code == 0
    assert home.viewsync("registry", "socket", "--", name).out == "/tmp/a b.sock\n"
    assert home.viewsync("registry", "target", "--", name).out == f"{name}:0.0\n"
    assert home.viewsync("registry", "list").json()["sessions"] == {name: row}
    assert home.viewsync("registry", "remove", "--", name).code == 0
    assert rows(home) == {}


def test_a_session_that_is_registered_anew_keeps_its_age_and_what_others_wrote(server: Server, home: Home) -> None:
    create(server, "web")
    by_jq(home, '.sessions.web |= (.created_at = "2025-01-01T00:00:00Z" | .mine = [1])')
    assert home.viewsync("registry", "add", "web", "/tmp/other.sock", "web:1.0").code == 0
    row = rows(home)["web"]
    assert (row["created_at"], row["mine"], row["socket"]) == ("2025-01-01T00:00:00Z", [1], "/tmp/other.sock")
    assert set(row) == {"socket", "target", "type", "created_at", "last_active", "mine"}  # which session it was is gone


def test_d49_a_relative_socket_is_kept_absolute(home: Home) -> None:
    home.viewsync("registry", "add", "web", "rel.sock", "web:0.0")
    assert rows(home)["web"]["socket"] == os.path.abspath("rel.sock")


def test_touch(server: Server, home: Home) -> None:
    add_row(home, "web", server, other="kept")
    assert home.viewsync("registry", "touch", "web").code == 0
    row = rows(home)["web"]
    assert (row["last_active"] > "2025-12", row["other"], row["created_at"][:4]) == (True, "kept", "2025")
    assert home.viewsync("registry", "touch", "nope").code == 1
    assert list(rows(home)) == ["web"]


@pytest.mark.parametrize("verb", ["get", "exists", "socket", "target", "touch", "remove"])
def test_what_is_not_there_is_told_by_the_exit_code(home: Home, verb: str) -> None:
    done = home.viewsync("registry", verb, "nope")
    assert (done.code, done.out, done.err) == (1, "", "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add",), 1, "Missing required arguments (name, socket, target)"),
        (("add", "a", "/s"), 1, "Missing required arguments (name, socket, target)"),
        (("add", "a", "/s", "", "shell"), 1, "Missing required arguments (name, socket, target)"),
        (("add", "a", "/s", "t", "shell", "1e3"), 1, "not a process id: '1e3'"),
        (("add", "a", "/s", "t", "shell", "٣"), 1, "not a process id: '٣'"),
        (("remove",), 1, "Missing session name"),
        (("get", ""), 1, "Missing session name"),
        (("validate",), 1, "there is no registry yet at "),
    ],
)
def test_what_is_missing_is_named(home: Home, words: tuple[str, ...], code: int, said: str) -> None:
    done = home.viewsync("registry", *words)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"registry: {said}")
    assert rows(home) == {}


def test_init_makes_the_file_and_harms_none(home: Home) -> None:
    assert home.viewsync("registry", "init").code == 0
    path = os.path.join(home.state, ".sessions.json")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert home.registry()["sessions"] == {}
    home.viewsync("registry", "add", "a", "/s", "t")
    assert home.viewsync("registry", "init").code == 0
    assert home.viewsync("registry", "validate").code == 0
    assert list(rows(home)) == ["a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": "9.9", "sessions": {}}', "Version mismatch - expected 1.0, got 9.9"),
        ('{"version": "1.0", "sessions": []}', "Invalid registry structure - .sessions is not an object"),
        ("", "the registry "),
        ('{"sess', "the registry "),
    ],
)
def test_d41_d58_what_is_no_registry_gives_2(home: Home, text: str, said: str) -> None:
    os.mkdir(home.state, mode=0o700)
    path = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    for words in (("validate",), ("list",), ("get", "a"), ("cleanup-dead",)):
        done = home.viewsync("registry", *words)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"registry: {said}")
    added = home.viewsync("registry", "add", "a", "/s", "t")
    kept = [name for name in os.listdir(home.state) if "corrupt" in name]
    if "9.9" in text:  # of a newer program: nothing of it is changed
        assert (added.code, kept) == (2, [])
        for words in (("touch", "a"), ("remove", "a"), ("init",)):
            assert home.viewsync("registry", *words).code == 2
        with open(path, encoding="utf-8") as file:
            assert file.read() == text
    else:  # nobody's: set aside, and said so
        assert (added.code, len(kept), list(rows(home))) == (0, 1, ["a"])
        assert "it was saved beside the new one" in added.err


@pytest.mark.parametrize("text", ['{"invalid": "structure"}', '{"sessions": {}}', '{"version": "1.0"}'])
def test_validate_asks_for_all_that_a_registry_says(home: Home, text: str) -> None:
    os.mkdir(home.state, mode=0o700)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write(text)
    done = home.viewsync("registry", "validate")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("registry: Invalid registry structure - there is no .")
    assert home.viewsync("registry", "list").code == 0  # which goes on with it


def test_d35_a_lock_that_is_held_gives_75(home: Home) -> None:
    home.viewsync("registry", "init")
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    env = {"LOCK_TIMEOUT": "0.1"}
    for words in (("add", "a", "/s", "t"), ("remove", "a"), ("touch", "a")):
        done = home.viewsync("registry", *words, env=env)
        assert done.code == 75
        assert done.err.startswith("registry: Failed to acquire lock after 0.1s")
    assert home.viewsync("registry", "exists", "a", env=env).code == 1  # reading needs no lock
    assert rows(home) == {}


def test_cleanup_dead_forgets_and_ends_nothing(server: Server, home: Home) -> None:
    create(server, "web")
    add_row(home, "gone", server)
    assert home.viewsync("registry", "cleanup-dead", "--dry-run").out == "1\n"
    assert len(rows(home)) == 2
    assert home.viewsync("registry", "cleanup-dead").out == "1\n"
    assert (list(rows(home)), server.sessions()) == (["web"], ["proj", "web"])


def test_a_descriptor_that_is_not_the_locks_is_not_trusted(home: Home) -> None:
    """Neither to be locked nor as a lock that is held: it could be any file of the caller's."""
    home.viewsync("registry", "init")
    script = 'exec 9>"$HOME/other"; "$1" registry lock 9; echo $?; '
    script += 'VIEWSYNC_LOCK_HELD=9 LOCK_TIMEOUT=0.1 "$1" registry add a /s t; echo $?'
    lock = os.path.join(home.state, ".sessions.lock")
    holder = home.program(["flock", lock, "sh", "-c", script, "sh", home.launcher])
    holder.wait()
    until(lambda: "75" in holder.text(), "the exit codes")
    assert holder.text().split()[0] == "3"
    assert rows(home) == {}


def test_help_names_what_there_is(home: Home) -> None:
    done = home.viewsync("registry", "--help")
    assert done.code == 0
    assert "cleanup-dead" in done.out


def test_rows_of_a_place_that_is_gone_for_good_are_forgotten_together_where_somebody_says_so(
    server: Server, home: Home
) -> None:
    """A container's: none of them is forgotten by itself, and none whose server still listens."""
    create(server, "web")
    _, view = server.open("proj")
    place = "0badb007.4026531999@a-container"
    lost = f'{{socket: "{home.path}/gone.sock", target: "x:0.0", type: "shell", server: "7.7", place: "{place}"}}'
    by_jq(
        home,
        f'.sessions.one = {lost} | .sessions."two\\u001b" = {lost}'
        f' | .sessions.other = ({lost} | .place = "0badb007.4026531888@a-container")'
        f' | .sessions.listens = ({lost} | .socket = "{server.socket}")'
        f' | .views.seen = ({lost} | del(.target, .type) | .parent = "x")',
    )
    before = home.registry()
    rehearsed = home.viewsync("registry", "forget-place", place, "--dry-run", "--json").json()
    told = {"sessions": ["one", "two\x1b"], "views": ["seen"], "kept": ["listens"]}
    assert {name: rehearsed[name] for name in told} == told
    assert (set(rows(home)), set(home.rows())) == (set(before["sessions"]), {view, "seen"})
    for known in (before["sessions"]["web"]["place"], ""):
        done = home.viewsync("registry", "forget-place", known)
        assert (done.code, "are known here" in done.err) == (1, True), done
    done = home.viewsync("registry", "forget-place", place)
    assert (done.code, done.err, "\x1b" in done.out, done.out.count("forgot ")) == (0, "", False, 3), done
    assert set(rows(home)) == {"web", "other", "listens"}
    assert list(home.rows()) == [view]
    assert home.viewsync("registry", "forget-place", place).out.startswith("kept listens: ")
    assert home.viewsync("registry", "forget-place", "0badb007.1@nowhere").out == "no row is of that place\n"


def test_what_may_live_of_a_place_is_not_forgotten_with_it(home: Home) -> None:
    """Quarantined, behind a folder that cannot be looked into, by a socket that was removed, and used meanwhile."""
    home.viewsync("registry", "init")
    place = "0badb007.4026531999@a-container"
    os.symlink("round", os.path.join(home.path, "round"))
    listens = os.path.join(home.path, "removed.sock")
    lost = f'{{socket: "{home.path}/gone.sock", target: "x:0.0", type: "shell", server: "7.7", place: "{place}"}}'
    by_jq(
        home,
        f".sessions.gone = {lost} | .sessions.kept = ({lost} | .quarantined = true)"
        f' | .sessions.hidden = ({lost} | .socket = "{home.path}/round/x")'
        f' | .sessions.listens = ({lost} | .socket = "{listens}")'
        f" | .sessions.used = {lost}",
    )

    class Used(RegistryFile):
        """Somebody uses a session between the look and the lock."""

        def read(self) -> RegistryData:
            seen = super().read()
            with RegistryFile(home.state).change() as data:
                data["sessions"]["used"]["last_active"] = "now"
            return seen

    ctx = Context(home.env)
    ctx.registry = Used(home.state)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(listens)
        listening.listen()
        os.unlink(listens)
        found = registering.forget_place(ctx, place, dry_run=False)
        assert set(rows(home)) == {"kept", "hidden", "listens", "used"}
        assert (found.sessions, [name for name, _ in found.kept]) == (["gone"], ["kept", "hidden", "listens"])
        assert "kept kept: it is quarantined\n" in home.viewsync("registry", "forget-place", place, "--dry-run").out
