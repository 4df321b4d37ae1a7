"""What is secret stands in no argument of what viewsync starts, which everybody sees, and in no file that stays.

A program in front of each that viewsync starts writes down what it was called with, and then becomes it; and whatever
lives is looked at all the while.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import environment
from tests.support.sessions import create, note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Home, Server

SECRET = "s3cr3t-5f1e9c"  # noqa: S105  of nobody
PROGRAMS = ("tmux", "git", "rm", "sh", "bash", "ps")


class Recorder:
    """What was started in a home, word by word."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.path = os.path.join(home.path, "recorded")
        self.seen: set[bytes] = set()
        self.over = threading.Event()
        folder = os.path.join(home.path, "recording")
        os.mkdir(folder)
        for name in PROGRAMS:
            if real := shutil.which(name):
                self._program(os.path.join(folder, name), real)
        home.env["PATH"] = f"{folder}:{home.env['PATH']}"
        home.env["TMPDIR"] = os.path.join(home.path, "tmp")
        home.env["VIEWSYNC_LOG_LEVEL"] = "debug"
        os.mkdir(home.env["TMPDIR"])
        self.watcher = threading.Thread(target=self._watch)
        self.watcher.start()

    def _program(self, path: str, real: str) -> None:
        told = f"{{ printf '%s ' {os.path.basename(path)} \"$@\"; printf '\\036'; }} >>{self.path}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\n{told}\nexec {real} "$@"\n')
        os.chmod(path, 0o700)

    def _watch(self) -> None:
        """Everything of this home that lives, but for viewsync, whose words a person typed."""
        while not self.over.wait(0.002):
            self.look()

    def look(self) -> None:
        for pid in self.home.processes():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read()
                if b"viewsync" not in words.split(b"\0-")[0] and b"python" not in words.split(b"\0")[0]:
                    self.seen.add(words)

    def told(self) -> list[str]:
        """Where the secret stands."""
        self.look()
        with open(self.path, encoding="utf-8", errors="replace") as file:
            found = [f"arguments: {call}" for call in file.read().split("\036") if SECRET in call]
        found += [f"processes: {words!r}" for words in self.seen if SECRET.encode() in words]
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                with contextlib.suppress(OSError), open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                    if path != self.path and SECRET.encode() in file.read():
                        found.append(f"file: {path}")
        return found


@pytest.fixture
def recorder(home: Home) -> Iterator[Recorder]:
    found = Recorder(home)
    yield found
    found.over.set()
    found.watcher.join()


@pytest.fixture
def server(recorder: Recorder, servers: Callable[..., Server]) -> Server:
    """One that was started with the recorder in place."""
    return servers().start()


def say(server: Server, script: str) -> None:
    """To tmux, by a file that goes again: the words of a test would be found, too."""
    path = os.path.join(server.home.path, "said")
    with open(path, "w", encoding="utf-8") as file:
        file.write(script)
    server.tmux("source-file", path)
    os.unlink(path)


def variable(server: Server, target: str) -> str:
    return server.tmux("show-environment", "-t", target, "TOKEN")


def test_create_and_the_server_that_it_starts(recorder: Recorder, servers: Callable[..., Server]) -> None:
    server = servers()
    made = create(server, "web", "-e", f"TOKEN={SECRET}", "--", "sh", "-c", "sleep 1000; :")
    assert environment(made["pid"])["TOKEN"] == SECRET
    assert variable(server, "=web:") == f"TOKEN={SECRET}"
    assert recorder.told() == []


def test_the_words_of_a_program_that_is_not_there_for_long(recorder: Recorder, server: Server) -> None:
    """They are the program's, and tmux's client has no part in them."""
    create(server, "web", "--", "sh", "-c", f": {SECRET}; exec sleep 1000")
    until(lambda: server.show("=web:", "#{pane_current_command}") == "sleep", "the program")
    assert [line for line in recorder.told() if "tmux -u" in line or "file:" in line] == []


def test_a_template(recorder: Recorder, server: Server) -> None:
    path = os.path.join(server.home.path, "x.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'program = ["sleep", "1000"]\n[environment]\nTOKEN = "{SECRET}"\n')
    made = create(server, "web", "--template", path)
    os.unlink(path)
    assert environment(made["pid"])["TOKEN"] == SECRET
    assert recorder.told() == []


@pytest.mark.parametrize("reused", [True, False])
def test_a_view_and_its_client(recorder: Recorder, server: Server, reused: bool) -> None:
    say(server, f"set-environment -t =proj: TOKEN 'a {SECRET} b'\nset-option -t =proj: @token '{SECRET}'\n")
    if reused:
        server.home.viewsync("open", "--json", "-S", server.socket, "proj")
    _, view = server.open("proj")
    until(
        lambda: not [name for name in os.listdir(server.home.state) if name.startswith("open.conf")], "the file's end"
    )
    assert variable(server, f"={view}:") == f"TOKEN=a {SECRET} b"
    until(lambda: server.tmux("show-options", "-v", "-t", f"={view}:", "@token") == SECRET, "its options")
    assert recorder.told() == []


def test_a_reserved_view(recorder: Recorder, server: Server) -> None:
    say(server, f"set-environment -t =proj: TOKEN {SECRET}\nset-option -t =proj: status-left '{SECRET}'\n")
    view = server.home.viewsync("open", "--json", "-S", server.socket, "proj").json()["view"]
    assert variable(server, f"={view}:") == f"TOKEN={SECRET}"
    assert server.tmux("show-options", "-v", "-t", f"={view}:", "status-left") == SECRET
    assert recorder.told() == []


def test_a_project(recorder: Recorder, servers: Callable[..., Server], home: Home) -> None:
    server, project = servers(), Project(home)
    project.repository()
    text = f"""worktree: {{branch: one}}
session:
  additional_env: {{TOKEN: {SECRET}}}
  pre_create_steps: [{{run: 'test "$TOKEN" = {SECRET[:4]}"{SECRET[4:]}"'}}]
  windows:
    - name: a
      panes: [{{environment: {{OTHER: {SECRET}-2}}}}, {{environment: {{OTHER: {SECRET}-3}}, command: ': $OTHER'}}]
"""
    path = project.command("dev", text)
    assert project.viewsync("trust", "dev", "--yes").code == 0
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert done.code == 0, done
    note_pid(server)
    pids = server.tmux("list-panes", "-a", "-F", "#{pane_pid}").splitlines()
    assert {environment(int(pid))["OTHER"] for pid in pids} == {f"{SECRET}-2", f"{SECRET}-3"}
    _, view = server.open("myapp-one-dev")
    assert variable(server, f"={view}:") == f"TOKEN={SECRET}"
    until(lambda: not [name for name in os.listdir(home.state) if name.startswith("open.conf")], "the file's end")
    os.unlink(path)
    assert recorder.told() == []


@pytest.mark.parametrize("lines", [0, 70])
def test_what_is_sent(recorder: Recorder, server: Server, lines: int) -> None:
    path = os.path.join(server.home.path, "text")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# {'x' * 1000}\n" * lines + f": {SECRET}\n")
    done = server.home.viewsync("send", "-S", server.socket, "-t", "proj", "--file", path)
    assert done.code == 0, done
    os.unlink(path)
    until(lambda: SECRET in server.tmux("capture-pane", "-p", "-S", "-", "-t", "=proj:"), "it")
    assert server.tmux("list-buffers") == ""
    assert recorder.told() == []


def test_what_is_executed(recorder: Recorder, server: Server) -> None:
    create(server, "web")
    done = server.home.viewsync("exec", "-s", "web", "--", f"echo {SECRET} | tr a-z A-Z")
    assert (done.code, done.out) == (0, SECRET.upper() + "\n")
    assert recorder.told() == []


@pytest.mark.parametrize("old", [True, False])
def test_a_file_that_was_left_beside_its_living_client_goes(server: Server, home: Home, old: bool) -> None:
    """As where the server finds no `rm`; one that was written just now is about to be read."""
    tab, _ = server.open("proj")
    path = os.path.join(home.state, f"open.conf-{tab.pid}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SECRET)
    if old:
        os.utime(path, (time.time() - 600,) * 2)
    assert home.viewsync("sweep").code == 0
    assert os.path.exists(path) is not old


def test_the_recorder_sees_what_there_is(recorder: Recorder, server: Server) -> None:
    server.home.run(["tmux", "-S", server.socket, "set-environment", "-t", "=proj:", "TOKEN", SECRET])
    with open(os.path.join(server.home.path, "left"), "w", encoding="utf-8") as file:
        file.write(SECRET)
    found = recorder.told()
    assert {line.partition(":")[0] for line in found} >= {"arguments", "file"}
