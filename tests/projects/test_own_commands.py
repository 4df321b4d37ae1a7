"""Commands of the user's own: found by name from any folder, one session each, and trusted as his configuration is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.running import shown, unstarted
from tests.support.sessions import note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

server = unstarted

NOTES = "description: what I think\nsession:\n  windows: [{name: pad}]\n"
STEPS = "session: {{pre_create_steps: [{{run: '{0} before'}}], cleanup_steps: [{{run: '{0} after'}}]}}\n"


def own(home: Home, name: str, text: str, mode: int = 0o600) -> str:
    folder = os.path.join(home.path, "config", "commands")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{name}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def program(home: Home, name: str) -> None:
    """One of the user's own steps."""
    path = os.path.join(home.path, "config", "steps", name)
    os.makedirs(os.path.dirname(path))
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/cat\n")
    os.chmod(path, 0o700)


def ran(home: Home, server: Server, *words: str, cwd: str = "", code: int = 0) -> dict[str, Any]:
    done = home.call([home.launcher, "run", *words, "--json"], home.env, cwd=cwd or home.path)
    assert done.code == code, done
    if code == 0:
        note_pid(server)
    found: dict[str, Any] = done.json()
    return found


def test_one_is_the_same_session_from_any_folder_and_by_its_path(home: Home, server: Server, project: Project) -> None:
    project.repository()
    file = own(home, "Notes", NOTES)
    first = ran(home, server, "Notes", cwd="/")
    assert (first["name"], first["action"]) == ("Notes", "created")
    assert shown(server, "#{window_name} #{session_path}") == [f"pad {home.path}"]
    for words, folder in ((["Notes"], project.root), ([file], home.path), (["./Notes.yaml"], os.path.dirname(file))):
        again = ran(home, server, *words, cwd=folder)
        assert (again["session_id"], again["action"]) == (first["session_id"], "reused"), words
    assert ran(home, server, "Notes", "task=old")["name"] == "Notes-old"
    own(home, "named", "session: {name_template: My pad, working_directory: config}\n")
    assert ran(home, server, "named", cwd=project.root)["name"] == "My pad"
    assert f"{home.path}/config" in shown(server, "#{session_path}")


def test_one_that_is_frozen_stands_beside_it(home: Home, server: Server) -> None:
    file = own(home, "notes", NOTES)
    ran(home, server, "notes")
    kept = home.viewsync("freeze", "notes", "--name", "copy", "--json").json()["file"]
    assert kept == os.path.join(os.path.dirname(file), "copy.yaml")
    assert ran(home, server, "copy", cwd="/")["windows"] == ["window 'pad'"]


def test_the_projects_come_first_and_both_are_listed(home: Home, project: Project) -> None:
    theirs = project.command("dev", "description: theirs\n")
    mine, notes = own(home, "dev", "description: mine\n"), own(home, "notes", NOTES)
    own(home, ".#notes", NOTES)
    for folder in (os.path.dirname(theirs), os.path.dirname(mine)):
        os.symlink("nowhere", os.path.join(folder, "gone.yaml"))
    assert project.viewsync("print", "dev", "--json").json()["file"] == theirs
    listed = project.viewsync("print", "--json").json()["commands"]
    assert [(one["name"], one["file"], one["own"], one["shadowed"]) for one in listed] == [
        ("dev", theirs, False, False),
        ("dev", mine, True, True),
        ("notes", notes, True, False),
    ]
    told = [line.split(maxsplit=2) for line in project.viewsync("print").out.splitlines()[1:]]
    assert told[1:] == [
        ["dev", "-", "mine (your own, the project's comes first)"],
        ["notes", "-", "what I think (your own)"],
    ]
    elsewhere = home.call([home.launcher, "print", "--json"], home.env, cwd="/").json()["commands"]
    assert [one["name"] for one in elsewhere] == ["dev", "notes"]
    offered = project.viewsync("complete", "zsh", "viewsync", "run", "").out.split("\0")
    assert [one for one in offered if "command of" in one] == ["dev\tcommand of myapp", "notes\tcommand of your own"]


def test_a_name_that_is_nearly_one_is_told_from_any_folder(home: Home, project: Project) -> None:
    own(home, "notes", NOTES)
    for folder in (project.root, "/"):
        done = home.call([home.launcher, "run", "nots"], home.env, cwd=folder)
        assert (done.code, done.err) == (
            1,
            f"viewsync: there is no command 'nots' in {home.path}/config/commands "
            "(did you mean notes? there are: notes)\n",
        )


def test_its_steps_need_no_trust_also_at_its_end(home: Home, server: Server) -> None:
    said = os.path.join(home.path, "said")
    program(home, "tell")
    own(home, "work", STEPS.format(f"printf %s\\\\n >>{said}") + "steps: [tell]\n")
    made = ran(home, server, "work")
    assert [step["name"] for step in made["steps"]] == [f"printf %s\\\\n >>{said} before"[:40], "tell"]
    assert home.viewsync("trust", "work").out.endswith("work.yaml): nothing to trust\n")
    server.tmux("kill-session", "-t", "=work")
    until(lambda: Path(said).read_text("utf-8") == "before\nafter\n", "the cleanup step")


@pytest.mark.parametrize("open_one", ["commands/work.yaml", "commands", ".", "steps/tell", "steps"])
def test_what_others_could_have_written_runs_nothing(home: Home, server: Server, open_one: str) -> None:
    own(home, "work", STEPS.format("echo") + "steps: [tell]\n")
    program(home, "tell")
    os.chmod(os.path.join(home.path, "config", open_one), 0o722)  # noqa: S103
    done = home.viewsync("run", "work")
    assert (done.code, "can be written to by others" in done.err, "chmod go-w" in done.err) == (1, True, True), done
    assert server.run("list-sessions").code == 1


@pytest.mark.parametrize("when", ["start", "restart", "attach", "detach", "cleanup"])
def test_nor_does_a_program_that_others_could_have_written_at_any_other_time(home: Home, when: str) -> None:
    own(home, "work", f"session: {{{when}_steps: [tell]}}\n")
    program(home, "tell")
    os.chmod(os.path.join(home.path, "config/steps/tell"), 0o722)  # noqa: S103
    done = home.viewsync("run", "work")
    assert (done.code, "tell can be written to by others" in done.err) == (1, True), done


def test_nor_at_its_end_what_they_could_have_written_since(home: Home, server: Server) -> None:
    own(home, "work", "session: {cleanup_steps: [tell]}\n")
    program(home, "tell")
    ran(home, server, "work")
    os.chmod(os.path.join(home.path, "config/steps/tell"), 0o722)  # noqa: S103
    done = home.viewsync("kill", "work")
    assert "the cleanup step 'tell' may be somebody else's, and did not run" in done.out + done.err, done
    assert server.run("has-session", "-t", "=work").code == 1


def test_a_link_to_a_projects_command_is_that_command(home: Home, project: Project) -> None:
    file = project.command("dev", "session: {pre_create_steps: [{run: make it}]}\n")
    os.makedirs(os.path.join(home.path, "config", "commands"))
    os.symlink(file, os.path.join(home.path, "config", "commands", "app.yaml"))
    shown = home.viewsync("print", "app", "--json").json()
    assert (shown["name"], shown["file"], shown["cwd"]) == ("myapp-main-dev", file, project.root)
    done = home.viewsync("run", "app")
    assert (done.code, "are not trusted yet" in done.err) == (1, True)


def test_one_has_no_worktree(home: Home) -> None:
    file = own(home, "work", "worktree: {branch: x}\n")
    done = home.viewsync("run", "work")
    assert (done.code, f"{file}:1: a command of your own is in no repository" in done.err) == (1, True)


def test_one_is_found_from_a_folder_that_is_gone(home: Home, server: Server) -> None:
    own(home, "notes", NOTES)
    lines = """mkdir gone && cd gone && rmdir ../gone
    for words in "run notes" print "print notes" "new more --own" "edit more" "copy notes again" "remove again --yes" \\
        "stop notes" "run ./notes.yaml" "run nots"; do
        EDITOR=true "$0" $words; echo "$words: $?"
    done 2>&1"""
    done = home.call(["sh", "-c", lines, home.launcher], home.env, cwd=home.path)
    codes = [line for line in done.out.splitlines() if line[-1].isdigit() and ": " in line]
    assert [line.rpartition(": ")[2] for line in codes] == [*"0000000011"], done.out
    assert done.out.count("viewsync: the current folder ") == 2
    assert server.run("list-sessions").code == 1


def test_the_session_of_such_a_link_is_stopped_by_its_name(home: Home, project: Project, server: Server) -> None:
    file = project.command("dev", "session: {}\n")
    os.makedirs(os.path.join(home.path, "config", "commands"))
    os.symlink(file, os.path.join(home.path, "config", "commands", "app.yaml"))
    assert ran(home, server, "app")["name"] == "myapp-main-dev"
    assert home.viewsync("stop", "app").out == "ended myapp-main-dev\n"
    ran(home, server, "app")
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    os.unlink(os.path.join(home.state, ".sessions.json"))
    done = home.call(["sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; "$0" stop app', home.launcher], home.env)
    assert (done.code, "there is no project session 'app'" in done.err) == (3, True), done
