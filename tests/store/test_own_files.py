"""What is not ours is not used: FIFOs, links, devices, and what is others' in the places of ours; open folders."""
# ruff: noqa: S103  modes that are too open are what is tried here

from __future__ import annotations

import functools
import json
import os
import socket as unix
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import forms
from tests.support.sessions import add_row, rows
from tests.support.two_users import needs_root
from viewsync.errors import StateError
from viewsync.store import own_files, pending_steps, trusted_steps
from viewsync.system import users
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Done, Home, Server

PLACES = [
    ".sessions.json",
    ".sessions.lock",
    ".sweeper.lock",
    "trust.json",
    ".trust.lock",
    "history.db",
    "history.db-wal",
    "history.db-shm",
    "history.db-journal",
    "log",
    "log/viewsync.log",
    "pending",
    "pending/1.1-0.json",
    "steps",
    "leases",
    "exec",
    "backups",
    "evidence",
    "sweeper.out",
]
STEPS = """\
session:
  windows: [{name: editor}]
  pre_create_steps: [{name: build, run: echo built > built}]
"""
CLEANUP = """\
session:
  windows: [{name: editor}]
  cleanup_steps: [{name: clean, run: echo x > cleaned}]
"""


def fifo(path: str, victim: str) -> None:
    os.mkfifo(path)


def link(path: str, victim: str) -> None:
    os.symlink(victim, path)


def link_to_nothing(path: str, victim: str) -> None:
    os.symlink(f"{victim}-new", path)


def hard_link(path: str, victim: str) -> None:
    os.link(victim, path)


def listening(path: str, victim: str) -> None:
    with unix.socket(unix.AF_UNIX) as made:
        made.bind(path)


def folder(path: str, victim: str) -> None:
    os.mkdir(path)


def device(path: str, victim: str) -> None:
    needs_root()
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 7))  # as /dev/full


def of_somebody(path: str, victim: str) -> None:
    needs_root()
    with open(path, "w", encoding="utf-8"):
        pass
    os.chown(path, 12345, 12345)


MAKERS = [fifo, link, link_to_nothing, hard_link, listening, folder, device, of_somebody]


def put(home: Home, place: str, make: Callable[[str, str], None]) -> tuple[str, str]:
    """Such a thing in the place of a file or folder of ours; its path, and that of a file of the user's."""
    path, victim = os.path.join(home.state, place), os.path.join(home.path, "victim")
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    os.chmod(home.state, 0o700)
    with open(victim, "w", encoding="utf-8") as file:
        file.write("precious")
    make(path, victim)
    return path, victim


def below(folder: str) -> dict[tuple[int, int], str]:
    """Everything in it, by what it is."""
    found = {}
    for where, folders, names in os.walk(folder):
        for name in (*folders, *names):
            one = os.lstat(os.path.join(where, name))
            found[one.st_ino, one.st_dev] = os.path.join(where, name)
    return found


def text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


FOLDERS = ["log", "pending", "steps", "leases", "exec", "backups", "evidence"]
VERBS = [
    "list",
    "doctor",
    "sweep",
    "open --json -S {socket} proj",
    "exec -S {socket} -t proj -- true",
]


@functools.cache
def combinations() -> list[tuple[str, Callable[[str, str], None], str]]:
    found = forms.covering(PLACES, [fifo, link, link_to_nothing, hard_link, folder, device], VERBS)
    # A folder has no second name.
    return [(place, make, verb) for place, make, verb in found if (make, place in FOLDERS) != (hard_link, True)]


@pytest.mark.parametrize("place", PLACES)
def test_whatever_stands_in_the_place_of_ours_no_verb_hangs_or_writes_through_it(
    server: Server, home: Home, place: str
) -> None:
    for number, (_, make, verb) in enumerate(found for found in combinations() if found[0] == place):
        path, victim = put(home, place, make)
        before = os.lstat(path)
        words = verb.format(socket=server.socket).split()
        done = home.viewsync(*words, timeout=30, env={"VIEWSYNC_LOG_LEVEL": "debug"})
        assert "Traceback" not in done.err + done.out, (make, words)
        assert done.code != 70, (make, words, done)
        assert text(victim) == "precious"
        assert not os.path.exists(f"{victim}-new")
        assert (before.st_ino, before.st_dev) in below(home.state), f"{make} is kept"
        os.rename(home.state, f"{home.path}/was-{number}")


@pytest.mark.parametrize("make", MAKERS)
def test_a_registry_that_is_none_of_ours_is_told_and_set_aside_by_the_first_write(
    server: Server, home: Home, make: Callable[[str, str], None]
) -> None:
    path, _ = put(home, ".sessions.json", make)
    before = os.lstat(path)
    done = home.viewsync("list")
    if make is hard_link:
        assert "is not JSON" in done.err
        return
    assert done.code == 1
    assert f"the registry {path} is " in done.err
    assert "so it was not used" in done.err
    assert os.path.samestat(os.lstat(path), before)
    made = home.viewsync("open", "--json", "-S", server.socket, "proj")
    assert made.code == 0
    (aside,) = [name for name in os.listdir(home.state) if name.startswith(".sessions.json.set-aside-")]
    assert made.err.endswith(f"so it was not used: it was set aside as {home.state}/{aside}\n")
    assert len(home.rows()) == 1


@pytest.mark.parametrize("place", ["pending/1.1-0.json", "pending", "trust.json", "log", "log/viewsync.log"])
def test_the_new_name_is_told_and_stands_in_the_log(server: Server, home: Home, project: Project, place: str) -> None:
    path, _ = put(home, place, fifo)
    project.command("dev", STEPS)
    done = project.viewsync("run", "dev", "-S", server.socket, env={"VIEWSYNC_LOG_LEVEL": "debug"})
    assert "built" not in os.listdir(project.root)
    done = done if "set aside" in done.err else home.viewsync("sweep")
    assert f"{path} was a FIFO, so it was not used: it was set aside as {path}.set-aside-" in done.err
    assert f"{path} was a FIFO" in text(os.path.join(home.state, "log", "viewsync.log"))


def test_doctor_tells_of_it_and_changes_nothing(home: Home) -> None:
    for place in ("pending", "history.db", ".sessions.json", "log"):
        put(home, place, fifo)
    before = below(home.state)
    done = home.viewsync("doctor")
    assert below(home.state).items() >= before.items()
    assert f"the registry {home.state}/.sessions.json is a FIFO" in done.out
    assert "history.db is a FIFO" in done.out


def test_doctor_names_what_was_set_aside(home: Home) -> None:
    put(home, "pending", fifo)
    home.viewsync("sweep")
    (name,) = [name for name in os.listdir(home.state) if "set-aside" in name]
    assert f"holds what was set aside: {name}" in home.viewsync("doctor").out


# --- a state folder that was open ------------------------------------------------------------------------------------


def trusted(project: Project, text: str = STEPS) -> None:
    project.command("dev", text)
    assert project.viewsync("trust", "dev", "--yes").code == 0


def run(server: Server, project: Project) -> Done:
    return project.viewsync("run", "dev", "-S", server.socket)


OPEN = [0o777, 0o1777, 0o707, 0o770, 0o733]


@pytest.mark.parametrize("mode", OPEN)
def test_what_an_open_folder_holds_is_not_obeyed(server: Server, home: Home, project: Project, mode: int) -> None:
    """Even if it belongs to us: what it holds may have been moved there. Trust, here, and a row."""
    trusted(project)
    os.chmod(home.state, 0o700)
    add_row(home, "planted", server)
    os.chown(home.state, -1, 12345) if os.geteuid() == 0 else None
    os.chmod(home.state, mode)
    held = below(home.state)
    if mode == 0o770 and os.geteuid():
        pytest.skip("only root can give a folder a group that is not its own")
    done = run(server, project)
    assert "built" not in os.listdir(project.root)
    assert stat.S_IMODE(os.stat(home.state).st_mode) == 0o700
    (aside,) = [name for name in os.listdir(home.state) if name.startswith("set-aside-")]
    assert f"others could write to {home.state} (mode {mode:04o}), so nothing that was in it was used" in done.err
    assert f"set aside in {home.state}/{aside}" in done.err
    assert "planted" not in rows(home)
    assert "planted" in text(os.path.join(home.state, aside, ".sessions.json"))
    assert below(home.state).keys() >= held.keys(), "nothing is lost"


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o700, 0o711])
def test_what_others_could_only_see_is_believed(server: Server, home: Home, project: Project, mode: int) -> None:
    trusted(project)
    os.chmod(home.state, mode)
    done = run(server, project)
    assert (done.code, done.err) == (0, "")
    assert "built" in os.listdir(project.root)
    assert stat.S_IMODE(os.stat(home.state).st_mode) == 0o700


def test_so_is_what_only_a_group_of_ours_could_write_to(server: Server, home: Home, project: Project) -> None:
    """With a umask of 002, as where everybody has a group of their own."""
    if not users.is_alone_in(os.getegid()):
        pytest.skip("the group of whoever runs the tests has other members")
    trusted(project)
    os.chmod(home.state, 0o775)
    assert run(server, project).code == 0
    assert "built" in os.listdir(project.root)


def test_planted_pending_steps_do_not_run(server: Server, home: Home, project: Project) -> None:
    """Those of a session that has ended. In a folder that was closed they do, which shows that they would."""
    for mode, ran in ((0o777, False), (0o755, True)):
        trusted(project, CLEANUP)
        assert run(server, project).code == 0
        server.tmux("set-hook", "-gu", hooks.slot(hooks.ENDED))
        (name,) = (name for name in server.sessions() if name.startswith("myapp"))
        server.tmux("kill-session", "-t", f"={name}")
        os.chmod(home.state, mode)
        assert home.viewsync("hook", "ended").code == 0
        assert home.viewsync("sweep").code == 0
        assert ("cleaned" in os.listdir(project.root)) == ran


def test_one_that_was_killed_half_way_is_finished_by_the_next(server: Server, home: Home) -> None:
    """Closed, and not looked at yet: the mode says so."""
    add_row(home, "planted", server)
    os.chmod(home.state, 0o1700)
    done = home.viewsync("list", "--json")
    assert done.json()["sessions"] == []
    assert "so nothing that was in it was used" in done.err
    assert stat.S_IMODE(os.stat(home.state).st_mode) == 0o700
    assert home.viewsync("list").err == ""


def test_of_many_at_once_one_sets_aside_and_no_new_row_is_lost(server: Server, home: Home) -> None:
    add_row(home, "planted", server)
    os.chmod(home.state, 0o777)
    argv = [home.launcher, "open", "--json", "--new", "-S", server.socket, "proj"]
    started = [subprocess.Popen(argv, env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)]
    outputs = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 8, outputs
    assert {json.loads(out)["view"] for out, _ in outputs} == set(home.rows())
    assert len([name for name in os.listdir(home.state) if name.startswith("set-aside-")]) == 1


def test_who_saw_the_open_folder_and_comes_late_moves_nothing_that_was_written_since(
    server: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others of us have closed it, and registered views, between its look and its turn."""
    add_row(home, "planted", server)
    os.chmod(home.state, 0o777)
    unsafe = own_files.unsafe

    def late(path: str, found: os.stat_result) -> str:
        home.viewsync("open", "--json", "--new", "-S", server.socket, "proj").json()
        return unsafe(path, found)

    monkeypatch.setattr(own_files, "unsafe", late)
    own_files.secure(home.state)
    assert len(home.rows()) == 1
    assert len([name for name in os.listdir(home.state) if name.startswith("set-aside-")]) == 1


def test_a_server_whose_socket_stands_there_stays_reachable(servers: Callable[..., Server], home: Home) -> None:
    os.makedirs(home.state, mode=0o700)
    server = servers()
    server.socket = os.path.join(home.state, "claude.sock")
    server.start()
    os.chmod(home.state, 0o777)
    assert home.viewsync("list").code == 0
    assert home.viewsync("health", "-S", server.socket, "-t", "proj").code == 0


def test_a_folder_that_can_be_exchanged_is_refused(home: Home) -> None:
    """By whoever can write to one above it, or owns it."""
    above = os.path.join(home.path, "above")
    os.mkdir(above)
    env = {"VIEWSYNC_STATE_DIR": os.path.join(above, "state")}
    for mode in (0o777, 0o702):
        os.chmod(above, mode)
        done = home.viewsync("sweep", env=env)
        assert f"somebody could put another folder in the place of {above}/state: {above} can be written to" in done.err
    os.chmod(above, 0o1777)
    assert home.viewsync("sweep", env=env).code == 0
    if os.geteuid() == 0:
        os.chown(above, 12345, -1)
        assert f"{above} belongs to somebody else: uid 12345" in home.viewsync("sweep", env=env).err


def test_a_link_of_ours_above_it_may_lead_to_another_disk(home: Home) -> None:
    disk = os.path.join(home.path, "disk")
    os.mkdir(disk)
    os.symlink(disk, os.path.join(home.path, "local"))
    done = home.viewsync("sweep", env={"VIEWSYNC_STATE_DIR": os.path.join(home.path, "local", "state")})
    assert (done.code, done.err) == (0, "")


# --- modes -----------------------------------------------------------------------------------------------------------


def test_with_any_umask_what_we_make_is_ours_alone(server: Server, home: Home, project: Project) -> None:
    project.command("dev", STEPS)
    script = f"""umask 000
        cd {project.root}
        {home.launcher} trust dev --yes
        {home.launcher} run dev -S {server.socket}
        {home.launcher} create -S {server.socket} -n web
        {home.launcher} send -s web -c true
        {home.launcher} exec -S {server.socket} -t proj -- true
        {home.launcher} quarantine -s web --reason why
        {home.launcher} backup
        {home.launcher} sweeper start
        {home.launcher} sweeper stop
        {home.launcher} install
    """
    done = home.run(["sh", "-euc", script], env={"VIEWSYNC_LOG_LEVEL": "debug"})
    assert done.code == 0, done
    paths = below(home.state).values()
    assert {"history.db", "viewsync.log", "trust.json", "sweeper.out", "steps"} <= {os.path.basename(p) for p in paths}
    assert [path for path in paths if os.lstat(path).st_mode & 0o077] == []
    made = below(os.path.join(home.path, "config")).values()
    assert made
    assert [path for path in made if os.lstat(path).st_mode & 0o022] == []


def test_what_was_open_to_be_read_is_closed(server: Server, home: Home) -> None:
    home.viewsync("create", "-S", server.socket, "-n", "web", env={"VIEWSYNC_LOG_LEVEL": "debug"})
    known = [os.path.join(home.state, name) for name in ("history.db", "log/viewsync.log", ".sessions.lock")]
    for path in known:
        os.chmod(path, 0o644)
    home.viewsync("kill", "-s", "web", env={"VIEWSYNC_LOG_LEVEL": "debug"})
    assert [oct(os.stat(path).st_mode & 0o777) for path in known] == ["0o600"] * 3


# --- where the sockets of servers stand ------------------------------------------------------------------------------


def runtime(path: str, kind: str) -> None:
    if kind == "file":
        with open(path, "w", encoding="utf-8"):
            pass
    elif kind == "link":
        os.symlink("/nonexistent/place", path)
    else:
        os.mkdir(path, 0o700)
        os.chmod(path, 0o777 if kind == "open" else 0o700)
    if kind == "somebody's":
        needs_root()
        os.chown(path, 12345, 12345)


@pytest.mark.parametrize("kind", ["file", "link", "open", "somebody's", "ours"])
def test_a_runtime_folder_that_is_not_ours_is_left_for_another_place(
    servers: Callable[..., Server], home: Home, kind: str
) -> None:
    place = os.path.join(home.path, "run")
    runtime(place, kind)
    state = os.path.join(home.path, "xdg", "viewsync")
    env = {"VIEWSYNC_STATE_DIR": "", "XDG_STATE_HOME": os.path.dirname(state), "XDG_RUNTIME_DIR": place}
    done = home.viewsync("create", "-n", "web", env=env)
    assert done.code == 0, done
    server = servers()
    server.socket = done.json()["socket"]
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    assert os.path.dirname(server.socket) == (os.path.join(place, "viewsync") if kind == "ours" else state)
    assert server.socket in home.viewsync("find", "--all", env=env).out


# --- one by one ------------------------------------------------------------------------------------------------------


def test_trust_that_is_not_ours_trusts_nothing(tmp_path: os.PathLike[str]) -> None:
    state = os.path.realpath(tmp_path)
    os.chmod(state, 0o700)
    elsewhere = os.path.join(state, "elsewhere")
    with open(elsewhere, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "trusted": {"/": {"dev": {"at": 1, "items": ["x"]}}}}, file)
    os.symlink(elsewhere, os.path.join(state, "trust.json"))
    assert trusted_steps.read(state) == {}
    assert os.path.islink(next(path for path in below(state).values() if "trust.json.set-aside-" in path))


def test_a_pending_record_that_is_not_ours_is_none(tmp_path: os.PathLike[str]) -> None:
    state = os.path.realpath(tmp_path)
    pending_steps.write(state, "1.1-0", {"steps": []})
    record = os.path.join(state, "pending", "1.1-0.json")
    os.rename(record, os.path.join(state, "elsewhere"))
    os.symlink(os.path.join(state, "elsewhere"), record)
    assert pending_steps.entries(state) == []
    assert not pending_steps.any_waiting(state)
    assert os.path.exists(os.path.join(state, "elsewhere"))


def test_what_cannot_be_set_aside_is_told_and_not_used(
    tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    path = os.path.join(tmp_path, "trust.json")
    os.mkfifo(path)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(StateError, match=r"is a FIFO, and cannot be set aside: Operation not permitted"):
        own_files.read(path)


@pytest.mark.parametrize("place", [".tmux.conf", "config/install.json"])
def test_a_fifo_in_the_place_of_what_install_reads_hangs_nothing(home: Home, place: str) -> None:
    path = os.path.join(home.path, place)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.mkfifo(path)
    for verb in ("doctor", "install", "uninstall"):
        done = home.viewsync(verb, timeout=30)
        assert done.code != 70, done
        assert "Traceback" not in done.err
    assert stat.S_ISFIFO(os.lstat(path).st_mode)
