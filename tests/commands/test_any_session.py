"""A session is a session, whoever made it: list, info, attach, kill, cleanup and reconcile take both kinds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.projects.test_ending import BOTH, FILE, NAME, cleaned_up, pending
from tests.projects.test_steps import events, read, start
from tests.support.projects import Project, in_git
from tests.support.running import ONE, ran
from tests.support.sessions import add_row, by_jq, create, listed, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server

project = in_git
NO_HOOKS = {"VIEWSYNC_HOOKS": "0"}


@pytest.fixture
def both(project: Project, server: Server) -> Project:
    """A project's session with cleanup steps, and a registered one."""
    create(server, "web", "--", "cat")
    assert start(project, server, FILE).code == 0
    return project


# --- kill -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(NAME,), ("-s", NAME), ("-t", NAME, "-S", "SOCKET"), (NAME, "--here")])
def test_kill_of_a_projects_session_runs_its_cleanup_steps_once_before_it(
    server: Server, home: Home, project: Project, words: tuple[str, ...]
) -> None:
    text = FILE.replace("echo stop", 'tmux -S "$VIEWSYNC_SOCKET" has-session -t "=$VIEWSYNC_SESSION" && echo stop')
    assert start(project, server, text).code == 0
    done = project.viewsync("kill", *(word.replace("SOCKET", server.socket) for word in words), "--json")
    assert done.code == 0, done
    told = done.json()
    assert (told["killed"], told["deregistered"], told["problems"]) == (True, True, [])
    assert told["steps"] == [{"name": "stop", "problem": ""}, {"name": "save", "problem": ""}]
    assert (server.sessions(), rows(home), pending(home)) == (["proj"], {}, [])
    cleaned_up(project)


@pytest.mark.parametrize("words", [(), ("--views",)])
def test_kill_runs_no_cleanup_steps_where_a_view_is_reserved(
    server: Server, home: Home, project: Project, words: tuple[str, ...]
) -> None:
    assert start(project, server, FILE).code == 0
    view = home.viewsync("open", "--json", "-S", server.socket, NAME, env=NO_HOOKS).json()["view"]
    done = project.viewsync("kill", NAME, *words)
    assert (done.code, f"its view '{view}' is in use, pinned, reserved or quarantined" in done.err) == (2, True), done
    assert (server.sessions(), read(project, "cleaned"), len(pending(home))) == (["proj", NAME, view], "", 1)
    server.tmux("kill-session", "-t", f"={view}")
    assert project.viewsync("kill", NAME).code == 0
    cleaned_up(project)


@pytest.mark.parametrize("words", [("web",), ("-s", "web"), ("-t", "web", "-S", "SOCKET")])
def test_kill_of_a_registered_one_has_none(server: Server, home: Home, both: Project, words: tuple[str, ...]) -> None:
    done = home.viewsync("kill", *(word.replace("SOCKET", server.socket) for word in words), "--json")
    assert (done.code, done.json()["steps"], done.json()["registered"]) == (0, [], True)
    assert (server.sessions(), list(rows(home)), read(both, "cleaned")) == (["proj", NAME], [NAME], "")


@pytest.mark.parametrize("words", [("kill", "--views"), ("kill-session",)])
def test_a_view_that_somebody_is_on_ends_with_it_only_where_that_was_asked(
    server: Server, project: Project, words: tuple[str, ...]
) -> None:
    assert start(project, server, FILE).code == 0
    tab, view = server.open(NAME, env=NO_HOOKS)
    done = project.viewsync("kill", NAME)
    assert (done.code, f"somebody is on its view '{view}'" in done.err) == (2, True), done
    assert (server.sessions(), read(project, "cleaned"), len(pending(project.home))) == (
        ["proj", NAME, view],
        "",
        1,
    )
    assert project.viewsync(*words, NAME).code == 0
    assert server.sessions() == ["proj"]
    until(tab.ended, "the end of its tab")
    cleaned_up(project)


def test_whoever_is_on_the_session_itself_does_not_keep_it(server: Server, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    tab = project.home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={NAME}"])
    until(lambda: server.clients().get(tab.pid) == NAME, "a client")
    assert project.viewsync("kill", NAME).code == 0
    assert server.sessions() == ["proj"]
    cleaned_up(project)


@pytest.mark.parametrize("more", [(), ("--views",)])
def test_a_view_that_is_pinned_keeps_it_before_any_step_runs(
    server: Server, project: Project, more: tuple[str, ...]
) -> None:
    assert start(project, server, FILE).code == 0
    tab, view = server.open(NAME)
    assert project.viewsync("pin", view).code == 0
    tab.hang_up()
    until(lambda: not server.clients(), "the end of its tab")
    done = project.viewsync("kill", NAME, *more)
    assert (done.code, f"its view '{view}' is pinned" in done.err) == (2, True), done
    assert (NAME in server.sessions(), view in server.sessions(), read(project, "cleaned")) == (True, True, "")


def test_a_target_that_is_named_needs_no_registry(server: Server, both: Project) -> None:
    file = os.path.join(both.home.state, ".sessions.json")
    os.rename(file, f"{file}.away")
    os.mkdir(file)
    done = both.viewsync("kill", "-t", NAME, "-S", server.socket)
    assert (NAME in server.sessions(), "Tmux session killed" in done.out) == (False, True), done


@pytest.mark.parametrize(("verb", "code"), [("kill", 0), ("kill-session", 0), ("cleanup", 0)])
def test_steps_that_are_not_trusted_any_more_do_not_run(server: Server, project: Project, verb: str, code: int) -> None:
    project.write("stop.sh", "#!/bin/sh\necho one >> cleaned\n", program=True)
    assert start(project, server, "session: {cleanup_steps: [{name: stop, run: ./stop.sh}]}").code == 0
    project.write("stop.sh", "#!/bin/sh\necho two >> cleaned\n", program=True)
    done = project.viewsync(verb, *(["--here", "--all"] if verb == "cleanup" else [NAME]))
    assert done.code == code
    assert "'stop' did not run: it is not what you trusted" in done.err
    assert "Failed" not in done.err
    assert (server.sessions(), read(project, "cleaned")) == (["proj"], "")


def test_one_that_is_quarantined_stays(server: Server, both: Project) -> None:
    assert both.viewsync("quarantine", "-s", NAME).code == 0
    done = both.viewsync("kill", NAME)
    assert (done.code, "is quarantined" in done.err) == (2, True)
    assert (NAME in server.sessions(), read(both, "cleaned")) == (True, "")


def test_one_that_ended_is_forgotten_after_its_steps(server: Server, home: Home, both: Project) -> None:
    server.remove_hooks()
    server.tmux("set-hook", "-gu", "session-closed")
    server.tmux("kill-session", "-t", f"={NAME}")
    assert both.viewsync("kill", NAME).code == 1  # there was nothing to end
    assert (list(rows(home)), read(both, "cleaned")) == (["web"], BOTH)


def test_a_dry_run_of_either_changes_nothing(server: Server, home: Home, both: Project) -> None:
    for name in (NAME, "web"):
        done = home.viewsync("kill", name, "--dry-run")
        assert (done.code, done.out.splitlines()[2]) == (0, f"  2. Remove from registry: {name}")
    assert (server.sessions(), sorted(rows(home)), read(both, "cleaned")) == (["proj", "web", NAME], [NAME, "web"], "")


def test_one_that_only_its_marks_tell_of_is_found(server: Server, home: Home, both: Project) -> None:
    by_jq(home, ".sessions = {}")
    assert home.viewsync("kill", "web", env={"TMUX": f"{server.socket},1,0"}).code == 2
    assert both.viewsync("kill", NAME).code == 0
    assert (server.sessions(), read(both, "cleaned")) == (["proj", "web"], BOTH)


def test_the_shell_tool_leaves_the_steps_to_the_hook(server: Server, home: Home, both: Project) -> None:
    link = os.path.join(home.path, "kill-session.sh")
    os.symlink(home.launcher, link)
    tab, view = server.open(NAME)
    done = home.run([link, "-s", NAME], {}, "", 60.0)
    assert (done.code, f"somebody is on its view '{view}'" in done.err) == (2, True), done
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the end of the view")
    done = home.run([link, "-s", NAME], {}, "", 60.0)
    assert (done.code, done.out.splitlines()[-1]) == (0, f"Session '{NAME}' fully removed")
    cleaned_up(both)


# --- which one is meant -----------------------------------------------------------------------------------------------


@pytest.fixture
def twins(project: Project, servers: Callable[..., Server], server: Server) -> tuple[Project, Server, Server]:
    """A registered `web` on one server, and on the other a project's session that was renamed so."""
    other = servers("other").start()
    create(other, "web", "--", "cat")
    project.command("dev", ONE)
    ran(project, server, "dev")
    server.tmux("rename-session", "-t", f"={NAME}", "web")
    return project, server, other


@pytest.mark.parametrize("words", [("kill",), ("kill", "-s"), ("info",), ("attach", "--json")])
def test_a_name_of_two_is_an_error_that_names_both(
    twins: tuple[Project, Server, Server], words: tuple[str, ...]
) -> None:
    project, server, other = twins
    done = project.viewsync(*words, "web")
    assert done.code == {"kill": 2}.get(words[0], 1)
    assert f"a session of project 'myapp' on {server.socket}" in done.err
    assert f"a registered session on {other.socket}" in done.err
    assert "say with -S which one is meant" in done.err
    assert "web" in server.sessions()
    assert "web" in other.sessions()


@pytest.mark.parametrize("by", ["-S one", "-S two", "--project", "--here"])
def test_the_server_or_the_project_chooses(twins: tuple[Project, Server, Server], by: str) -> None:
    project, server, other = twins
    words = {"-S one": ["-S", server.socket], "-S two": ["-S", other.socket], "--project": ["--project", "myapp"]}
    meant, kept = (other, server) if by == "-S two" else (server, other)
    for verb in ("info", "attach"):
        assert project.viewsync(verb, "web", "--json", *words.get(by, ["--here"])).json()["socket"] == meant.socket
    assert project.viewsync("kill", "web", *words.get(by, ["--here"])).code == 0
    assert ("web" in meant.sessions(), "web" in kept.sessions()) == (False, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("kill", "web", "--project", "myapp"), 2, "there is no session 'web' of the project myapp"),
        (("kill", NAME, "--project", "other"), 2, f"there is no session '{NAME}' of the project other"),
        (("info", "web", "--here"), 3, "there is no session 'web' of the project /"),
        (("info", "wbe"), 3, "there is no session 'wbe' (did you mean web?)"),
        (("kill", "--here"), 3, "--project and --here narrow a name"),
        (("kill", "web", "-s", "web"), 3, "NAME, -s and -t each name a session"),
        (("cleanup", "--all", "--project", ""), 1, "--project takes a project's name"),
        (("cleanup", "--views", "--here"), 1, "--here only works without --views"),
        (("list", "--here", "--project", "myapp"), 1, "not allowed with"),
        (("reconcile", "--here", "--register", "web"), 1, "--register names one session"),
    ],
)
def test_what_is_not_meant_stays(server: Server, both: Project, words: tuple[str, ...], code: int, said: str) -> None:
    done = both.viewsync(*words)
    assert (done.code, said in done.err, done.err.count("\n")) == (code, True, 1), done
    assert server.sessions() == ["proj", "web", NAME]


def test_here_outside_of_a_project_is_an_error(server: Server, home: Home, both: Project) -> None:
    for verb in ("list", "status", "cleanup", "reconcile"):
        done = both.viewsync(verb, "--here", cwd=home.path)
        assert (done.code, "not in a project" in done.err) == (1, True), verb
    assert len(server.sessions()) == 3


# --- list, status, info, attach ---------------------------------------------------------------------------------------


def test_list_and_status_narrow_to_a_project(server: Server, home: Home, both: Project) -> None:
    twin = Project(home, "elsewhere/myapp")
    twin.command("dev", ONE)
    ran(twin, server, "dev", "name=two")
    found = listed(home)
    assert {name: found[name]["project"] for name in found} == {NAME: "myapp", "web": None, "myapp-main-two": "myapp"}
    assert sorted(listed(home, "--project", "myapp")) == [NAME, "myapp-main-two"]
    for verb in ("list", "status"):
        here = both.viewsync(verb, "--here", "--json").json()
        assert [(session["name"], here["total"]) for session in here["sessions"]] == [(NAME, 1)]
        done = both.viewsync(verb, "--project", "none")
        assert (done.code, "of the project none." in done.out) == (0, True)


def test_list_here_shows_what_only_its_marks_tell_of(server: Server, home: Home, both: Project) -> None:
    by_jq(home, f'del(.sessions["{NAME}"])')
    assert list(listed(home)) == ["web"]
    (found,) = both.viewsync("list", "--here", "--json").json()["sessions"]
    assert (found["name"], found["type"], found["status"], found["pid"]) == (NAME, "project", "alive", None)
    assert NAME in both.viewsync("list", "--here").out


def test_info_of_one_that_no_project_made(server: Server, home: Home) -> None:
    made = create(server, "web", "--", "cat")
    server.tmux("new-session", "-d", "-s", "tool")
    add_row(home, "tool", server)
    told = home.viewsync("info", "web", "--json").json()
    assert (told["session_id"], told["project"], told["type"]) == (made["session_id"], None, "program")
    assert (told["status"], told["target"], len(told["windows"])) == ("alive", "web:0.0", 1)
    assert home.viewsync("info", "tool", "--json").json()["status"] == "alive"
    lines = home.viewsync("info", "web").out.splitlines()
    assert lines[0] == "web"
    assert f"  server      {server.socket}" in lines
    server.tmux("kill-session", "-t", "=web")
    assert home.viewsync("info", "web", "--json").json()["status"] == "missing"


def test_attach_takes_one_that_no_project_made(server: Server, home: Home) -> None:
    for name in ("web", "gone"):
        create(server, name, "--", "cat")
    server.tmux("kill-session", "-t", "=gone")
    tab = home.tab("attach", "web")
    view = until(lambda: server.clients().get(tab.pid) or (tab.ended() and tab.text()), "a client")
    assert str(view).startswith("web-view-")
    done = home.viewsync("attach", "gone", "--json")
    assert (done.code, "`viewsync cleanup` forgets it" in done.err) == (3, True)


# --- cleanup, reconcile -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("--all", "--here"), ("--all", "--project", "myapp"), ("--all",)])
def test_cleanup_ends_a_projects_session_after_its_steps(
    server: Server, home: Home, both: Project, words: tuple[str, ...]
) -> None:
    done = both.viewsync("cleanup", *words, "--dry-run")
    assert NAME in done.out
    assert len(server.sessions()) == 3
    done = both.viewsync("cleanup", *words)
    assert (done.code, "removed" in done.out.casefold(), done.err) == (0, True, ""), done
    left = [] if words == ("--all",) else ["web"]
    assert (server.sessions(), list(rows(home))) == (["proj", *left], left)
    assert pending(home) == []
    cleaned_up(both)


def test_cleanup_keeps_what_somebody_is_on_and_what_is_quarantined(server: Server, home: Home, both: Project) -> None:
    both.command("two", ONE.replace('"dev"', '"two"'))
    ran(both, server, "two")
    assert both.viewsync("quarantine", "-s", "myapp-main-two").code == 0
    server.open(NAME)
    done = both.viewsync("cleanup", "--here", "--all")
    assert f"{NAME}: kept: attached" in done.err
    assert "myapp-main-two: kept: quarantined" in done.err
    assert (NAME in server.sessions(), "myapp-main-two" in server.sessions(), read(both, "cleaned")) == (True, True, "")


def test_cleanup_runs_the_steps_of_one_that_is_gone(server: Server, home: Home, both: Project) -> None:
    server.remove_hooks()
    server.tmux("set-hook", "-gu", "session-closed")
    server.tmux("kill-session", "-t", f"={NAME}")
    done = home.viewsync("cleanup")
    assert (done.code, NAME in done.out, list(rows(home))) == (0, True, ["web"]), done
    cleaned_up(both)


def test_a_cleanup_of_a_project_without_sessions_says_so(server: Server, home: Home, both: Project) -> None:
    done = both.viewsync("cleanup", "--all", "--project", "none")
    assert (done.code, done.out) == (0, "No sessions of the project none.\n")
    assert len(server.sessions()) == 3


def test_cleanup_tells_the_history_why(server: Server, home: Home, both: Project) -> None:
    assert both.viewsync("cleanup", "--here", "--all").code == 0
    assert events(home, "end") == [("cleanup", "all sessions mode")]


def test_cleanup_that_only_forgets_ends_no_projects_session(server: Server, home: Home, both: Project) -> None:
    done = home.viewsync("cleanup", "--all", "--compat")
    assert (done.code, rows(home)) == (0, {}), done
    assert (server.sessions(), read(both, "cleaned")) == (["proj", "web", NAME], "")


def test_reconcile_does_for_a_project_what_reset_sessions_does(server: Server, home: Home, both: Project) -> None:
    made = rows(home)[NAME]["session_id"]
    by_jq(home, ".sessions = {}")
    done = both.viewsync("reconcile", "--here")
    assert (done.code, done.out) == (1, f"{NAME}: no row names it (--repair: register it)\n")
    assert rows(home) == {}
    done = both.viewsync("reconcile", "--project", "myapp", "--repair")
    assert (done.code, done.out.splitlines()[0]) == (0, f"{NAME}: no row names it: register it"), done
    assert (list(rows(home)), rows(home)[NAME]["session_id"]) == ([NAME], made)
    assert both.viewsync("reconcile", "--here").out == "nothing differs\n"
    assert both.viewsync("reconcile", "--project", "other").out == "nothing differs\n"
