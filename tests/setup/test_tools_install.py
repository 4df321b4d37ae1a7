"""`viewsync install --tools DIR`: the shell tools' names as links, and lib/registry.sh; taken back by uninstall."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.tree import tree
from viewsync.shell_tools.names import TOOLS

if TYPE_CHECKING:
    from tests.support.server import Done, Home


def install(home: Home, *words: str, code: int = 0) -> Done:
    done = home.viewsync("install", *words)
    assert done.code == code, done
    return done


@pytest.fixture
def folder(home: Home) -> str:
    return os.path.join(home.path, "it's a", "tools $folder")


def links(folder: str) -> dict[str, str]:
    return {name: os.readlink(os.path.join(folder, name)) for name in os.listdir(folder) if name != "lib"}


def test_a_rehearsal_says_each_link_and_makes_none(home: Home, folder: str) -> None:
    before = tree(home.path)
    said = install(home, "--tools", folder, "--dry-run").out.splitlines()
    assert tree(home.path) == before
    for name in TOOLS:
        assert f"would link {folder}/{name} to {home.launcher}" in said
    assert f"would write {folder}/lib/registry.sh: the registry for shell scripts" in said
    done = install(home, "--tools", folder).out.splitlines()
    changes = [line.removeprefix("would ") for line in said if line.startswith("would ")]
    assert done[: len(changes)] == changes
    assert links(folder) == dict.fromkeys(TOOLS, home.launcher)


def test_twice_is_the_same_as_once_and_they_stay_by_themselves(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    once = tree(home.path)
    for words in (("--tools", folder), ()):
        assert install(home, *words).out.startswith("everything is set up already\n")
        assert tree(home.path) == once


def test_uninstall_leaves_not_one_byte(home: Home, folder: str) -> None:
    before = tree(home.path)
    install(home, "--tools", folder)
    assert home.viewsync("uninstall").code == 0
    shutil.rmtree(home.state)
    assert tree(home.path) == before


def test_they_work(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    script = ". ./lib/registry.sh; registry_add_session web /tmp/s.sock web:0.0; ./list-sessions.sh"
    env = {**home.env, "PATH": "/usr/bin:/bin", "VIEWSYNC": "/nonexistent"}
    for shell in ("bash", "dash"):
        done = subprocess.run([shell, "-euc", script], cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        assert done.stdout.splitlines()[2].split()[0] == "web"


def test_another_folder_takes_their_place(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    other = os.path.join(home.path, "other")
    install(home, "--tools", other)
    assert links(other) == dict.fromkeys(TOOLS, home.launcher)
    assert os.listdir(folder) in ([], ["lib"])


@pytest.mark.parametrize("kind", ["file", "link", "folder", "dangling link"])
@pytest.mark.parametrize("name", ["safe-send.sh", os.path.join("lib", "registry.sh")])
def test_what_is_not_ours_stays_and_then_nothing_is_changed(home: Home, folder: str, kind: str, name: str) -> None:
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path))
    if kind == "file":
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n# somebody's own\n")
    elif kind == "folder":
        os.mkdir(path)
    else:
        os.symlink("/bin/true" if kind == "link" else "/nonexistent", path)
    before = tree(home.path)
    done = install(home, "--tools", folder, code=1)
    assert path in done.err
    assert tree(home.path) == before


def test_what_somebody_changed_since_stays(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    link, script = os.path.join(folder, "safe-send.sh"), os.path.join(folder, "lib", "registry.sh")
    os.unlink(link)
    os.symlink("/bin/true", link)
    with open(script, "a", encoding="utf-8") as file:
        file.write("# mine\n")
    done = home.viewsync("uninstall")
    assert done.code == 0
    for path in (link, script):
        assert f"{path} stays: it was changed after it was installed" in done.out
    assert sorted(os.listdir(folder)) == ["lib", "safe-send.sh"]
    assert os.readlink(link) == "/bin/true"


def test_a_link_that_somebody_removed_is_made_again(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    os.unlink(os.path.join(folder, "safe-send.sh"))
    said = install(home).out.splitlines()
    assert said[0] == f"link {folder}/safe-send.sh to {home.launcher}"


def test_a_launcher_that_moved_takes_its_links_along(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    moved = os.path.join(home.path, "moved")
    shutil.copy(home.launcher, moved)
    done = home.viewsync("install", env={"VIEWSYNC_LAUNCHER": moved})
    assert done.code == 0
    assert links(folder) == dict.fromkeys(TOOLS, moved)
    with open(os.path.join(folder, "lib", "registry.sh"), encoding="utf-8") as file:
        assert f"_registry_installed={shlex.quote(moved)}\n" in file.read()


def test_a_failure_half_way_takes_the_links_back(home: Home, folder: str) -> None:
    before = tree(home.path)
    os.symlink("/nonexistent", home.state)  # the state folder comes last, and is refused
    assert home.viewsync("install", "--tools", folder).code != 0
    os.unlink(home.state)
    assert tree(home.path) == before


# --- --replace: where the old tools stand -----------------------------------------------------------------------------


LIBRARY = os.path.join("lib", "registry.sh")


@pytest.fixture
def old(folder: str) -> dict[str, tuple[str, int, bytes]]:
    """The tools that were there before, of every kind, and a file beside them; what that looks like."""
    os.makedirs(os.path.join(folder, "lib"))
    for name, mode in (("safe-send.sh", 0o755), ("list-sessions.sh", 0o444), ("lib/time.sh", 0o600), (LIBRARY, 0o400)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n# the old {name}\n")
        os.chmod(os.path.join(folder, name), mode)
    os.symlink("safe-send.sh", os.path.join(folder, "wait-for-text.sh"))
    os.symlink("/nonexistent", os.path.join(folder, "find-sessions.sh"))
    os.mkdir(os.path.join(folder, "kill-session.sh"))
    return tree(folder)


OLD = ("safe-send.sh", "list-sessions.sh", "wait-for-text.sh", "find-sessions.sh", "kill-session.sh", LIBRARY)


def test_replace_keeps_each_beside_its_place_and_uninstall_puts_it_back(
    home: Home, folder: str, old: dict[str, tuple[str, int, bytes]]
) -> None:
    everything = tree(home.path)
    done = install(home, "--tools", folder, code=1)
    assert "already exists and was not made by viewsync (move it away, or let --replace keep it as " in done.err
    rehearsed = install(home, "--tools", folder, "--replace", "--dry-run").out.splitlines()
    assert tree(home.path) == everything
    times = {name: os.lstat(os.path.join(folder, name)).st_mtime_ns for name in OLD}
    said = install(home, "--tools", folder, "--replace").out.splitlines()
    for name in OLD:
        path = os.path.join(folder, name)
        assert f"keep {path} as {path}.orig" in said
        assert f"would keep {path} as {path}.orig" in rehearsed
    now = tree(folder)
    assert {name: now[f"{name}.orig"] for name in OLD} == {name: old[name] for name in OLD}
    assert all(os.readlink(os.path.join(folder, name)) == home.launcher for name in TOOLS)
    # Once more changes nothing, with or without the flag, and what was kept stays known.
    for words in ((), ("--tools", folder, "--replace")):
        assert install(home, *words).out.startswith("everything is set up already\n")
    assert tree(folder) == now
    assert home.viewsync("uninstall").code == 0
    shutil.rmtree(home.state)
    assert tree(home.path) == everything
    assert {name: os.lstat(os.path.join(folder, name)).st_mtime_ns for name in OLD} == times


def test_what_somebody_did_meanwhile_is_not_lost(home: Home, folder: str, old: object) -> None:
    install(home, "--tools", folder, "--replace")
    send, listing, find, wait, library = (
        os.path.join(folder, name)
        for name in ("safe-send.sh", "list-sessions.sh", "find-sessions.sh", "wait-for-text.sh", LIBRARY)
    )
    for path in (send, listing):  # a new one in its place; the second is replaced once more
        os.unlink(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write("new\n")
        if path == send:
            install(home, "--replace")
    os.unlink(find)  # nothing in its place: what was there comes back
    os.unlink(f"{wait}.orig")  # what was there is gone
    with open(library, "a", encoding="utf-8") as file:
        file.write("# mine\n")
    done = home.viewsync("uninstall")
    assert done.code == 0
    left = tree(folder)
    assert (left["safe-send.sh"][2], left["safe-send.sh.orig"][2]) == (b"new\n", b"#!/bin/sh\n# the old safe-send.sh\n")
    assert left["list-sessions.sh"][2] == b"new\n"
    assert left["list-sessions.sh.orig"][2] == b"#!/bin/sh\n# the old list-sessions.sh\n"
    assert left["find-sessions.sh"][2] == b"/nonexistent"
    assert left[LIBRARY][2].endswith(b"# mine\n")
    assert left[f"{LIBRARY}.orig"][2] == b"#!/bin/sh\n# the old lib/registry.sh\n"
    assert not {"wait-for-text.sh", "wait-for-text.sh.orig", "find-sessions.sh.orig", "safe-send.sh.orig-2"} & set(left)
    for said in (
        f"{send}.orig stays: it stood at {send} before",
        f"{listing} stays: it was changed after it was installed",
        f"{listing}.orig stays: it stood at {listing} before",
        f"{wait}: what stood there before is gone from {wait}.orig",
        f"{library} stays: it was changed after it was installed",
        f"{library}.orig stays: it stood at {library} before",
    ):
        assert said in done.out.splitlines()


def test_a_name_for_what_is_kept_is_never_one_that_is_taken(home: Home, folder: str, old: object) -> None:
    taken = os.path.join(folder, "safe-send.sh.orig")
    with open(taken, "w", encoding="utf-8") as file:
        file.write("somebody's own\n")
    before = tree(folder)
    said = install(home, "--tools", folder, "--replace").out
    assert f"keep {folder}/safe-send.sh as {folder}/safe-send.sh.orig-2\n" in said
    assert tree(folder)["safe-send.sh.orig"] == before["safe-send.sh.orig"]
    assert home.viewsync("uninstall").code == 0
    assert tree(folder) == before


def test_a_replacement_that_fails_half_way_is_taken_back(home: Home, folder: str, old: object) -> None:
    before = tree(home.path)
    os.symlink("/nonexistent", home.state)  # the state folder comes last, and is refused
    assert home.viewsync("install", "--tools", folder, "--replace").code != 0
    os.unlink(home.state)
    assert tree(home.path) == before


def test_a_folder_that_is_left_gets_its_own_back(home: Home, folder: str, old: object) -> None:
    before = tree(folder)
    install(home, "--tools", folder, "--replace")
    install(home, "--tools", os.path.join(home.path, "other"))
    assert tree(folder) == before


def test_an_upgrade_goes_on_without_a_new_name_that_is_taken(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    # As an earlier version left it: without that name, which somebody took since.
    (path,) = [os.path.join(at, "install.json") for at, _, names in os.walk(home.path) if "install.json" in names]
    mine = os.path.join(folder, "monitor-pane.sh")
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    del record["links"][mine], record["replaced"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(record, file)
    os.unlink(mine)
    with open(mine, "w", encoding="utf-8") as file:
        file.write("mine\n")
    assert f"{mine} stays: it was not made by viewsync; --replace would keep it beside" in install(home).out
    assert home.viewsync("uninstall").code == 0
    assert os.listdir(folder) == ["monitor-pane.sh"]


def test_replace_without_a_folder_is_refused(home: Home) -> None:
    before = tree(home.path)
    done = install(home, "--replace", code=1)
    assert "--replace goes with the shell tools" in done.err
    assert tree(home.path) == before


def test_the_record_names_them(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    (path,) = [os.path.join(at, "install.json") for at, _, names in os.walk(home.path) if "install.json" in names]
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    assert record["tools"] == folder
    assert len(record["links"]) == len(TOOLS)
