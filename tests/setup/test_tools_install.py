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


def test_the_record_names_them(home: Home, folder: str) -> None:
    install(home, "--tools", folder)
    (path,) = [os.path.join(at, "install.json") for at, _, names in os.walk(home.path) if "install.json" in names]
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    assert record["tools"] == folder
    assert len(record["links"]) == 8
