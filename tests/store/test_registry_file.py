"""The registry under many writers, on bad disks, with bad contents, and beside jq under flock(1)."""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.support import in_namespace, python, run, start, together
from tests.support import forms
from tests.support.wait import until
from viewsync.store.registry_file import RegistryFile, Strange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Home, Server

ADD = """
from viewsync.store.registry_file import RegistryFile
print("ready", flush=True)
sys.stdin.read()
folder, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(count):
    with RegistryFile(folder).change() as data:
        data["sessions"][f"{first}-{number}"] = {"socket": "/s"}
"""


@pytest.fixture
def folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="vs-") as path:
        yield path


def write(folder: str, text: str) -> None:
    with open(os.path.join(folder, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write(text)


def read(folder: str) -> str:
    with open(os.path.join(folder, ".sessions.json"), encoding="utf-8") as file:
        return file.read()


def test_many_writers_at_once_lose_nothing(folder: str) -> None:
    many = range(200 if forms.long else 60)
    assert together([start(python(ADD, folder, str(number), "1")) for number in many]) == []
    assert set(RegistryFile(folder).read()["sessions"]) == {f"{number}-0" for number in many}
    assert sorted(os.listdir(folder)) == [".sessions.json", ".sessions.lock"]


def test_a_reader_without_the_lock_sees_a_whole_registry_at_all_times(folder: str) -> None:
    with RegistryFile(folder).change() as data:
        data["sessions"]["first"] = {"socket": "/s"}
    writer = start(python(ADD, folder, "more", "300"))
    assert writer.stdin
    writer.stdin.close()
    writer.stdin = None
    counts = [1]
    while writer.poll() is None:
        counts.append(len(RegistryFile(folder).read()["sessions"]))
    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    assert writer.communicate() == ("ready\n", "")
    assert len(RegistryFile(folder).read()["sessions"]) == 301


def test_jq_under_flock_and_viewsync_exclude_each_other(folder: str) -> None:
    """The shell tools' way of writing: nothing of either side is lost."""
    write(folder, '{"version": "1.0", "sessions": {}, "mine": [1, {"a": null}]}')
    jq = """
        echo ready; cat; cd "$1"; n=0
        while [ $n -lt 20 ]; do
            flock -w 20 .sessions.lock sh -c '
                jq --arg name "jq-$1" ".sessions[\\$name] = {socket: \\"/s\\"}" .sessions.json >mine.tmp &&
                mv mine.tmp .sessions.json' - "$2-$n"
            n=$((n + 1))
        done"""
    writers = [start(["sh", "-euc", jq, "-", folder, str(number)]) for number in range(2)]
    writers += [start(python(ADD, folder, str(number), "20")) for number in range(2)]
    assert together(writers) == []
    found: Any = RegistryFile(folder).read()
    jqs = {f"jq-{writer}-{number}" for writer in range(2) for number in range(20)}
    ours = {f"{writer}-{number}" for writer in range(2) for number in range(20)}
    assert set(found["sessions"]) == jqs | ours
    assert found["mine"] == [1, {"a": None}]


def test_unknown_keys_are_kept_everywhere(folder: str) -> None:
    before = {
        "version": "1.3",
        "mine": {"deep": [1, 2.5, None, "日本"]},
        "sessions": {"a": {"socket": "/s", "odd": {"x": []}}},
        "views": {"v": {"socket": "/s", "odd": True}},
        "guis": {},
    }
    write(folder, json.dumps(before))
    with RegistryFile(folder).change() as data:
        data["sessions"]["b"] = {"socket": "/t"}
    after: dict[str, Any] = json.loads(read(folder))
    del after["sessions"]["b"]
    assert after == before


def test_a_change_that_changes_nothing_writes_nothing(folder: str) -> None:
    write(folder, '{"sessions": {}}')
    with RegistryFile(folder).change():
        pass
    assert read(folder) == '{"sessions": {}}'


def test_a_failing_change_writes_nothing(folder: str) -> None:
    with RegistryFile(folder).change() as data:
        data["views"]["v"] = {"socket": "/s"}
    before = read(folder)
    with pytest.raises(KeyError), RegistryFile(folder).change() as data:
        raise KeyError(data["views"].popitem())
    assert read(folder) == before
    with RegistryFile(folder, 0).change():
        pass  # the lock is free


def test_a_newer_version_is_refused_and_untouched(server: Server, home: Home) -> None:
    text = '{"version": "2.0", "sessions": {"future": 1}}'
    os.makedirs(home.state, mode=0o700)
    write(home.state, text)
    done = home.viewsync("open", "--json", "-S", server.socket, "proj")
    assert done.code == 5
    assert "newer than this viewsync knows" in done.err
    for verb in (["sweep"], ["hook"], ["cleanup", "--views"]):
        home.viewsync(*verb, env={"TMUX": f"{server.socket},1,0"})
    assert read(home.state) == text
    assert server.sessions() == ["proj"]


CORRUPT = [
    "",
    " \n",
    "{",
    "[]",
    "null",
    "[" * 100_000,
    "\0\1\2",
]


@pytest.mark.parametrize("text", CORRUPT, ids=lambda text: repr(text[:60]))
def test_a_corrupt_file_is_set_aside_and_rebuilt_from_the_marks(server: Server, home: Home, text: str) -> None:
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    write(home.state, text)
    first = home.viewsync("sweep", "--json")
    assert first.code == 4
    assert "the registry" in first.json()["errors"][0]
    assert (first.json()["ended"], first.json()["kept"]) == (0, 1)
    assert view in server.sessions()
    aside = [name for name in os.listdir(home.state) if ".corrupt-" in name]
    assert len(aside) == 1
    with open(os.path.join(home.state, aside[0]), encoding="utf-8") as file:
        assert file.read() == text
    assert home.rows()[view]["parent"] == "proj"
    second = home.viewsync("sweep", "--json")
    assert (second.code, second.json()["ended"]) == (0, 1)
    assert server.sessions() == ["proj"]
    assert [name for name in os.listdir(home.state) if ".corrupt-" in name] == aside


def test_whoever_sets_a_corrupt_file_aside_tells_of_it(home: Home) -> None:
    home.viewsync("registry", "init")
    write(home.state, '{"views": ')
    done = home.viewsync("registry", "init")
    (aside,) = [name for name in os.listdir(home.state) if ".corrupt-" in name]
    assert "is not JSON" in done.err
    assert aside in done.err
    with open(os.path.join(home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        assert aside in file.read()


STRANGE = [
    '{"views": {"v": {"socket": "/s", "pid": "many"}}}',
    '{"views": {"v": {"socket": "/s", "pid": [1]}}}',
    '{"views": {"v": {"socket": ["/s"]}}}',
    '{"views": {"v": {"socket": "/s", "created": "2026-11-23T10:00:00Z"}}}',
    '{"views": {"v": {"server": 7, "parent": {}, "tty": ["x"], "idle_since": true, "pid": 1e400}}}',
    '{"guis": {"1": {"start": "x", "ttys": 7}}}',
    '{"guis": {"x": {"ttys": [7, null, []]}, "-1": {}, "1": {"ttys": [7, null, [], {}]}}}',
]


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_value_of_somebody_elses_stops_nothing(server: Server, home: Home, text: str) -> None:
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    write(home.state, text)
    for words in (["views"], ["hook"], ["sweep"], ["open", "--json", "-S", server.socket, "proj"], ["sweep"]):
        # On a busy machine a tmux that does not answer in time would be what the log tells of.
        env = {"TMUX": f"{server.socket},{server.pid},0", "VIEWSYNC_TMUX_TIMEOUT": "60"}
        done = home.viewsync(*words, env=env)
        assert done.code == 0, (words, done)
        assert done.err == ""
    assert view not in server.sessions()
    assert not [name for name in os.listdir(home.state) if ".corrupt-" in name or name == "log"]


def test_a_path_that_is_no_utf8_comes_back_and_jq_still_reads_the_file(folder: str) -> None:
    with RegistryFile(folder).change() as data:
        data["views"]["v"] = {"socket": "/caf\udce9", "tty": "日本"}
    assert RegistryFile(folder).read()["views"]["v"]["socket"] == "/caf\udce9"
    assert run(["jq", "-r", ".views.v.tty", os.path.join(folder, ".sessions.json")]).out == "日本\n"


def test_a_lone_surrogate_of_somebody_elses_is_kept(folder: str) -> None:
    write(folder, '{"sessions": {"odd": {"text": "\\ud800"}}}')
    with RegistryFile(folder).change() as data:
        data["sessions"]["mine"] = {"socket": "/日本"}
    found: Any = RegistryFile(folder).read()
    assert found["sessions"]["odd"]["text"] == "\ud800"


def test_reading_what_cannot_be_read_is_an_error_and_not_an_empty_registry(folder: str) -> None:
    os.mkdir(os.path.join(folder, ".sessions.json"))
    with pytest.raises(Strange, match="is a folder, so it was not used"):
        RegistryFile(folder).read()


def test_a_full_disk_keeps_the_old_file_and_says_so(server: Server, home: Home) -> None:
    state = os.path.join(home.path, "full")
    os.mkdir(state)
    done = in_namespace(
        f"""
        mount -t tmpfs -o size=32k,mode=700 none {state}
        echo '{{"version": "1.0", "sessions": {{"kept": {{"socket": "/s"}}}}}}' >{state}/.sessions.json
        cp {state}/.sessions.json {home.path}/before
        dd if=/dev/zero of={state}/filler bs=1k count=64 2>/dev/null || :
        {home.launcher} open --json -S {server.socket} proj || echo code $?
        {home.launcher} sweep || echo code $?
        TMUX={server.socket},1,0 {home.launcher} hook || echo code $?
        ls -A {state}
        cmp {state}/.sessions.json {home.path}/before && echo same
        """,
        {**home.env, "VIEWSYNC_STATE_DIR": state},
    )
    assert "No space left on device" in done.err
    assert "the registry is as it was before" in done.err
    assert "Traceback" not in done.err
    assert "code 5\n" in done.out
    assert "code 70" not in done.out
    assert "tmp-" not in done.out
    assert done.out.endswith("same\n")
    assert server.sessions() == ["proj"]


def test_a_read_only_folder_is_a_clear_error_and_nothing_ends(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    before = read(home.state)
    done = in_namespace(
        f"""
        mount --bind {home.state} {home.state}
        touch {home.state}/.sessions.json.tmp-999999
        mount -o remount,ro,bind {home.state}
        {home.launcher} sweep --dry-run || echo dry sweep $?
        {home.launcher} open --json -S {server.socket} proj || echo open $?
        TMUX={server.socket},1,0 {home.launcher} hook || echo hook $?
        {home.launcher} cleanup --views --dry-run || echo dry $?
        {home.launcher} views || echo views $?
        """,
        {**home.env, "VIEWSYNC_HOOKS": "0"},
    )
    assert "Read-only file system" in done.err
    assert "Traceback" not in done.err
    assert "open 5\n" in done.out
    assert "70" not in [line.split()[-1] for line in done.out.splitlines() if line]
    assert read(home.state) == before


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o750])
def test_an_open_folder_of_ours_is_closed_to_others(home: Home, mode: int) -> None:
    os.mkdir(home.state)
    os.chmod(home.state, mode)
    assert home.viewsync("sweep").code == 0
    assert os.stat(home.state).st_mode & 0o777 == 0o700


def test_an_open_folder_that_cannot_be_closed_is_refused(home: Home) -> None:
    os.mkdir(home.state)
    os.chmod(home.state, 0o755)  # noqa: S103  what is to be refused
    done = in_namespace(
        f"mount --bind {home.state} {home.state}; mount -o remount,ro,bind {home.state}; {home.launcher} views",
        home.env,
    )
    assert "cannot be closed" in done.err
    assert "a bug" not in done.err


def test_a_symlinked_folder_is_refused(server: Server, home: Home) -> None:
    victim = os.path.join(home.path, "victim")
    os.mkdir(victim)
    os.symlink(victim, home.state)
    done = home.viewsync("open", "--json", "-S", server.socket, "proj")
    assert done.code == 5
    assert "is a symbolic link" in done.err
    assert os.listdir(victim) == []


def test_somebody_elses_folder_is_refused(servers: Callable[..., Server], home: Home) -> None:
    """Root gives a folder away; who is not root is shown one of root's."""
    state = home.state if os.geteuid() == 0 else "/usr"
    if os.geteuid() == 0:
        os.mkdir(state, mode=0o700)
        os.chown(state, 12345, -1)
    server = servers().start()
    done = home.viewsync("open", "--json", "-S", server.socket, "proj", env={"VIEWSYNC_STATE_DIR": state})
    assert done.code == 5
    assert "belongs to another user" in done.err
    assert server.sessions() == ["proj"]


def test_a_file_in_place_of_the_folder_is_refused(home: Home) -> None:
    with open(home.state, "w", encoding="utf-8") as file:
        file.write("mine")
    done = home.viewsync("sweep")
    assert "is not a folder" in done.err
    with open(home.state, encoding="utf-8") as file:
        assert file.read() == "mine"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1E+400", "NaN", "Infinity", "-Infinity", "9" * 400, "9" * 5000])
def test_what_is_no_number_is_none_and_stays_out_of_the_file(folder: str, number: str) -> None:
    write(
        folder,
        f'{{"version": "1.0", "sessions": {{"a": {{"socket": "/s", "odd": {number}, "x": 1e2}}}},'
        f' "views": {{"v": {{"socket": "/s", "created": {number}, "pid": 7, "big": 12345678901234567890}}}}}}',
    )
    with RegistryFile(folder).change() as data:
        assert "created" not in data["views"]["v"]
        data["sessions"]["b"] = {"socket": "/t"}
    after = json.loads(read(folder), parse_constant=pytest.fail)
    assert after["sessions"]["a"] == {"socket": "/s", "odd": None, "x": 100.0}
    assert after["views"]["v"] == {"socket": "/s", "pid": 7, "big": 12345678901234567890}


def test_a_text_that_looks_like_such_a_number_stays(folder: str) -> None:
    write(folder, '{"version": "1.0", "sessions": {"a": {"socket": "/s1e999", "odd": "NaN", "n": 2.5, "m": 3}}}')
    with RegistryFile(folder).change() as data:
        data["sessions"]["b"] = {"socket": "/t"}
    assert json.loads(read(folder))["sessions"]["a"] == {"socket": "/s1e999", "odd": "NaN", "n": 2.5, "m": 3}
