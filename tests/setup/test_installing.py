"""Installing and uninstalling into a home, with real tmux, and back to the last byte."""

from __future__ import annotations

import os
import plistlib
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT, alive
from tests.support.tree import tree
from tests.support.wait import until
from viewsync.setup.rules import marked_line, wezterm_module
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server

MARK = marked_line.MARK.decode()


def install(home: Home, *words: str, code: int = 0, **env: str) -> Done:
    done = home.viewsync("install", *words, env=env)
    assert done.code == code, done
    return done


def uninstall(home: Home, *words: str, **env: str) -> Done:
    done = home.viewsync("uninstall", *words, env=env)
    assert done.code == 0, done
    return done


def put(home: Home, name: str, data: bytes = b"", mode: int = 0o644) -> str:
    path = os.path.join(home.path, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)
    return path


def get(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def hooks_of(server: Server) -> list[str]:
    return [server.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS]


def test_a_rehearsal_says_everything_and_changes_nothing(home: Home, server: Server) -> None:
    before = tree(home.path)
    said = install(home, "--dry-run").out
    assert tree(home.path) == before
    assert hooks_of(server) == ["", ""]
    done = install(home).out
    changes = [line.removeprefix("would ") for line in said.splitlines() if line.startswith("would ")]
    assert len(changes) >= 7
    assert done.splitlines()[: len(changes)] == changes


def test_twice_is_the_same_as_once(home: Home, server: Server) -> None:
    install(home)
    once = tree(home.path)
    again = install(home).out
    assert tree(home.path) == once
    assert again.startswith("everything is set up already\n")
    assert all(hooks_of(server))


CONFIGURATIONS = [
    None,
    b"",
    b"set -g mouse on\n",
    b"no newline",
    b"set -g @a b\r\n",
    b"\xff\xfe # latin\n",
    b"bind x \\",
]


@pytest.mark.parametrize("before", CONFIGURATIONS)
def test_uninstall_leaves_not_one_byte(home: Home, before: bytes | None) -> None:
    if before is not None:
        put(home, ".tmux.conf", before, 0o640)
    untouched = tree(home.path)
    install(home)
    assert get(os.path.join(home.path, ".tmux.conf")).startswith(before or b"source-file")
    assert f"{home.state} stays" in uninstall(home).out
    assert sorted(os.listdir(home.state)) == ["README"]
    shutil.rmtree(home.state)
    assert tree(home.path) == untouched


def test_uninstall_with_purge_leaves_nothing_at_all(home: Home, server: Server) -> None:
    command = put(home, "mine.yaml", b"session: {windows: [{name: a}]}\n")
    before = tree(home.path)
    install(home)
    home.viewsync("open", "--json", "proj")
    home.viewsync("cleanup", "--views")
    assert home.viewsync("print", command).code == 0
    assert os.listdir(os.path.join(home.state, "parsed"))
    assert home.viewsync("send", "-S", server.socket, "-t", "proj", "-c", ":").code == 0  # leaves the file of a lease
    file = put(home, "work/.viewsync/commands/dev.yaml", b"session: { windows: [ { name: one } ] }\n")
    assert home.viewsync("run", "--json", file).code == 0  # leaves what was parsed
    for name in ("append-7.7-0.lock", ".index.json", "far-tabs/7-7.7", ".far-tab.tmp-7"):
        put(home, f"state/{name}")
    shutil.rmtree(os.path.join(home.path, "work"))
    uninstall(home, "--purge")
    assert tree(home.path) == before
    server.tmux("display-message", "-p", "x")


@pytest.mark.parametrize("name", ["log", "steps/old", "exec/a/b"])
def test_what_purge_could_not_empty_refuses_it_before_anything_is_changed(home: Home, name: str) -> None:
    """Root is stopped by nothing but whose it is, and anybody else by its mode."""
    install(home)
    folder = os.path.join(home.state, name)
    os.makedirs(folder, exist_ok=True)
    if os.geteuid():
        os.chmod(folder, 0o500)
    else:
        os.chown(folder, 12345, 12345)
    before = tree(home.path)
    for words in (("--purge", "--dry-run"), ("--purge",)):
        done = home.viewsync("uninstall", *words)
        assert (done.code != 0, done.out, folder in done.err, done.err.count("\n")) == (True, "", True, 1), done
    assert tree(home.path) == before
    uninstall(home)
    os.chmod(folder, 0o700)


def test_purge_spares_what_is_not_ours(home: Home) -> None:
    install(home)
    mine = put(home, "state/mine")
    saved = put(home, "state/evidence/x/pane-1.txt")
    assert f"{home.state} stays: it contains other files" in uninstall(home, "--purge").out
    assert sorted(os.listdir(home.state)) == ["evidence", os.path.basename(mine)]
    assert os.path.exists(saved)


def test_purge_spares_the_folder_that_other_tools_share(home: Home) -> None:
    install(home)
    before = tree(home.state)
    said = uninstall(home, "--purge", VIEWSYNC_STATE_DIR="", CLAUDE_TMUX_SOCKET_DIR=home.state).out
    assert "other tools keep their sessions there" in said
    assert tree(home.state) == before


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ([], ".tmux.conf"),
        ([".tmux.conf", ".config/tmux/tmux.conf"], ".tmux.conf"),
        ([".config/tmux/tmux.conf"], ".config/tmux/tmux.conf"),
        (["xdg/tmux/tmux.conf", ".config/tmux/tmux.conf"], "xdg/tmux/tmux.conf"),
    ],
)
def test_the_line_goes_where_tmux_reads(home: Home, there: list[str], chosen: str) -> None:
    for path in there:
        put(home, path, b"set -g @mine 1\n")
    home.env |= {"XDG_CONFIG_HOME": os.path.join(home.path, "xdg")} if "xdg" in chosen else {}
    install(home)
    everywhere = {".tmux.conf", ".config/tmux/tmux.conf", "xdg/tmux/tmux.conf"}
    found = [path for path in everywhere if os.path.exists(os.path.join(home.path, path))]
    assert [path for path in found if MARK.encode() in get(os.path.join(home.path, path))] == [chosen]


def test_a_named_configuration_gets_the_line_and_the_other_one_loses_it(home: Home) -> None:
    install(home)
    mine = put(home, "mine.conf", b"set -g @mine 1\n")
    install(home, "--tmux-conf", mine)
    assert MARK.encode() in get(mine)
    assert not os.path.exists(os.path.join(home.path, ".tmux.conf"))
    install(home)
    assert not os.path.exists(os.path.join(home.path, ".tmux.conf"))
    uninstall(home)
    assert get(mine) == b"set -g @mine 1\n"


def test_a_linked_configuration_stays_a_link(home: Home) -> None:
    real = put(home, "dotfiles/tmux.conf", b"set -g @mine 1\n", 0o640)
    link = os.path.join(home.path, ".tmux.conf")
    os.symlink(os.path.join("dotfiles", "tmux.conf"), link)
    install(home)
    assert os.readlink(link) == os.path.join("dotfiles", "tmux.conf")
    assert MARK.encode() in get(real)
    assert os.stat(real).st_mode & 0o777 == 0o640
    uninstall(home)
    assert os.readlink(link) == os.path.join("dotfiles", "tmux.conf")
    assert get(real) == b"set -g @mine 1\n"


def test_a_link_to_nowhere_is_said_and_nothing_is_done(home: Home) -> None:
    os.symlink("gone", os.path.join(home.path, ".tmux.conf"))
    before = tree(home.path)
    assert "links to gone, which does not exist" in install(home, code=1).err
    assert tree(home.path) == before


def test_a_configuration_with_two_names_keeps_both(home: Home) -> None:
    one = put(home, ".tmux.conf", b"set -g @mine 1\n")
    other = os.path.join(home.path, "other")
    os.link(one, other)
    install(home)
    assert get(one) == get(other)
    uninstall(home)
    assert os.path.samefile(one, other)
    assert get(other) == b"set -g @mine 1\n"


def test_the_owner_of_a_configuration_stays(home: Home) -> None:
    path = put(home, ".tmux.conf", b"set -g @mine 1\n")
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
    before = os.stat(path)
    install(home)
    after = os.stat(path)
    assert after.st_ino != before.st_ino
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)


def test_a_read_only_configuration_is_left_and_the_line_is_named(home: Home) -> None:
    put(home, ".tmux.conf", b"set -g @mine 1\n", 0o444)
    before = tree(home.path)
    error = install(home, "--json", code=1).json()["error"]
    assert error["message"] == f"{home.path}/.tmux.conf is read-only"
    assert error["hint"].startswith("add this line to it yourself: source-file -q '")
    assert tree(home.path) == before


def test_what_fails_late_is_taken_back(home: Home) -> None:
    """A state folder that is a link is refused, after the files were written."""
    put(home, ".tmux.conf", b"set -g @mine 1\n")
    os.mkdir(os.path.join(home.path, "elsewhere"))
    os.symlink("elsewhere", home.state)
    before = tree(home.path)
    done = install(home, code=5)
    assert "symbolic link" in done.err
    assert "the changes before it were rolled back" in done.err
    assert tree(home.path) == before


def test_a_file_that_cannot_be_written_in_full_leaves_nothing(home: Home) -> None:
    """As on a disk that is full: no file may have more than 40 KB, and the WezTerm module has."""
    put(home, ".tmux.conf", b"set -g @mine 1\n")
    before = tree(home.path)
    limited = ["sh", "-c", 'ulimit -f 80; exec "$@"', "sh", home.launcher, "install"]
    done = subprocess.run(limited, env=home.env, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"viewsync.lua: File too large (the changes before it were rolled back)" in done.stderr
    assert tree(home.path) == before


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_nobody_listening_is_no_reason_to_stop(home: Home, verb: str) -> None:
    if verb == "uninstall":
        install(home)
    reader, writer = os.pipe()
    os.close(reader)
    subprocess.run([home.launcher, verb], env=home.env, stdout=writer, check=True)
    os.close(writer)
    assert os.path.exists(os.path.join(home.path, ".tmux.conf")) is (verb == "install")
    assert os.path.exists(os.path.join(home.path, "config", "install.json")) is (verb == "install")


def test_a_line_that_is_commented_out_stays_so(home: Home) -> None:
    install(home)
    path = os.path.join(home.path, ".tmux.conf")
    put(home, ".tmux.conf", b"# mine\n#" + get(path))
    commented = get(path)
    assert f"{path}, line 2: the line of viewsync is commented out, and stays that way" in install(home).out
    assert get(path) == commented
    uninstall(home)
    assert get(path) == commented


def test_a_commented_line_counts_in_whichever_file_it_is(home: Home) -> None:
    """Even where tmux reads another one first, and the record does not know of it any more."""
    put(home, ".tmux.conf", b"mine\n")
    other = put(home, ".config/tmux/tmux.conf", b"# source-file -q '/x' # added by viewsync install\n")
    assert f"{other}, line 1: the line of viewsync is commented out, and stays that way" in install(home).out
    assert get(os.path.join(home.path, ".tmux.conf")) == b"mine\n"


def test_what_was_written_behind_our_line_stays(home: Home) -> None:
    path = put(home, ".tmux.conf", b"mine")
    install(home)
    with open(path, "ab") as file:
        file.write(b"more\n")
    install(home)
    uninstall(home)
    assert get(path) == b"mine\nmore\n"


@pytest.mark.parametrize("name", ["plain", 'it\'s a "b" $HOME [x]*', "#{pid} ;é"])
def test_tmux_reads_the_line_and_a_closed_tabs_view_goes(servers: Callable[..., Server], home: Home, name: str) -> None:
    """The whole way, for a home of any name: configuration, hooks file, hook, launcher."""
    at = os.path.join(home.path, name)
    os.mkdir(at)
    launcher = shutil.copy(home.launcher, at)
    folders = "\n".join(os.path.join(at, folder) for folder in ("state", "log", "config"))
    state = os.path.join(at, "state")
    home.env |= {"HOME": at, "VIEWSYNC_LAUNCHER": launcher, "VIEWSYNC_DIRS": folders, "VIEWSYNC_STATE_DIR": state}
    install(home)
    server = servers()
    server.conf = os.path.join(at, ".tmux.conf")
    server.start()
    assert hooks.stand(hooks_of(server), hooks.caller(launcher))
    home.env |= {"VIEWSYNC_HOOKS": "0"}
    tab, view = server.open("proj")
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the end of the view")


def test_running_servers_get_the_hooks_and_lose_them(servers: Callable[..., Server], home: Home) -> None:
    running = [servers(label).start() for label in ("default", "work space")]
    running[0].tmux("set-hook", "-g", "client-detached[7]", "display-message mine")
    before = [server.tmux("show-hooks", "-g") for server in running]
    assert install(home).out.count("load the hooks into the tmux server on") == 2
    assert all(hooks.stand(hooks_of(server), home.launcher) for server in running)
    assert uninstall(home).out.count("remove the hooks from the tmux server on") == 2
    assert [server.tmux("show-hooks", "-g") for server in running] == before


def test_hooks_of_another_installation_are_not_taken_out(server: Server, home: Home) -> None:
    install(home)
    home.viewsync("install", "--here", env={"VIEWSYNC_LAUNCHER": "/another/viewsync", "TMUX": f"{server.socket},1,0"})
    uninstall(home)
    assert hooks.stand(hooks_of(server), "/another/viewsync")


def test_a_server_that_hangs_is_a_warning(servers: Callable[..., Server], home: Home) -> None:
    hung, well = servers("hung").start(), servers("well").start()
    os.kill(hung.pid, signal.SIGSTOP)
    done = install(home, VIEWSYNC_TMUX_TIMEOUT="0.3")
    assert "did not answer within 0.3 s" in done.err
    assert all(hooks_of(well))
    assert os.path.exists(os.path.join(home.path, ".tmux.conf"))


def test_here_loads_the_hooks_and_writes_nothing(server: Server, home: Home) -> None:
    before = tree(home.path)
    install(home, "--here", TMUX=f"{server.socket},1,0")
    assert hooks.stand(hooks_of(server), home.launcher)
    assert tree(home.path) == before
    assert "--here only works inside tmux" in install(home, "--here", code=1).err


def module(home: Home) -> str:
    return os.path.join(home.path, ".config", "wezterm", "viewsync.lua")


def test_the_module_names_the_launcher(home: Home) -> None:
    install(home)
    shipped = get(os.path.join(ROOT, "lua", "viewsync.lua")).decode()
    assert get(module(home)).decode() == wezterm_module.with_launcher(shipped, home.launcher)


def test_the_lines_for_wezterm_are_said_until_they_are_there(home: Home) -> None:
    assert '  local viewsync = require("viewsync")\n' in install(home).out
    put(home, ".config/wezterm/tabs.lua", b'local viewsync = require("viewsync")\n')
    assert "require" not in install(home).out


def test_a_module_elsewhere_is_loaded_by_its_path(home: Home) -> None:
    folder = os.path.join(home.path, "my modules")
    assert f'dofile("{folder}/viewsync.lua")' in install(home, "--wezterm-dir", folder).out
    install(home)
    assert os.path.exists(os.path.join(folder, "viewsync.lua"))
    assert not os.path.exists(module(home))


def test_a_changed_module_is_kept_beside_and_later_left(home: Home) -> None:
    install(home)
    mine = get(module(home)) + b"-- mine\n"
    put(home, ".config/wezterm/viewsync.lua", mine)
    assert f"{module(home)} stays: it was changed after it was installed" in uninstall(home).out
    assert get(module(home)) == mine
    install(home)
    assert get(module(home)) != mine
    assert get(f"{module(home)}.saved") == mine


def test_a_module_of_an_earlier_version_is_replaced(home: Home) -> None:
    install(home)
    once = tree(home.path)
    install(home, VIEWSYNC_LAUNCHER="/earlier/viewsync")
    assert b'"/earlier/viewsync"' in get(module(home))
    install(home)
    assert tree(home.path) == once


def test_somebody_elses_module_is_not_touched(home: Home) -> None:
    put(home, ".config/wezterm/viewsync.lua", b"return {}\n")
    before = tree(home.path)
    assert f"{module(home)} already exists and was not made by viewsync" in install(home, code=1).err
    assert tree(home.path) == before


def test_a_linked_module_stays_a_link(home: Home) -> None:
    os.makedirs(os.path.dirname(module(home)))
    os.symlink(os.path.join(ROOT, "lua", "viewsync.lua"), module(home))
    install(home)
    uninstall(home)
    assert os.path.islink(module(home))


def test_without_its_record_it_is_found_again(home: Home) -> None:
    """But nobody knows any more whether there was a configuration, and an empty one does no harm."""
    before = tree(home.path)
    install(home)
    os.unlink(os.path.join(home.path, "config", "install.json"))
    installed = tree(home.path)
    for words in ((), ("--purge",), ("--dry-run",)):
        done = home.viewsync("uninstall", *words)
        assert (done.code, "nothing was removed" in done.err, "--unrecorded" in done.err) == (5, True, True), done
    assert tree(home.path) == installed
    uninstall(home, "--purge", "--unrecorded")
    left = {path: what[2] for path, what in tree(home.path).items() if path not in before and what[0] == "file"}
    assert left == {".tmux.conf": b""}


def test_an_environment_stays_as_long_as_a_launcher_that_needs_it(home: Home) -> None:
    """Of an installation in another home, or where somebody changed the launcher: neither goes without the other."""
    prefix = os.path.join(home.path, "prefix")
    venv = os.path.join(prefix, "share/viewsync/venv/1")
    os.makedirs(os.path.dirname(venv))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    packages = [path for path in sys.path if path.endswith("site-packages")]
    for path in (
        os.path.join(folder, "site-packages") for folder, below, _ in os.walk(venv) if "site-packages" in below
    ):
        with open(os.path.join(path, "all.pth"), "w", encoding="utf-8") as file:
            file.write("\n".join([ROOT, *packages]))
    code = "import sys; from viewsync.cli import main; sys.exit(main())"
    python = os.path.join(venv, "bin/python")
    assert home.run([python, "-I", "-c", code, "install", "--prefix", prefix]).code == 0
    launcher = os.path.join(prefix, "bin/viewsync")
    elsewhere = os.path.join(home.path, "elsewhere")
    os.mkdir(elsewhere)
    env = {"HOME": elsewhere, "VIEWSYNC_DIRS": "", "VIEWSYNC_LAUNCHER": "", "VIEWSYNC_STATE_DIR": ""}
    done = home.run([launcher, "uninstall", "--unrecorded"], env=env)
    assert (done.code, os.path.exists(launcher), os.path.exists(python)) == (0, True, True), done
    with open(launcher, "a", encoding="utf-8") as file:
        file.write("# mine\n")
    done = home.run([launcher, "uninstall"])
    assert (done.code, os.path.exists(launcher), os.path.exists(python)) == (0, True, True), done


def test_a_record_that_is_none_is_said(home: Home) -> None:
    install(home)
    put(home, "config/install.json", b'{"files": []}')
    assert "is not an installation record" in home.viewsync("uninstall").err


def test_a_running_sweeper_is_stopped(home: Home) -> None:
    install(home)
    pid = home.viewsync("sweeper", "start", "--json").json()["pid"]
    try:
        assert "stop the sweeper\n" in uninstall(home).out
        until(lambda: not alive(pid), "the end of the sweeper")
    finally:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def service_manager(home: Home, name: str, body: str = "") -> str:
    """Stands in for systemd or launchd, which run no service in a test's home: writes down what it is asked."""
    path = put(home, f"bin/{name}", f'#!/bin/sh\necho "$@" >> {home.path}/asked\n{body}\n'.encode(), 0o755)
    home.env["PATH"] = os.pathsep.join([os.path.dirname(path), home.env["PATH"]])
    return os.path.join(home.path, "asked")


def test_the_sweeper_as_a_systemd_service(home: Home) -> None:
    asked = service_manager(home, "systemctl")
    before = tree(home.path)
    install(home, "--sweeper", "systemd")
    unit = os.path.join(home.path, ".config", "systemd", "user", "viewsync-sweeper.service")
    assert f'"{home.launcher}"' in get(unit).decode()
    assert get(asked).decode().splitlines() == [
        "--user daemon-reload",
        "--user enable viewsync-sweeper.service",
        "--user restart viewsync-sweeper.service",
    ]
    os.unlink(asked)
    install(home)
    assert get(asked).decode().splitlines() == ["--user is-active --quiet viewsync-sweeper.service"]
    os.unlink(asked)
    uninstall(home, "--purge")
    assert get(asked).decode().splitlines() == [
        "--user disable viewsync-sweeper.service",
        "--user stop viewsync-sweeper.service",
    ]
    os.unlink(asked)
    assert tree(home.path) == before


def test_the_service_can_be_given_up(home: Home) -> None:
    unit = os.path.join(home.path, ".config", "systemd", "user", "viewsync-sweeper.service")
    asked = service_manager(home, "systemctl", f'[ "$2" != disable ] || [ -e {unit} ]')  # as the real one has it
    install(home, "--sweeper", "systemd")
    assert install(home, "--sweeper", "none").err == ""
    assert get(asked).decode().splitlines()[-1] == "--user stop viewsync-sweeper.service"
    assert os.listdir(os.path.join(home.path, ".config", "systemd", "user")) == []


def test_the_sweeper_as_a_launchd_agent(home: Home) -> None:
    asked = service_manager(home, "launchctl", '[ "$1" != bootout ]')
    done = install(home, "--sweeper", "launchd")
    agent = os.path.join(home.path, "Library", "LaunchAgents", "org.viewsync.sweeper.plist")
    domain = f"gui/{os.getuid()}"
    assert get(asked).decode().splitlines() == [f"bootout {domain}/org.viewsync.sweeper", f"bootstrap {domain} {agent}"]
    assert done.err == ""


TIMED = ("viewsync-sweep.service", "viewsync-sweep.timer")


def units_of(home: Home) -> list[str]:
    return sorted(os.listdir(os.path.join(home.path, ".config", "systemd", "user")))


def test_the_sweeper_by_a_timer(home: Home) -> None:
    asked = service_manager(home, "systemctl")
    before = tree(home.path)
    assert "start the timer of the sweeper\n" in install(home, "--sweeper", "timer", VIEWSYNC_SWEEP_EVERY="90").out
    assert units_of(home) == [*TIMED]
    folder = os.path.join(home.path, ".config", "systemd", "user")
    assert f'sweeper once\' "{home.launcher}"' in get(os.path.join(folder, TIMED[0])).decode()
    assert "OnUnitInactiveSec=90.000\n" in get(os.path.join(folder, TIMED[1])).decode()
    assert get(asked).decode().splitlines() == [
        "--user daemon-reload",
        "--user enable viewsync-sweep.timer",
        "--user restart viewsync-sweep.timer",
    ]
    os.unlink(asked)
    install(home, VIEWSYNC_SWEEP_EVERY="90")
    assert get(asked).decode().splitlines() == ["--user is-active --quiet viewsync-sweep.timer"]
    os.unlink(asked)
    home.viewsync("sweeper", "once")  # leaves a file
    uninstall(home, "--purge")
    assert get(asked).decode().splitlines() == [
        "--user disable viewsync-sweep.timer",
        "--user stop viewsync-sweep.timer viewsync-sweep.service",
    ]
    os.unlink(asked)
    assert tree(home.path) == before


def test_one_kind_of_sweeper_takes_the_place_of_the_other(home: Home) -> None:
    folder = os.path.join(home.path, ".config", "systemd", "user")
    there = f'case $2 in disable|stop) cd {folder}; shift 2; for unit; do [ -e "$unit" ] || exit 1; done;; esac'
    asked = service_manager(home, "systemctl", there)  # as the real one, which disables nothing that is not there
    for kind, units, stopped in (
        ("systemd", ["viewsync-sweeper.service"], ""),
        ("timer", [*TIMED], "--user stop viewsync-sweeper.service"),
        ("systemd", ["viewsync-sweeper.service"], "--user stop viewsync-sweep.timer viewsync-sweep.service"),
        ("none", [], "--user stop viewsync-sweeper.service"),
    ):
        open(asked, "w", encoding="utf-8").close()
        assert install(home, "--sweeper", kind).err == ""
        assert units_of(home) == units
        assert not stopped or stopped in get(asked).decode().splitlines()


def test_the_timer_is_launchds_where_there_is_no_systemd(home: Home) -> None:
    asked = service_manager(home, "launchctl", '[ "$1" != bootout ]')
    for program in ("sh", "tmux"):
        os.symlink(shutil.which(program) or "", os.path.join(home.path, "bin", program))
    home.env["PATH"] = os.path.join(home.path, "bin")
    assert install(home, "--sweeper", "timer").err == ""
    agent = os.path.join(home.path, "Library", "LaunchAgents", "org.viewsync.sweep.plist")
    domain = f"gui/{os.getuid()}"
    assert get(asked).decode().splitlines() == [f"bootout {domain}/org.viewsync.sweep", f"bootstrap {domain} {agent}"]
    assert plistlib.loads(get(agent))["StartInterval"] == 60
    uninstall(home)
    assert not os.path.exists(agent)


@pytest.mark.parametrize("kind", ["systemd", "launchd", "timer"])
def test_a_sweeper_goes_although_the_record_is_lost(home: Home, kind: str) -> None:
    asked = service_manager(home, "systemctl")
    service_manager(home, "launchctl")
    install(home, "--sweeper", kind)
    os.unlink(os.path.join(home.path, "config", "install.json"))
    assert uninstall(home, "--unrecorded").err == ""
    assert {"systemd": "stop", "launchd": "bootout", "timer": "stop"}[kind] in get(asked).decode().splitlines()[-1]
    assert not [path for path in tree(home.path) if path.endswith((".service", ".timer", ".plist"))]


def test_without_a_service_manager_the_commands_are_said(home: Home) -> None:
    service_manager(home, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    done = install(home, "--sweeper", "systemd")
    assert done.err == (
        "viewsync: Failed to connect to bus; by hand: systemctl --user daemon-reload"
        " && systemctl --user enable viewsync-sweeper.service"
        " && systemctl --user restart viewsync-sweeper.service\n"
    )


def test_json_is_one_value(home: Home) -> None:
    assert set(install(home, "--json").fields()) == {"changes", "notes", "dry_run"}
    assert set(uninstall(home, "--json").fields()) == {"changes", "notes", "dry_run"}


def test_without_a_launcher_it_says_what_makes_one(home: Home) -> None:
    before = tree(home.path)
    done = home.as_module("install")
    assert done.code == 1
    assert "run ./install.sh" in done.err
    assert tree(home.path) == before
