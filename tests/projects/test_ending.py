"""The end of project sessions: whoever ends them, their cleanup steps run, once."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from typing import TYPE_CHECKING

import pytest

from tests.projects.test_steps import events, read, start
from tests.support.projects import in_git
from tests.support.sessions import create, rows
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.projects import ending, listing
from viewsync.tmux import end_hooks
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.language import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server

NAME = "myapp-main-dev"
FILE = """\
session:
  windows: [{name: editor}]
  cleanup_steps:
    - name: stop
      run: echo stop $VIEWSYNC_SESSION >> cleaned
    - name: save
      run: echo save >> cleaned
"""
BOTH = f"stop {NAME}\nsave\n"


project = in_git


def told_of_the_end(home: Home) -> str:
    """What the history says: the event is written after the last step."""
    return until(lambda: events(home, "end"), "the end in the history")[0][1]


def pending(home: Home) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(os.listdir(os.path.join(home.state, "pending")))
    return []


def hook(server: Server) -> str:
    return server.run("show-options", "-gqv", hooks.slot(hooks.ENDED)).out.strip()


def cleaned_up(project: Project) -> None:
    """The steps ran, once, and nothing is left to do."""
    until(lambda: read(project, "cleaned") == BOTH and not pending(project.home), "the cleanup steps")
    assert stays(lambda: read(project, "cleaned"), 0.3) == BOTH


def no_hook(server: Server) -> None:
    server.remove_hooks()  # those of views
    server.run("set-hook", "-gu", hooks.slot(hooks.ENDED))


def test_h3_cleanup_steps_run_on_our_kill(server: Server, home: Home, project: Project) -> None:
    text = FILE.replace("echo stop", 'tmux -S "$VIEWSYNC_SOCKET" has-session -t "=$VIEWSYNC_SESSION" && echo stop')
    assert start(project, server, text).code == 0
    assert len(pending(home)) == 1
    assert project.viewsync("kill-session", NAME, "-S", server.socket).code == 0
    assert (server.sessions(), rows(home), pending(home)) == (["proj"], {}, [])
    cleaned_up(project)  # while the session was there
    assert [trigger for trigger, _ in events(home, "step")] == ["cleanup", "cleanup"]
    assert len(events(home, "end")) == 1


def test_h3_what_fails_is_told_and_the_end_goes_on(server: Server, home: Home, project: Project) -> None:
    text = FILE.replace("echo stop $VIEWSYNC_SESSION >> cleaned", "echo no luck; exit 9")
    assert start(project, server, text).code == 0
    done = project.viewsync("kill-session", NAME, "-S", server.socket)
    assert "'stop' failed (exit code 9" in done.err + done.out
    assert (server.sessions(), rows(home), pending(home)) == (["proj"], {}, [])
    assert read(project, "cleaned") == "save\n"
    assert "exit code 9" in events(home, "step-failed")[0][1]
    assert "'stop' failed" in events(home, "end")[0][1]


@pytest.mark.parametrize("how", ["kill-session", "exit", "kill-server", "the last one"])
def test_h3_cleanup_steps_run_on_an_end_from_outside(server: Server, home: Home, project: Project, how: str) -> None:
    assert start(project, server, FILE).code == 0
    assert hooks.call([hook(server)], home.launcher)
    if how == "exit":
        os.kill(int(server.show(f"={NAME}:", "#{pane_pid}")), signal.SIGKILL)
    elif how == "kill-server":
        server.run("kill-server")
    else:
        if how == "the last one":
            server.tmux("kill-session", "-t", "=proj")
        server.run("kill-session", "-t", f"={NAME}")
    cleaned_up(project)
    until(lambda: events(home, "end") == [("outside", "it was ended from outside")], "the end in the history")
    if how in ("kill-session", "exit"):
        until(lambda: not hook(server), "that the hook is taken back")


def test_h3_without_the_hook_the_sweep_finds_it(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    no_hook(server)
    server.tmux("kill-session", "-t", f"={NAME}")
    assert stays(lambda: read(project, "cleaned"), 0.3) == ""
    assert home.viewsync("sweep", "--dry-run").code == 0
    assert stays(lambda: read(project, "cleaned"), 0.3) == ""
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def test_h3_after_a_power_cut_the_sweep_finds_it(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{server.pid}/fd/0"), "the end of the server")
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def test_h3_the_hook_and_many_sweeps_together_run_them_once(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    tabs = [home.tab("hook", "ended") for _ in range(4)]
    server.tmux("kill-session", "-t", f"={NAME}")
    tabs += [home.tab("hook", "ended") for _ in range(4)]
    for tab in tabs:
        assert tab.wait() == 0
    cleaned_up(project)


def test_a_server_without_such_sessions_has_no_hook(server: Server, project: Project) -> None:
    assert start(project, server, "session: {windows: [{name: editor}]}").code == 0
    assert hook(server) == ""
    assert pending(project.home) == []


def test_the_end_of_another_session_starts_no_viewsync(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    canary = project.write("launcher", f"#!/bin/sh\necho called >> {home.path}/called\n", program=True)
    text = hook(server).strip().replace(home.launcher, canary)
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), end_hooks.text(canary))
    assert canary in text
    server.tmux("kill-session", "-t", "=proj")
    assert stays(lambda: os.path.exists(f"{home.path}/called"), 0.4) is False
    server.run("kill-session", "-t", f"={NAME}")
    until(lambda: os.path.exists(f"{home.path}/called"), "the call")


def test_the_sweep_sets_a_lost_hook_again(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    no_hook(server)
    assert home.viewsync("sweep").code == 0
    assert hooks.call([hook(server)], home.launcher)
    server.tmux("kill-session", "-t", f"={NAME}")
    cleaned_up(project)


def test_the_sweep_replaces_the_hook_of_a_version_before(server: Server, home: Home, project: Project) -> None:
    """Which started viewsync for each end."""
    assert start(project, server, FILE).code == 0
    today = hook(server)
    caller = hooks.caller(home.launcher, home.state, os.path.join(home.path, "config", "config.toml"))
    before = f"if-shell -b {quoted(hooks.ended_command(caller))} ''"
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), before)
    assert hooks.call([hook(server)], caller)
    assert home.viewsync("sweep").code == 0
    assert hook(server) == today


def test_while_a_view_has_its_windows_nothing_is_cleaned_up(server: Server, home: Home, project: Project) -> None:
    """Nor when the view has become the session."""
    assert start(project, server, FILE).code == 0
    tab, _ = server.open(NAME)
    server.tmux("kill-session", "-t", f"={NAME}")
    assert home.viewsync("sweep").code == 0
    assert stays(lambda: read(project, "cleaned"), 0.4) == ""
    tab.hang_up()
    until(lambda: server.sessions() == ["proj", NAME], "that the view becomes the session")
    assert home.viewsync("sweep").code == 0
    assert stays(lambda: read(project, "cleaned"), 0.4) == ""
    server.tmux("kill-session", "-t", f"={NAME}")
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def slow(project: Project) -> str:
    """The first step waits for the file `go`."""
    line = "echo stop $VIEWSYNC_SESSION >> cleaned; while [ ! -e go ]; do sleep 0.02; done"
    return FILE.replace("echo stop $VIEWSYNC_SESSION >> cleaned", line)


def test_kill_9_during_a_step_does_not_run_it_again(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, slow(project)).code == 0
    tab = home.tab("kill-session", NAME, "-S", server.socket)
    until(lambda: read(project, "cleaned"), "the first step")
    tab.signal(signal.SIGKILL)
    tab.wait()
    project.write("go", "")
    assert NAME in server.sessions()
    assert home.viewsync("sweep").code == 0  # it lives: nothing is cleaned up
    assert read(project, "cleaned") == f"stop {NAME}\n"
    done = project.viewsync("kill-session", NAME, "-S", server.socket)
    assert "'stop' was interrupted; it is not run again" in done.err + done.out
    assert NAME not in server.sessions()
    cleaned_up(project)


def test_kill_9_of_who_ran_them_after_the_end_leaves_the_rest_to_the_next(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, slow(project)).code == 0
    no_hook(server)
    server.tmux("kill-session", "-t", f"={NAME}")
    tab = home.tab("hook", "ended")
    until(lambda: read(project, "cleaned"), "the first step")
    other = home.tab("hook", "ended")
    assert other.wait() == 0  # somebody is at it
    tab.signal(signal.SIGKILL)
    tab.wait()
    project.write("go", "")
    assert home.viewsync("hook", "ended").code == 0
    cleaned_up(project)


def test_a_hanging_cleanup_step_is_bounded(server: Server, home: Home, project: Project) -> None:
    text = FILE.replace("run: echo stop $VIEWSYNC_SESSION >> cleaned", "run: sleep 1000\n      timeout: 200ms")
    assert start(project, server, text).code == 0
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: not pending(home), "the cleanup steps")
    assert read(project, "cleaned") == "save\n"
    assert "longer than 0.2 s" in told_of_the_end(home)


def test_steps_run_as_they_were_when_the_session_was_made(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    project.command("dev", "session: {cleanup_steps: [{run: touch evil}]}")
    server.tmux("kill-session", "-t", f"={NAME}")
    cleaned_up(project)
    assert "evil" not in os.listdir(project.root)


def test_a_script_that_changed_since_does_not_run_unless_that_is_trusted(
    server: Server, home: Home, project: Project
) -> None:
    project.write("stop.sh", "#!/bin/sh\necho one >> cleaned\n", program=True)
    text = "session: {cleanup_steps: [{name: stop, run: ./stop.sh}]}"
    assert start(project, server, text).code == 0
    project.write("stop.sh", "#!/bin/sh\necho two >> cleaned\n", program=True)
    done = project.viewsync("kill-session", NAME, "-S", server.socket)
    assert "'stop' did not run: it is not what you trusted" in done.err + done.out
    assert (read(project, "cleaned"), server.sessions(), pending(home)) == ("", ["proj"], [])
    assert start(project, server, text).code == 0
    project.write("stop.sh", "#!/bin/sh\necho three >> cleaned\n", program=True)
    assert project.viewsync("trust", "dev", "--yes").code == 0
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: read(project, "cleaned") == "three\n", "the trusted script")


def test_after_revoke_nothing_runs(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    assert project.viewsync("trust", "dev", "--revoke").code == 0
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: not pending(home), "that it is dealt with")
    assert read(project, "cleaned") == ""
    assert "did not run" in told_of_the_end(home)


@pytest.mark.parametrize("changed", [False, True])
def test_a_secret_is_read_anew_and_never_kept(server: Server, home: Home, project: Project, changed: bool) -> None:
    text = (
        "secrets: [TOKEN]\nenvironment: {TOKEN: hush-hush-1}\n"
        "session: {cleanup_steps: [{name: stop, run: 'printf %s \"${TOKEN:-none}\" > cleaned'}]}\n"
    )
    assert start(project, server, text).code == 0
    (name,) = pending(home)
    path = os.path.join(home.state, "pending", name)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, encoding="utf-8") as file:
        assert "hush" not in file.read()
    if changed:
        project.command("dev", text.replace("printf", "exec printf"))
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: not pending(home), "the cleanup step")
    assert read(project, "cleaned") == ("none" if changed else "hush-hush-1")
    assert ("had no TOKEN" in told_of_the_end(home)) == changed


def test_a_secret_that_the_session_never_had_is_not_missed(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, f"secrets: [TOKEN]\n{FILE}").code == 0
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: not pending(home), "the cleanup steps")
    assert "TOKEN" not in told_of_the_end(home)


def test_a_secret_is_one_under_another_name_too(server: Server, home: Home, project: Project) -> None:
    text = (
        "secrets: [TOKEN]\nenvironment: {TOKEN: hush-hush-1, ADDRESS: 'x://h/hush-hush-1'}\n"
        "session: {cleanup_steps: [{name: stop, run: 'printf %s \"$ADDRESS\" > cleaned'}]}\n"
    )
    assert start(project, server, text).code == 0
    (name,) = pending(home)
    with open(os.path.join(home.state, "pending", name), encoding="utf-8") as file:
        assert "hush" not in file.read()
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: not pending(home), "the cleanup step")
    assert read(project, "cleaned") == "x://h/hush-hush-1"


def test_whoever_ends_it_from_inside_ends_all_of_it(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    lock = os.path.join(home.state, ".sessions.lock")
    holder = home.program(["flock", lock, "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    line = f"'{home.launcher}' kill-session {NAME} -S '{server.socket}'"
    server.tmux("send-keys", "-t", f"={NAME}:", line, "Enter")
    until(lambda: NAME not in server.sessions(), "the end")
    assert stays(lambda: list(rows(home)), 0.3) == [NAME]  # its terminal is gone, and there is still something to do
    holder.type("\n")
    until(lambda: not rows(home), "the end of the row")
    cleaned_up(project)


def test_b2_no_session_leaks_when_its_project_is_gone(server: Server, home: Home, project: Project) -> None:
    """Its folder was deleted: the steps cannot run, which is told, and the session ends."""
    assert start(project, server, FILE).code == 0
    os.rename(project.root, f"{project.root}-gone")
    done = home.viewsync("kill-session", NAME, "-S", server.socket)
    assert "there is no folder" in done.err + done.out
    assert (server.sessions(), rows(home), pending(home)) == (["proj"], {}, [])


def test_b3_no_session_that_its_name_begins_ends(server: Server, home: Home, project: Project) -> None:
    server.tmux("new-session", "-d", "-s", f"{NAME}2")
    assert home.viewsync("kill-session", NAME, "-S", server.socket).code != 0
    assert start(project, server, FILE).code == 0
    assert home.viewsync("kill-session", NAME, "-S", server.socket).code == 0
    assert server.sessions() == ["proj", f"{NAME}2"]


def test_whoever_is_on_it_keeps_it_unless_that_is_forced(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    server.open(NAME)
    ctx = Context(home.env)
    (known,) = listing.read(ctx).known
    with pytest.raises(ending.InUse):
        ending.end(ctx, known, "test")
    assert (NAME in server.sessions(), read(project, "cleaned")) == (True, "")
    assert ending.end(ctx, known, "test", force=True).ended
    assert server.sessions() == ["proj"]
    cleaned_up(project)


def test_uninstalling_takes_the_hook_back(servers: Callable[..., Server], home: Home, project: Project) -> None:
    server = servers().start()
    assert start(project, server, FILE).code == 0
    assert home.viewsync("uninstall").code == 0
    assert hook(server) == ""


def test_doctor_tells_of_the_hook(server: Server, home: Home, project: Project) -> None:
    def said() -> list[tuple[str, str]]:
        checks = home.viewsync("doctor", "--json").json()["checks"]
        return [(check["status"], check["found"]) for check in checks if check["name"] == "session ends"]

    assert said() == [("ok", "no session has cleanup steps")]
    assert start(project, server, FILE).code == 0
    assert said() == [("ok", "reported, for 1")]
    no_hook(server)
    assert said() == [("warn", "1 sessions have cleanup steps, but the hook is not loaded")]


def test_a_pane_that_was_moved_into_it_or_out_of_it_does_not_end_with_it(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, FILE).code == 0
    own = server.show(f"={NAME}:", "#{pane_id}")
    guest = create(server, "guest", "--", "cat")["pane_id"]
    server.tmux("join-pane", "-d", "-s", guest, "-t", own)
    done = project.viewsync("kill-session", NAME, "-S", server.socket)
    assert (done.code, NAME in server.sessions()) == (1, True)
    assert f"the pane of 'guest' was moved into session '{NAME}'" in done.err
    assert home.viewsync("kill", "-S", server.socket, "-t", guest, "--json").json()["moved_to"] == NAME
    assert NAME in server.sessions()
    server.tmux("join-pane", "-d", "-s", own, "-t", "proj:")
    assert "was moved into session 'proj'" in project.viewsync("kill-session", NAME, "-S", server.socket).err
    assert home.viewsync("info", NAME, "--json").json()["status"] == "alive"
    done = home.viewsync("kill", NAME, "--json")
    assert (done.code, done.json()["moved_to"], rows(home)) == (0, "proj", {})
    assert own not in server.tmux("list-panes", "-a", "-F", "#{pane_id}").split()
    cleaned_up(project)


@pytest.mark.parametrize("force", [False, True])
def test_what_its_own_steps_have_kept_by_then_is_asked_for_before_the_first_view_ends(
    server: Server, home: Home, project: Project, *, force: bool
) -> None:
    """A step may take minutes, and much can happen meanwhile."""
    step = f"{home.launcher} quarantine -s $VIEWSYNC_SESSION"
    text = f"session:\n  windows: [{{name: editor}}]\n  cleanup_steps: [{{run: {step}}}]\n"
    assert start(project, server, text).code == 0
    view = home.viewsync("open", "--json", "-S", server.socket, NAME).json()["view"]
    ctx = Context(home.env)
    (known,) = listing.read(ctx).known
    done = ending.end(ctx, known, "test", force=force)
    assert (done.ended, "quarantined" in "".join(done.problems)) == (False, True), done
    assert {NAME, view} <= set(server.sessions())
    assert NAME in rows(home)
